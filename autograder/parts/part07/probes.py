"""Probes of part 7. Models are small, and made from a seed, so that a learner can repeat a call; numbers come back."""

import random

import part07_training as part
from part02_tokenizer import Tokenizer
from part04_parameters import Config, flatten, init_state_dict
from part06_adam import Adam


def losses_of(names, sizes, seed, std):
    """config = Config(*{sizes}); state_dict = init_state_dict(config, random.Random({seed}), std={std});
    [sequence_loss(tokens, state_dict, config).data for tokens in {names}]"""
    config, state_dict = _model(sizes, seed, std)
    return [part.sequence_loss(tokens, state_dict, config).data for tokens in names]


def gradients_of(tokens, sizes, seed, std):
    """config = Config(*{sizes}); state_dict = init_state_dict(config, random.Random({seed}), std={std});
    loss = sequence_loss({tokens}, state_dict, config); loss.backward(); loss.data, and the grad of every parameter"""
    config, state_dict = _model(sizes, seed, std)
    loss = part.sequence_loss(tokens, state_dict, config)
    loss.backward()
    return {"loss": loss.data, "gradients": _numbers(state_dict, "grad")}


def losses_of_steps(names, rates, sizes, seed, std):
    """config = Config(*{sizes}); state_dict = init_state_dict(config, random.Random({seed}), std={std});
    optimizer = Adam(flatten(state_dict)); [training_step(tokens, state_dict, config, optimizer, lr)
    for tokens, lr in zip({names}, {rates})]"""
    config, state_dict = _model(sizes, seed, std)
    return _steps(names, rates, config, state_dict)


def weights_after_steps(names, rates, sizes, seed, std):
    """config = Config(*{sizes}); state_dict = init_state_dict(config, random.Random({seed}), std={std});
    optimizer = Adam(flatten(state_dict)); training_step(tokens, state_dict, config, optimizer, lr)
    for tokens, lr in zip({names}, {rates}); the numbers in state_dict, whether every grad is 0 again, and
    sequence_loss({names}[0], state_dict, config).data"""
    config, state_dict = _model(sizes, seed, std)
    _steps(names, rates, config, state_dict)
    clean = all(value.grad == 0 for value in flatten(state_dict))
    loss = part.sequence_loss(names[0], state_dict, config).data
    return {"weights": _numbers(state_dict, "data"), "every grad is 0": clean, "loss afterwards": loss}


def steps_from_twice(matrices, names, rates, sizes):
    """config = Config(*{sizes}); twice: state_dict = {matrices}, as Values; optimizer = Adam(flatten(state_dict));
    training_step(tokens, state_dict, config, optimizer, lr) for tokens, lr in zip({names}, {rates});
    the losses, then the numbers in state_dict"""
    return [_steps_from(matrices, names, rates, sizes) for _ in range(2)]


def untrained(docs, seed, sizes):
    """train({docs}, num_steps=0, seed={seed}, config=Config(*{sizes})): the numbers in its state_dict"""
    return _numbers(part.train(docs, num_steps=0, seed=seed, config=Config(*sizes)).state_dict, "data")


def training(docs, num_steps, seed, sizes):
    """trained = train({docs}, num_steps={num_steps}, seed={seed}, config=Config(*{sizes})); its tokenizer's chars,
    its config, its losses, and the numbers in its state_dict"""
    trained = part.train(docs, num_steps=num_steps, seed=seed, config=Config(*sizes))
    return {**_fields(trained), "weights": _numbers(trained.state_dict, "data")}


def training_losses(docs, num_steps, seed, sizes):
    """train({docs}, num_steps={num_steps}, seed={seed}, config=Config(*{sizes})).losses"""
    return part.train(docs, num_steps=num_steps, seed=seed, config=Config(*sizes)).losses


def training_with_a_generator(docs, num_steps, number, sizes):
    """rng = random.Random({number}); losses = train({docs}, num_steps={num_steps}, config=Config(*{sizes}),
    rng=rng).losses; losses + [rng.random()]"""
    rng = random.Random(number)
    losses = part.train(docs, num_steps=num_steps, config=Config(*sizes), rng=rng).losses
    return [*losses, rng.random()]


def default_training(docs, num_steps, seed):
    """trained = train({docs}, num_steps={num_steps}, seed={seed}); its tokenizer's chars, its config, its losses, and
    [rows, columns] of each matrix"""
    trained = part.train(docs, num_steps=num_steps, seed=seed)
    shapes = {name: [len(matrix), len(matrix[0])] for name, matrix in trained.state_dict.items()}
    return {**_fields(trained), "shapes": shapes}


def training_heard(docs, num_steps, seed, sizes):
    """heard = []; train({docs}, num_steps={num_steps}, seed={seed}, config=Config(*{sizes}),
    on_step=lambda step, loss: heard.append([step, loss])); heard"""
    heard = []
    part.train(
        docs,
        num_steps=num_steps,
        seed=seed,
        config=Config(*sizes),
        on_step=lambda step, loss: heard.append([step, loss]),
    )
    return heard


def docs_after_training(docs, num_steps, seed, sizes):
    """docs = {docs}; twice train(docs, num_steps={num_steps}, seed={seed}, config=Config(*{sizes})).losses;
    then docs"""
    runs = [part.train(docs, num_steps=num_steps, seed=seed, config=Config(*sizes)).losses for _ in range(2)]
    return [*runs, docs]


def loss_on(docs, train_docs, sizes, seed, std):
    """config = Config(*{sizes}); state_dict = init_state_dict(config, random.Random({seed}), std={std});
    trained = Trained(Tokenizer({train_docs}), config, state_dict, []); held_out_loss({docs}, trained)"""
    config, state_dict = _model(sizes, seed, std)
    return part.held_out_loss(docs, part.Trained(Tokenizer(train_docs), config, state_dict, []))


def _model(sizes, seed, std):
    config = Config(*sizes)
    return config, init_state_dict(config, random.Random(seed), std=std)


def _steps_from(matrices, names, rates, sizes):
    config, state_dict = Config(*sizes), _model(sizes, 0, 0.0)[1]
    for name, matrix in matrices.items():
        for row, numbers in zip(state_dict[name], matrix):
            for value, number in zip(row, numbers):
                value.data = number
    return {"losses": _steps(names, rates, config, state_dict), "weights": _numbers(state_dict, "data")}


def _fields(trained):
    chars, config = list(trained.tokenizer.chars), trained.config
    sizes = [config.vocab_size, config.n_embd, config.n_head, config.n_layer, config.block_size]
    return {"losses": trained.losses, "chars": chars, "sizes": sizes}


def _steps(names, rates, config, state_dict):
    optimizer = Adam(flatten(state_dict))
    return [part.training_step(tokens, state_dict, config, optimizer, lr) for tokens, lr in zip(names, rates)]


def _numbers(state_dict, attribute):
    return {
        name: [[getattr(value, attribute) for value in row] for row in matrix] for name, matrix in state_dict.items()
    }
