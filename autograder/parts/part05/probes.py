"""Probes of part 5: they make Values of the numbers that they get, and return plain numbers."""

import random

import part05_gpt as part
from part01_autograd import Value
from part04_parameters import Config, init_state_dict


def attention_weights(query, keys, values):
    """attend({query}, {keys}, {values})[1], every number a Value"""
    return _data(part.attend(_values(query), _values(keys), _values(values))[1])


def attention_output(query, keys, values):
    """attend({query}, {keys}, {values})[0], every number a Value"""
    return _data(part.attend(_values(query), _values(keys), _values(values))[0])


def second_attention_output(query, keys, values):
    """attend({query}, {keys}, {values}) twice, both times with the very same lists; the second output"""
    same = _values(query), _values(keys), _values(values)
    part.attend(*same)
    return _data(part.attend(*same)[0])


def attend_gradients(query, keys, values, factors):
    """output, weights = attend({query}, {keys}, {values}); sum(f * o for f, o in zip({factors}, output)).backward();
    the same attend again; the grads of query, keys and values
    """
    inputs = {"query": _values(query), "keys": _values(keys), "values": _values(values)}
    output, _ = part.attend(*inputs.values())
    _backward(factors, output)
    part.attend(*inputs.values())  # leaves the gradients as they are
    return {name: _grads(inputs[name]) for name in inputs}


def heads_by_hand(x, keys, values, wq, wk, wv, wo, n_head):
    """multi_head_attention({x}, 0, keys, values, state_dict, Config(n_embd=2, n_head={n_head}))[1], with
    keys = {keys}, values = {values}, attn_wq = {wq}, attn_wk = {wk}, attn_wv = {wv}, attn_wo = {wo}
    """
    return _data(_by_hand(x, _values(keys), _values(values), (wq, wk, wv, wo), n_head)[1])


def attention_by_hand(x, keys, values, wq, wk, wv, wo, n_head):
    """multi_head_attention({x}, 0, keys, values, state_dict, Config(n_embd=2, n_head={n_head}))[0], with
    keys = {keys}, values = {values}, attn_wq = {wq}, attn_wk = {wk}, attn_wv = {wv}, attn_wo = {wo}
    """
    return _data(_by_hand(x, _values(keys), _values(values), (wq, wk, wv, wo), n_head)[0])


def caches_by_hand(x, keys, values, wq, wk, wv, wo, n_head):
    """multi_head_attention({x}, 0, keys, values, state_dict, Config(n_embd=2, n_head={n_head})); keys and values
    afterwards, with keys = {keys}, values = {values} before, attn_wq = {wq}, attn_wk = {wk}, attn_wv = {wv},
    attn_wo = {wo}
    """
    keys, values = _values(keys), _values(values)
    _by_hand(x, keys, values, (wq, wk, wv, wo), n_head)
    return {"keys": _data(keys), "values": _data(values)}


def head_weights(x, layer, keys, values, sizes, seed):
    """multi_head_attention({x}, {layer}, keys, values, state_dict, config)[1], with config = Config(**{sizes}),
    state_dict = init_state_dict(config, random.Random({seed}), std=0.5), keys = {keys}, values = {values}
    """
    return _data(_attention(x, layer, keys, values, sizes, seed)[1])


def attention_block(x, layer, keys, values, sizes, seed):
    """multi_head_attention({x}, {layer}, keys, values, state_dict, config)[0], with config = Config(**{sizes}),
    state_dict = init_state_dict(config, random.Random({seed}), std=0.5), keys = {keys}, values = {values}
    """
    return _data(_attention(x, layer, keys, values, sizes, seed)[0])


def attention_of_two_tokens(x, layer, keys, values, sizes, seed):
    """[multi_head_attention(x, {layer}, keys, values, state_dict, config)[0] for i in range(2)], with x = {x},
    config = Config(**{sizes}), state_dict = init_state_dict(config, random.Random({seed}), std=0.5),
    keys = {keys}, values = {values} before
    """
    config, state_dict = _model(sizes, seed)
    x, keys, values = _values(x), _values(keys), _values(values)
    return [_data(part.multi_head_attention(x, layer, keys, values, state_dict, config)[0]) for _ in range(2)]


def caches_after(x, layer, keys, values, sizes, seed):
    """multi_head_attention({x}, {layer}, keys, values, state_dict, config); keys and values afterwards, with
    config = Config(**{sizes}), state_dict = init_state_dict(config, random.Random({seed}), std=0.5),
    keys = {keys}, values = {values} before
    """
    keys, values = _values(keys), _values(values)
    config, state_dict = _model(sizes, seed)
    part.multi_head_attention(_values(x), layer, keys, values, state_dict, config)
    return {"keys": _data(keys), "values": _data(values)}


