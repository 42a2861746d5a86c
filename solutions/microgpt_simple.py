"""The whole course in one file: a GPT that learns to invent names, in plain Python.

    python solutions/microgpt_simple.py --steps 1000 --seed 42

Read it from top to bottom: numbers that remember their derivatives, the model, training, sampling, the command line.
Functions have the names of the parts; a comment such as (positions, n_embd) gives the shape of a list.
The architecture, its sizes and its settings are those of microgpt: https://karpathy.github.io/2026/02/12/microgpt/
"""

import argparse
import gc
import math
import random
import sys
from pathlib import Path

NAMES = Path(__file__).resolve().parent.parent / "datasets" / "names.txt"
N_EMBD, N_HEAD, N_LAYER, BLOCK_SIZE = 16, 4, 1, 16
HEAD_DIM = N_EMBD // N_HEAD


class Value:
    """A number, the numbers it was made from (its children), and its derivative with respect to each of them."""

    __slots__ = ("data", "grad", "children", "local_grads")

    def __init__(self, data, children=(), local_grads=()):
        self.data, self.grad, self.children, self.local_grads = data, 0.0, children, local_grads

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n):
        return Value(self.data**n, (self,), (n * self.data ** (n - 1),))

    def exp(self):
        result = math.exp(self.data)
        return Value(result, (self,), (result,))

    def log(self):
        return Value(math.log(self.data), (self,), (1 / self.data,))

    def relu(self):
        return Value(max(0.0, self.data), (self,), (float(self.data > 0),))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __truediv__(self, other):
        return self * other**-1

    __radd__, __rmul__ = __add__, __mul__

    def backward(self):
        order, seen, to_visit = [], set(), [(self, False)]  # topological order, children first, without recursion
        while to_visit:
            value, children_done = to_visit.pop()
            if children_done:
                order.append(value)
            elif value not in seen:
                seen.add(value)
                to_visit.append((value, True))
                to_visit.extend([(child, False) for child in reversed(value.children)])
        self.grad = 1.0
        for value in reversed(order):  # the chain rule
            for child, local_grad in zip(value.children, value.local_grads):
                child.grad += local_grad * value.grad


def linear(x, w):
    return [sum(weight * xi for weight, xi in zip(row, x)) for row in w]


def softmax(logits):
    largest = max(logit.data for logit in logits)
    exps = [(logit - largest).exp() for logit in logits]
    total = sum(exps)
    return [e / total for e in exps]


