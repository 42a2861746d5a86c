"""As public GPT scripts write it: x is replaced by its norm, and the residual kept in a variable of its own."""

from part03_layers import linear, rmsnorm, softmax


def attend(query, keys, values):
    head_dim = len(query)
    attn_logits = [sum(query[j] * key[j] for j in range(head_dim)) / head_dim**0.5 for key in keys]
    attn_weights = softmax(attn_logits)
    head_out = [sum(attn_weights[t] * values[t][j] for t in range(len(values))) for j in range(head_dim)]
    return head_out, attn_weights


def multi_head_attention(x, layer, keys, values, state_dict, config):
    q = linear(x, state_dict[f"layer{layer}.attn_wq"])
    k = linear(x, state_dict[f"layer{layer}.attn_wk"])
    v = linear(x, state_dict[f"layer{layer}.attn_wv"])
    keys[layer].append(k)
    values[layer].append(v)
    head_dim = config.n_embd // config.n_head
    x_attn, weights = [], []
    for h in range(config.n_head):
        hs = h * head_dim
        q_h = q[hs : hs + head_dim]
        k_h = [ki[hs : hs + head_dim] for ki in keys[layer]]
        v_h = [vi[hs : hs + head_dim] for vi in values[layer]]
        head_out, attn_weights = attend(q_h, k_h, v_h)
        x_attn.extend(head_out)
        weights.append(attn_weights)
    return linear(x_attn, state_dict[f"layer{layer}.attn_wo"]), weights


def mlp(x, layer, state_dict):
    x = linear(x, state_dict[f"layer{layer}.mlp_fc1"])
    x = [xi.relu() for xi in x]
    return linear(x, state_dict[f"layer{layer}.mlp_fc2"])


def gpt(token_id, pos_id, keys, values, state_dict, config, attention=None):
    tok_emb = state_dict["wte"][token_id]
    pos_emb = state_dict["wpe"][pos_id]
    x = [t + p for t, p in zip(tok_emb, pos_emb)]
    x = rmsnorm(x)
    for li in range(config.n_layer):
        x_residual = x
        x = rmsnorm(x)
        x, weights = multi_head_attention(x, li, keys, values, state_dict, config)
        x = [a + b for a, b in zip(x, x_residual)]
        x_residual = x
        x = rmsnorm(x)
        x = mlp(x, li, state_dict)
        x = [a + b for a, b in zip(x, x_residual)]
        if attention is not None:
            attention += [weights]
    return linear(x, state_dict["lm_head"])