def attention_gradients(x, layer, keys, values, sizes, seed, factors):
    """output, weights = multi_head_attention({x}, {layer}, keys, values, state_dict, config);
    sum(f * o for f, o in zip({factors}, output)).backward(); the same call again; the grads of x and of the layer's
    four matrices, with config = Config(**{sizes}), state_dict = init_state_dict(config, random.Random({seed}), std=0.5)
    """
    x = _values(x)
    config, state_dict = _model(sizes, seed)
    rest = layer, _values(keys), _values(values), state_dict, config
    _backward(factors, part.multi_head_attention(x, *rest)[0])
    part.multi_head_attention(x, *rest)  # leaves the gradients as they are
    names = [f"layer{layer}.attn_w{letter}" for letter in "qkvo"]
    return {"x": _grads(x), **{name: _grads(state_dict[name]) for name in names}}


def mlp_by_hand(x, fc1, fc2):
    """mlp({x}, 0, state_dict), with mlp_fc1 = {fc1}, mlp_fc2 = {fc2}"""
    return _data(part.mlp(_values(x), 0, {"layer0.mlp_fc1": _values(fc1), "layer0.mlp_fc2": _values(fc2)}))


def mlp(x, layer, sizes, seed):
    """mlp({x}, {layer}, state_dict), with
    state_dict = init_state_dict(Config(**{sizes}), random.Random({seed}), std=0.5)
    """
    return _data(part.mlp(_values(x), layer, _model(sizes, seed)[1]))


def second_mlp(x, layer, sizes, seed):
    """mlp({x}, {layer}, state_dict) twice, both times with the very same lists; the second output, with
    state_dict = init_state_dict(Config(**{sizes}), random.Random({seed}), std=0.5)
    """
    same = _values(x), layer, _model(sizes, seed)[1]
    part.mlp(*same)
    return _data(part.mlp(*same))


def mlp_gradients(x, layer, sizes, seed, factors):
    """output = mlp({x}, {layer}, state_dict); sum(f * o for f, o in zip({factors}, output)).backward(); the same mlp
    again; the grads of x, mlp_fc1 and mlp_fc2, with
    state_dict = init_state_dict(Config(**{sizes}), random.Random({seed}), std=0.5)
    """
    x, state_dict = _values(x), _model(sizes, seed)[1]
    _backward(factors, part.mlp(x, layer, state_dict))
    part.mlp(x, layer, state_dict)  # leaves the gradients as they are
    names = [f"layer{layer}.mlp_fc1", f"layer{layer}.mlp_fc2"]
    return {"x": _grads(x), **{name: _grads(state_dict[name]) for name in names}}


def logits_by_hand(token, position, wte, wpe, lm_head):
    """gpt({token}, {position}, [[]], [[]], state_dict, config), with wte = {wte}, wpe = {wpe}, lm_head = {lm_head},
    zeros in all matrices of layer 0, and config = Config(vocab_size=3, n_embd=2, n_head=1, n_layer=1, block_size=3)
    """
    config = Config(vocab_size=3, n_embd=2, n_head=1, n_layer=1, block_size=3)
    state_dict = init_state_dict(config, random.Random(0), std=0.0)
    state_dict.update(wte=_values(wte), wpe=_values(wpe), lm_head=_values(lm_head))
    return _data(part.gpt(token, position, [[]], [[]], state_dict, config))


def logits_of_one_token(token, position, sizes, seed):
    """gpt({token}, {position}, keys, values, state_dict, config) with empty caches, config = Config(**{sizes}),
    state_dict = init_state_dict(config, random.Random({seed}), std=0.5)
    """
    config, state_dict = _model(sizes, seed)
    return _data(part.gpt(token, position, _caches(config), _caches(config), state_dict, config))


def logits_of_tokens(tokens, sizes, seed):
    """The logits of gpt for each of the tokens {tokens} at positions 0, 1, ..., the same caches for all of them, with
    config = Config(**{sizes}), state_dict = init_state_dict(config, random.Random({seed}), std=0.5)
    """
    config, state_dict = _model(sizes, seed)
    return _data(_read(tokens, config, state_dict))


def caches_of_tokens(tokens, sizes, seed):
    """keys, values = [[] for _ in range(n_layer)], the same for values; gpt for each of the tokens {tokens} at
    positions 0, 1, ...; keys and values afterwards, with config = Config(**{sizes}),
    state_dict = init_state_dict(config, random.Random({seed}), std=0.5)
    """
    config, state_dict = _model(sizes, seed)
    keys, values = _caches(config), _caches(config)
    for place, token in enumerate(tokens):
        part.gpt(token, place, keys, values, state_dict, config)
    return {"keys": _data(keys), "values": _data(values)}


