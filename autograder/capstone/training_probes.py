"""The capstone's probe: it trains and samples with a learner's modules, in the same sandbox."""

import gc
import os
import random
import sys
import threading
import time
import types

import part07_training
import part08_generation

# Two common ways to write part 1 make cycles, which live until the cyclic collector finds them: a recursive inner
# function in backward() holds a step's whole graph, and with a closure per operation every value is part of one. The
# default thresholds make the collector look at all that lives every few hundred values; this way it looks every two to
# five steps, mostly at garbage. What it meets half-way through a step it moves to the next generation: that is looked
# at every third time, or the memory would be full after 200 steps. Code without cycles never comes near the first.
THRESHOLDS = 1_000_000, 2, 2
SECONDS_BETWEEN_LOOKS = 0.5


def ready():
    """import your parts"""
    return True


def end_with_the_grader():
    """End this process soon after its grader was killed, since nobody needs the result then. In the strict sandbox,
    bubblewrap does this; on Windows, only the worker's own time limit does.
    """
    grader = os.getppid()

    def watch():
        while os.getppid() == grader:
            time.sleep(SECONDS_BETWEEN_LOOKS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def train_and_sample(docs, num_steps, seed, counts):
    """train(docs, {num_steps}, rng=random.Random({seed}))"""
    end_with_the_grader()
    # A train() may switch the collector off, as ours does. On PyPy, no memory is freed then, and with such a backward()
    # the memory would be full after 80 steps.
    gc.disable = lambda: None
    if sys.implementation.name != "pypy":
        gc.set_threshold(*THRESHOLDS)
    rng = random.Random(seed)
    with_names = note_names()
    trained = part07_training.train(
        docs,
        num_steps=num_steps,
        rng=rng,
        on_step=lambda step, loss: progress([step, loss]),  # noqa: F821
    )
    places = {doc: place for place, doc in enumerate(docs)}
    return {
        **claims(trained, rng, seed, counts),
        "order": [places.get(name) if type(name) is str else None for name in with_names[:num_steps]],
        "first_weights": first_weights(docs, seed),
    }


def claims(trained, rng, seed, counts):
    """What a run says of its model. rng: the generator of the training, which the first names continue."""
    return {
        "chars": list(trained.tokenizer.chars),
        "losses": list(trained.losses),
        "weights": numbers(trained.state_dict),
        "names": list(part08_generation.sample_many(trained, count=counts["names"], temperature=0.5, rng=rng)),
        "cold": list(part08_generation.sample_many(trained, count=counts["cold"], temperature=0.3, seed=seed)),
        "hot": list(part08_generation.sample_many(trained, count=counts["hot"], temperature=1.0, seed=seed)),
    }


def numbers(matrices):
    return {name: [[value.data for value in row] for row in matrix] for name, matrix in dict(matrices).items()}


def note_names():
    """A list that records every name that the learner's tokenizer encodes from now on. The first num_steps names belong
    to the steps, whether train() encodes a name in its step or all names before the first.
    """
    noted = []
    tokenizer = getattr(sys.modules.get("part02_tokenizer"), "Tokenizer", None)
    encode = vars(tokenizer).get("encode") if isinstance(tokenizer, type) else None
    if isinstance(encode, types.FunctionType):

        def noting(self, doc):
            noted.append(doc)
            return encode(self, doc)

        tokenizer.encode = noting
    return noted


def first_weights(docs, seed):
    """The initial weights, from a train() with 0 steps. None if train() can't run 0 steps."""
    try:
        return numbers(part07_training.train(docs, num_steps=0, rng=random.Random(seed)).state_dict)
    except Exception:
        return None