def rmsnorm(x):
    scale = (sum(xi * xi for xi in x) / len(x) + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def init_state_dict(vocab_size, rng):
    shapes = {"wte": (vocab_size, N_EMBD), "wpe": (BLOCK_SIZE, N_EMBD), "lm_head": (vocab_size, N_EMBD)}
    for i in range(N_LAYER):
        shapes.update({f"layer{i}.attn_w{letter}": (N_EMBD, N_EMBD) for letter in "qkvo"})
        shapes.update({f"layer{i}.mlp_fc1": (4 * N_EMBD, N_EMBD), f"layer{i}.mlp_fc2": (N_EMBD, 4 * N_EMBD)})
    return {
        name: [[Value(rng.gauss(0, 0.08)) for _ in range(columns)] for _ in range(rows)]  # (outputs, inputs)
        for name, (rows, columns) in shapes.items()
    }


def gpt(token_id, pos_id, keys, values, state_dict):
    """One token in, the logits of the next one out; keys and values of earlier positions are in the caches."""
    x = rmsnorm([t + p for t, p in zip(state_dict["wte"][token_id], state_dict["wpe"][pos_id])])  # (n_embd)
    for layer in range(N_LAYER):
        normed = rmsnorm(x)
        query = linear(normed, state_dict[f"layer{layer}.attn_wq"])  # (n_embd)
        keys[layer].append(linear(normed, state_dict[f"layer{layer}.attn_wk"]))  # (positions, n_embd)
        values[layer].append(linear(normed, state_dict[f"layer{layer}.attn_wv"]))  # (positions, n_embd)
        joined = []
        for start in range(0, N_EMBD, HEAD_DIM):
            head = slice(start, start + HEAD_DIM)
            scores = [sum(q * k for q, k in zip(query[head], key[head])) * HEAD_DIM**-0.5 for key in keys[layer]]
            attention_weights = softmax(scores)  # (positions)
            columns = zip(*(value[head] for value in values[layer]))  # (head_dim, positions)
            joined += [sum(weight * v for weight, v in zip(attention_weights, column)) for column in columns]
        x = [residual + update for residual, update in zip(x, linear(joined, state_dict[f"layer{layer}.attn_wo"]))]
        hidden = [h.relu() for h in linear(rmsnorm(x), state_dict[f"layer{layer}.mlp_fc1"])]  # (4·n_embd)
        x = [residual + update for residual, update in zip(x, linear(hidden, state_dict[f"layer{layer}.mlp_fc2"]))]
    return linear(x, state_dict["lm_head"])  # (vocab_size)


class Tokenizer:
    def __init__(self, docs):
        self.chars = sorted(set("".join(docs)))
        self.bos = len(self.chars)

    def encode(self, doc):
        return [self.bos, *(self.chars.index(char) for char in doc), self.bos]


def sequence_loss(tokens, state_dict):
    """The mean over the positions of -log of the probability that the model gives to the next token."""
    keys, values = [[] for _ in range(N_LAYER)], [[] for _ in range(N_LAYER)]
    losses = []
    for position in range(min(BLOCK_SIZE, len(tokens) - 1)):
        probabilities = softmax(gpt(tokens[position], position, keys, values, state_dict))  # (vocab_size)
        losses.append(-probabilities[tokens[position + 1]].log())
    return sum(losses) / len(losses)


class Adam:
    def __init__(self, params):
        self.params, self.steps = params, 0
        self.m, self.v = [0.0] * len(params), [0.0] * len(params)

    def step(self, lr):
        self.steps += 1
        for i, p in enumerate(self.params):
            self.m[i] = 0.85 * self.m[i] + 0.15 * p.grad
            self.v[i] = 0.99 * self.v[i] + 0.01 * p.grad**2
            m_hat, v_hat = self.m[i] / (1 - 0.85**self.steps), self.v[i] / (1 - 0.99**self.steps)
            p.data -= lr * m_hat / (v_hat**0.5 + 1e-8)
            p.grad = 0.0


def train(docs, num_steps, rng, on_step):
    docs = list(docs)
    rng.shuffle(docs)
    tokenizer = Tokenizer(docs)
    state_dict = init_state_dict(tokenizer.bos + 1, rng)
    optimizer = Adam([value for matrix in state_dict.values() for row in matrix for value in row])
    for step in range(num_steps):
        loss = sequence_loss(tokenizer.encode(docs[step % len(docs)]), state_dict)
        loss.backward()
        optimizer.step(0.01 * (1 - step / num_steps))
        on_step(step, loss.data)
    return tokenizer, state_dict


def sample(tokenizer, state_dict, temperature, rng):
    keys, values = [[] for _ in range(N_LAYER)], [[] for _ in range(N_LAYER)]
    token, name = tokenizer.bos, ""
    for position in range(BLOCK_SIZE):
        logits = [logit / temperature for logit in gpt(token, position, keys, values, state_dict)]  # (vocab_size)
        token = rng.choices(range(tokenizer.bos + 1), weights=[p.data for p in softmax(logits)])[0]
        if token == tokenizer.bos:
            break
        name += tokenizer.chars[token]
    return name


def held_out_loss(docs, tokenizer, state_dict):
    nats, predictions = 0.0, 0
    for tokens in map(tokenizer.encode, docs):
        count = min(BLOCK_SIZE, len(tokens) - 1)
        nats += sequence_loss(tokens, state_dict).data * count
        predictions += count
    return nats / predictions


# The command line


def load_docs(path, any_characters):
    """Read the names in a file, one per line. Exit with a sentence for the user if they can't be used."""
    try:
        docs = [line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]
    except OSError as error:
        sys.exit(f"Can't read {path}: {error.strerror}.")
    except UnicodeDecodeError:
        sys.exit(f"{path} is not text in UTF-8: save it in that encoding.")
    for doc in docs:
        if len(doc) > BLOCK_SIZE:
            sys.exit(f"{path}: {doc!a} has {len(doc)} characters; the model has {BLOCK_SIZE} positions.")
        if not any_characters and not (doc.isascii() and doc.isalpha() and doc.islower()):
            advice = "or say --any-characters to give each character its own number."
            sys.exit(f"{path}: {doc!a} has other characters than a to z. Write the names in lower case, {advice}")
    if len(set("".join(docs))) < 2:
        sys.exit(f"{path} has {len(set(''.join(docs)))} distinct characters: there is nothing to learn.")
    return docs


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000, help="training steps, one name each (default 1000)")
    parser.add_argument("--seed", type=int, default=42, help="of the order of the names and the weights (default 42)")
    parser.add_argument("--data", default=NAMES, help="a file with one name per line (default: the course's names)")
    parser.add_argument("--temperature", type=float, nargs="+", default=[0.3, 0.5, 1.0], help="one or more, above 0")
    parser.add_argument("--all", action="store_true", help="train on all rows: nothing is held out")
    parser.add_argument("--any-characters", action="store_true", help="accept other characters than a to z")
    options = parser.parse_args()
    if options.steps < 0 or min(options.temperature) <= 0:
        parser.error("--steps must be 0 or more, --temperature above 0.")
    docs = load_docs(options.data, options.any_characters)
    distinct = list(dict.fromkeys(docs))
    random.Random(42).shuffle(distinct)
    held = set() if options.all else set(distinct[: round(len(distinct) * 0.1)])  # a name with all its rows

    def log(step, loss):
        if step % 50 == 0 or step == options.steps - 1:
            print(f"step {step + 1:5} of {options.steps}   loss {loss:.4f}", flush=True)

    rng = random.Random(options.seed)
    gc.disable()  # a graph has no reference cycles: looking for them doubles the time
    tokenizer, state_dict = train([doc for doc in docs if doc not in held], options.steps, rng, log)
    known = [doc for doc in docs if doc in held and set(doc) <= set(tokenizer.chars)]
    known = known[:: max(1, len(known) // 200)]  # about 200 of 3,200, evenly spread: all would take minutes
    if known:
        loss = held_out_loss(known, tokenizer, state_dict)
        print(f"held-out loss {loss:.4f} nats per token, over {len(known)} held-out rows")
    state = rng.getstate()
    for temperature in options.temperature:
        rng.setstate(state)  # so that nothing but the temperature differs
        names = [sample(tokenizer, state_dict, temperature, rng) for _ in range(20)]
        print(f"\ntemperature {temperature}:", " ".join(names))