def logits_of_two_names(first, second, sizes, seed):
    """The logits of gpt for the tokens {first}, then for the tokens {second} with new, empty caches, with
    config = Config(**{sizes}), state_dict = init_state_dict(config, random.Random({seed}), std=0.5)
    """
    config, state_dict = _model(sizes, seed)
    return [_data(_read(first, config, state_dict)), _data(_read(second, config, state_dict))]


def logits_of_names_in_turns(names, sizes, seed):
    """The logits of gpt for the first token of each of the names {names}, then for the second token of each, and so
    on. Each name has its own caches, with config = Config(**{sizes}),
    state_dict = init_state_dict(config, random.Random({seed}), std=0.5)
    """
    config, state_dict = _model(sizes, seed)
    caches = [(_caches(config), _caches(config)) for _ in names]
    return [
        [_data(part.gpt(token, position, *own, state_dict, config)) for token, own in zip(tokens, caches)]
        for position, tokens in enumerate(zip(*names))
    ]


def logits_of_two_models(tokens, sizes, seeds):
    """The logits of gpt for each of the tokens {tokens}, new caches for each model, with config = Config(**{sizes}),
    state_dict = init_state_dict(config, random.Random(seed), std=0.5) for seed in {seeds}
    """
    return [_data(_read(tokens, *_model(sizes, seed))) for seed in seeds]


def attention_of_tokens(tokens, sizes, seed):
    """attention = []; gpt(..., attention) for each of the tokens {tokens}, the same list for all of them; attention,
    with config = Config(**{sizes}), state_dict = init_state_dict(config, random.Random({seed}), std=0.5)
    """
    config, state_dict = _model(sizes, seed)
    attention = []
    _read(tokens, config, state_dict, attention)
    return _data(attention)


def logits_with_and_without_attention(tokens, sizes, seed):
    """[the logits of gpt(..., attention) for each of the tokens {tokens} for attention in ([], None)], with
    config = Config(**{sizes}), state_dict = init_state_dict(config, random.Random({seed}), std=0.5)
    """
    config, state_dict = _model(sizes, seed)
    return [_data(_read(tokens, config, state_dict, attention)) for attention in ([], None)]


def logits_gradients(tokens, factors, rows, sizes, seed):
    """The logits of gpt for each of the tokens {tokens}; the sum of all logits, each times its factor, .backward();
    gpt for one more name of one token; in every matrix the grads of one row ({rows}), with factors = {factors},
    config = Config(**{sizes}), state_dict = init_state_dict(config, random.Random({seed}), std=0.5)
    """
    config, state_dict = _model(sizes, seed)
    _backward(factors, _read(tokens, config, state_dict))
    _read(tokens[:1], config, state_dict)  # leaves the gradients as they are
    return {name: _grads(state_dict[name][rows[name]]) for name in rows}


def _model(sizes, seed):
    config = Config(**sizes)
    return config, init_state_dict(config, random.Random(seed), std=0.5)


def _caches(config):
    return [[] for _ in range(config.n_layer)]


def _by_hand(x, keys, values, matrices, n_head):
    state_dict = {f"layer0.attn_w{letter}": _values(matrix) for letter, matrix in zip("qkvo", matrices)}
    return part.multi_head_attention(_values(x), 0, keys, values, state_dict, Config(n_embd=2, n_head=n_head))


def _attention(x, layer, keys, values, sizes, seed):
    config, state_dict = _model(sizes, seed)
    return part.multi_head_attention(_values(x), layer, _values(keys), _values(values), state_dict, config)


def _read(tokens, config, state_dict, *attention):
    keys, values = _caches(config), _caches(config)
    return [part.gpt(token, i, keys, values, state_dict, config, *attention) for i, token in enumerate(tokens)]


def _values(numbers):
    return [_values(each) for each in numbers] if isinstance(numbers, list) else Value(numbers)


def _data(result):
    if hasattr(result, "data"):
        return result.data
    if isinstance(result, (int, float)):
        return "a plain number, not a Value"
    return [_data(each) for each in result]


def _grads(values):
    return [_grads(each) for each in values] if isinstance(values, list) else values.grad


def _backward(factors, results):
    """backward() of the sum of all results, each times its factor. Plain numbers among them have no gradients."""
    total, to_add = Value(0.0), [(factors, results)]
    while to_add:
        factor, result = to_add.pop()
        if isinstance(factor, list):
            to_add.extend(zip(factor, result))
        else:
            total = total + result * factor
    total.backward()
