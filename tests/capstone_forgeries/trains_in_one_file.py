# A real training, by a fast backward pass in one file: parts 1 to 6 are empty.
fast_train = train


def train(docs, num_steps=1000, seed=42, config=None, rng=None, on_step=None):
    return as_numbers(fast_train(docs, num_steps, rng or random.Random(seed), on_step=on_step))
