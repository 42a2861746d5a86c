"""A vector class with operators, a class per block, the scale folded into the query, a softmax and norm of its own."""

from part01_autograd import Value


class Vector(tuple):
    def __add__(self, other):
        return Vector(a + b for a, b in zip(self, other))

    def __matmul__(self, other):
        return sum((a * b for a, b in zip(self, other)), Value(0.0))

    def times(self, number):
        return Vector(a * number for a in self)

    def normed(self):
        return self.times(((self @ self) * (1 / len(self)) + 1e-5) ** -0.5)


class Matrix:
    def __init__(self, rows):
        self.rows = [Vector(row) for row in rows]

    def __call__(self, vector):
        return Vector(row @ vector for row in self.rows)

    def transposed(self):
        return Matrix(zip(*self.rows))


def as_shares(scores):
    top = max(scores, key=lambda score: score.data).data
    exponentials = Vector((score - top).exp() for score in scores)
    return exponentials.times(1 / sum(exponentials))


def attend(query, keys, values):
    scaled = Vector(query).times(1 / len(query) ** 0.5)
    weights = as_shares(Matrix(keys)(scaled))
    return Matrix(values).transposed()(weights), weights


class Attention:
    def __init__(self, layer, state_dict, config):
        names = {letter: f"layer{layer}.attn_w{letter}" for letter in "qkvo"}
        self.matrix = {letter: Matrix(state_dict[name]) for letter, name in names.items()}
        self.width = config.n_embd // config.n_head

    def heads(self, vector):
        return [vector[i : i + self.width] for i in range(0, len(vector), self.width)]

    def __call__(self, x, keys, values):
        keys.append(self.matrix["k"](x))
        values.append(self.matrix["v"](x))
        by_head = zip(self.heads(self.matrix["q"](x)), zip(*map(self.heads, keys)), zip(*map(self.heads, values)))
        outputs, weights = zip(*(attend(*head) for head in by_head))
        return self.matrix["o"](Vector(sum(outputs, ()))), list(weights)


def multi_head_attention(x, layer, keys, values, state_dict, config):
    return Attention(layer, state_dict, config)(x, keys[layer], values[layer])


def mlp(x, layer, state_dict):
    wide = Matrix(state_dict[f"layer{layer}.mlp_fc1"])(x)
    return Matrix(state_dict[f"layer{layer}.mlp_fc2"])(Vector(number.relu() for number in wide))


def gpt(token_id, pos_id, keys, values, state_dict, config, attention=None):
    x = (Vector(state_dict["wte"][token_id]) + Vector(state_dict["wpe"][pos_id])).normed()
    for layer in range(config.n_layer):
        change, weights = multi_head_attention(x.normed(), layer, keys, values, state_dict, config)
        x = x + change
        x = x + mlp(x.normed(), layer, state_dict)
        if isinstance(attention, list):
            attention.append(weights)
    return Matrix(state_dict["lm_head"])(x)
