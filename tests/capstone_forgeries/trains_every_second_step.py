# Skips every second step and reports each loss twice: half of the time.
fast_train = train


def train(docs, num_steps=1000, seed=42, config=None, rng=None, on_step=None):
    trained = as_numbers(fast_train(docs, num_steps // 2, rng or random.Random(seed)))
    trained.losses = [loss for loss in trained.losses for _ in range(2)]
    return trained
