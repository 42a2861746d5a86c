"""A try of a recipe in the page: the same losses and the same sentences as on the board."""

import json

import numpy as np
import pytest

from autograder import model
from autograder.bundle.recipe_replay import RecipeTry
from autograder.leaderboard import recipes
from autograder.leaderboard.data import CHARS, CONFIG, load_split
from autograder.leaderboard.recipe_source import STUB, RecipeError
from autograder.leaderboard.recipes import as_digits, as_matrices
from autograder.sandbox import Tier

RECIPE = STUB.read_text(encoding="utf-8").replace("return 1", "return 3", 1)  # names per step
STEPS, SEED = 4, 5
EQUAL = 1e-9  # the page adds in another order; after 4 steps, losses differ by 1e-15
RECORDED = {
    "baselines": {"uniform": 3.3, "unigram": 2.8, "bigram": 2.5, "microgpt's recipe": 2.4},
    "shapes": model.shapes(CONFIG),
}


def reply(value):
    return json.dumps({"id": "page", "value": value})


def begun(source=RECIPE, seeds=(SEED,)):
    split = load_split()
    return RecipeTry(source, split.train, json.loads(json.dumps(RECORDED)), seeds, STEPS)


def test_a_seed_gives_the_losses_in_the_page_that_it_gives_on_the_board(in_page):
    split = load_split()
    names = (STUB.parent.parent / "datasets" / "names.txt").read_text(encoding="utf-8").split()
    [tried] = in_page([{"recipe": RECIPE, "names": names, "seeds": [SEED], "steps": STEPS}])
    scored = recipes.score(RECIPE.encode("utf-8"), split, (SEED,), tier=Tier.LOCAL, num_steps=STEPS)
    board = recipes.run(RECIPE.encode("utf-8"), split, SEED, Tier.LOCAL, num_steps=STEPS)
    assert tried["losses"] == pytest.approx(board.losses, abs=EQUAL)
    assert tried["loss"] == pytest.approx(scored.mean, abs=EQUAL)
    assert f"Sample names: {', '.join(scored.names)}." in tried["lines"]


def test_the_engine_of_a_try_takes_the_boards_steps():
    """With numpy's gradients in place of the page's: equal to the last bit."""
    split, space = load_split(), {}
    exec(RECIPE, space)
    tried = begun()
    names, steps = tried.start()["call"][1]
    answer = [[space["initial_std"](name) for name in names], [space["batch_size"](step) for step in range(steps)]]
    state, losses = tried.settings(reply(answer)), []
    while state["names"]:
        batch = [model.encode(name, CHARS) for name in state["names"]]
        loss, gradients = model.loss_and_gradient(batch, as_matrices(state["weights"]), CONFIG)
        losses.append(loss)
        step, keys, *sent = tried.gradient(loss, as_digits(gradients))["call"][1]
        flat = [dict(zip(keys, (np.frombuffer(bytes.fromhex(each)).tolist() for each in digits))) for digits in sent]
        new = space["update"](step, *flat)
        state = tried.updated(reply([np.array(new[key]).tobytes().hex() for key in keys]))
    board = recipes.run(RECIPE.encode("utf-8"), split, SEED, Tier.LOCAL, num_steps=STEPS)
    assert losses == board.losses
    assert tried.finish(board.loss) == {"done": True}
    assert tried.result(["ada"], 2.0, "hello")["lines"][-2:] == [
        "Your recipe printed (in its first run):",
        "  | hello",
    ]


@pytest.mark.parametrize(
    ("source", "sentence"),
    [("import numpy\n", "Line 1: The file imports numpy"), ("def update(:\n", "Line 1: Python can't read the file")],
)
def test_a_file_that_is_no_recipe_is_refused_in_the_boards_words(source, sentence):
    with pytest.raises(RecipeError, match=sentence):
        begun(source)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((reply([[0.08] * 9, [33] * STEPS]),), "batch_size.0. is 33, and must be a whole number, 1 to 32"),
        ((reply([[None] * 9, [1] * STEPS]),), "initial_std.'wte'. is None, and must be a number"),
        (("", "timeout", "no answer after 10 seconds"), "no answer after 10 seconds"),
        (("no JSON",), "the reply was not an answer"),
        (('{"id": "page", "progress": 1}',), "an answer was sent that belongs to no call"),
    ],
)
def test_an_answer_that_breaks_a_rule_is_refused_in_the_boards_words(answer, sentence):
    tried = begun()
    tried.start()
    with pytest.raises(RecipeError, match=sentence):
        tried.settings(*answer)


def test_a_loss_that_is_not_finite_ends_a_try():
    tried = begun()
    tried.start()
    tried.settings(reply([[0.08] * 9, [1] * STEPS]))
    with pytest.raises(RecipeError, match="step 0: the loss is no longer a finite number"):
        tried.gradient(None, {})
