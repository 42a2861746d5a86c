"""The forward passes with a known mistake are those of the misconceptions of parts 3 and 5 in scalar code."""

import importlib
import math
import random
import sys

import numpy as np
import pytest

from autograder import model
from autograder.capstone.forward_variants import ForwardVariant
from autograder.capstone.training_variants import KNOWN_MISTAKES
from autograder.course import SOLUTIONS, parts
from autograder.grading.misconceptions import variants

FORMS = {variant.says: variant.passes for variant in KNOWN_MISTAKES if isinstance(variant.passes, ForwardVariant)}
SIZES = model.Sizes()

# By misconception: how the words of the capstone begin.
SAME = {
    "no-position-embedding": "the position embedding",
    "no-attention-scale": "the attention scores are not",
    "scale-without-root": "the attention scores are divided",
    "no-attention-residual": "the residual connection around attention is missing",
    "no-mlp-residual": "the residual connection around the mlp is missing",
    "no-residuals": "both residual connections are missing",
    "residual-from-normed-x": "both residual connections start",
    "attention-residual-from-normed-x": "the residual connection around attention starts",
    "mlp-residual-from-normed-x": "the residual connection around the mlp starts",
    "attention-and-mlp-side-by-side": "the mlp gets the x",
    "no-first-norm": "the norm after the embeddings",
    "no-norm-before-attention": "the norm before attention",
    "no-norm-before-mlp": "the norm before the mlp",
    "no-norm-in-the-layers": "the norms before attention and mlp",
    "norm-before-the-head": "x is also normalised before lm_head",
    "norm-after-the-residual": "x is normalised after",
    "rmsnorm-takes-the-mean-away": "the norm is a LayerNorm",
    "rmsnorm-takes-the-sum-of-squares": "the norm uses the sum",
    "rmsnorm-without-the-root": "the norm divides by the mean of squares",
    "rmsnorm-with-another-default-eps": "the norm's eps is 1e-6",
    "relu-left-out": "the ReLU is missing",
    "gelu-for-relu": "the mlp has the short GELU",
    "squared-relu": "the mlp squares",
    "attends-to-itself-only": "each position attends only to itself",
    "attn-wo-left-out": "attn_wo is not used",
    "query-with-wk": "the query is made",
    "key-with-wq": "the key is made",
    "query-and-key-swapped": "attn_wq and attn_wk",
    "key-and-value-swapped": "keys and values",
    "value-with-wk": "the values are the keys",
    "value-is-x": "the values are x",
    "head-is-wte": "the logits are made",
}


@pytest.fixture
def scalar(tmp_path, monkeypatch):
    """Loads the solutions of parts 1 to 5 with a mistake."""
    names = ("part01_autograd", "part03_layers", "part04_parameters", "part05_gpt")

    def load(mistake: str):
        for part in (part for part in parts() if 1 <= part.number <= 5):
            reference = (SOLUTIONS / part.file_name).read_bytes()
            (tmp_path / part.file_name).write_bytes(variants(part).get(mistake, reference))
            monkeypatch.delitem(sys.modules, part.module, raising=False)
        monkeypatch.syspath_prepend(str(tmp_path))
        return [importlib.import_module(name) for name in names]

    yield load
    for name in names:
        sys.modules.pop(name, None)


@pytest.mark.parametrize("mistake", SAME)
def test_a_form_gives_the_loss_and_the_gradient_of_scalar_code_with_the_mistake(mistake, scalar):
    (passes,) = (passes for says, passes in FORMS.items() if says.startswith(SAME[mistake]))
    autograd, _, parameters, gpt = scalar(mistake)
    # The gradients of any two forms differ by 5e-5 or more on these tokens.
    weights, tokens = model.draw_weights(SIZES, random.Random(1), 0.5), [26, 4, 4, 26]
    matrices = {name: [[autograd.Value(x) for x in row] for row in rows.tolist()] for name, rows in weights.items()}
    keys, values, losses = [[]], [[]], []
    for position, target in enumerate(tokens[1:]):
        logits = gpt.gpt(tokens[position], position, keys, values, matrices, parameters.Config())
        exps = [logit.exp() for logit in logits]
        losses.append(-(exps[target] / sum(exps)).log())
    mean = sum(losses) / len(losses)
    mean.backward()
    loss, gradient = model.loss_and_gradient([tokens], weights, SIZES, passes)
    assert math.isclose(mean.data, loss, abs_tol=1e-10)
    for name, rows in matrices.items():  # 1e-9 of the largest slope: what is summed in another order differs by 1e-14
        found = np.array([[value.grad for value in row] for row in rows])
        assert np.abs(found - gradient[name]).max() <= 1e-9 * max(1.0, np.abs(found).max())


@pytest.mark.parametrize("says", FORMS)
def test_a_form_moves_most_matrices_and_its_slopes_are_those_of_its_loss(says):
    """A form whose loss could be had without a backward pass could be forged."""
    rng, tokens = np.random.default_rng(1), [26, 4, 4, 0, 26]
    weights = model.draw_weights(SIZES, random.Random(1), 0.5)
    _, gradient = model.loss_and_gradient([tokens], weights, SIZES, FORMS[says])
    along = {name: rng.normal(size=matrix.shape) for name, matrix in weights.items()}
    ahead, behind = (
        model.loss_and_gradient(
            [tokens], {name: matrix + step * along[name] for name, matrix in weights.items()}, SIZES, FORMS[says]
        )[0]
        for step in (1e-6, -1e-6)
    )
    slope = sum((gradient[name] * along[name]).sum() for name in weights)
    assert (ahead - behind) / 2e-6 == pytest.approx(slope, rel=1e-5, abs=1e-7)
    assert gradient["wte"].any() and sum(matrix.any() for matrix in gradient.values()) >= 5


def test_the_default_form_is_the_right_one():
    batch = [[26, 4, 4, 0, 26], [26, 1, 26]]
    weights = model.draw_weights(SIZES, random.Random(1), 0.5)
    (loss, gradient), (right, wanted) = (
        model.loss_and_gradient(batch, weights, SIZES, passes) for passes in (ForwardVariant(), model.STANDARD_PASSES)
    )
    assert math.isclose(loss, right, abs_tol=1e-13)
    assert all(np.abs(gradient[name] - matrix).max() < 1e-13 for name, matrix in wanted.items())
