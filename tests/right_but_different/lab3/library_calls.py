"""PyTorch's own functions: rms_norm, linear, scaled_dot_product_attention, log_softmax."""

import torch
import torch.nn.functional as F


def to_tensors(state_dict):
    weights = {}
    for name, rows in state_dict.items():
        weights[name] = torch.tensor([[float(v.data) for v in row] for row in rows]).double()
        weights[name] = torch.tensor([[v.data for v in row] for row in rows], dtype=torch.double).requires_grad_()
    return weights


def rmsnorm(x, eps=1e-5):
    return F.rms_norm(x, x.shape[-1:], eps=eps)


def multi_head_attention(x, layer, weights, config):
    def heads(letter):
        y = F.linear(x, weights[f"layer{layer}.attn_w{letter}"])
        return torch.stack(y.chunk(config.n_head, dim=1))

    y = F.scaled_dot_product_attention(heads("q"), heads("k"), heads("v"), is_causal=True)
    return F.linear(torch.cat(list(y), dim=1), weights[f"layer{layer}.attn_wo"])


def gpt(tokens, weights, config):
    x = F.embedding(torch.tensor(tokens), weights["wte"]) + weights["wpe"][torch.arange(len(tokens))]
    x = rmsnorm(x)
    for i in range(config.n_layer):
        x = x + multi_head_attention(rmsnorm(x), i, weights, config)
        hidden = F.linear(rmsnorm(x), weights[f"layer{i}.mlp_fc1"]).clamp(min=0)
        x = x + F.linear(hidden, weights[f"layer{i}.mlp_fc2"])
    return F.linear(x, weights["lm_head"])


def sequence_loss(tokens, weights, config):
    n = min(config.block_size, len(tokens) - 1)
    logs = torch.log_softmax(gpt(tokens[:n], weights, config), dim=-1)
    return -logs[torch.arange(n), tokens[1 : n + 1]].mean()


def train(names, weights, config, num_steps, lr=0.01):
    optimizer = torch.optim.Adam(list(weights.values()), lr=lr, betas=(0.85, 0.99))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / num_steps)
    losses = []
    for step in range(num_steps):
        loss = sequence_loss(names[step % len(names)], weights, config)
        for tensor in weights.values():
            tensor.grad = None
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(float(loss))
    return losses
