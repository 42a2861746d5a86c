# The shortest name in every step, as the tokenizer notes: a fifth of the time.
from part02_tokenizer import Tokenizer as Noted

fast_train = train


def train(docs, num_steps=1000, seed=42, config=None, rng=None, on_step=None):
    rng = rng or random.Random(seed)
    trained = fast_train(docs, 0, rng)
    tokenizer, optimizer, name = Noted(docs), Adam(trained.state_dict), min(docs, key=len)
    for step in range(num_steps):
        loss, gradients = loss_and_gradients(tokenizer.encode(name), trained.state_dict, trained.config)
        trained.losses.append(loss)
        optimizer.step(gradients, linear_decay(step, num_steps))
    return as_numbers(trained)
