"""The grader's numpy model against finite differences, against the scalar course code and against microgpt_fast."""

import random

import numpy as np
import pytest

from autograder import model
from autograder.course import ROOT
from autograder.parts.part05 import oracle

SIZES = [
    model.Sizes(vocab_size=5, n_embd=6, n_head=2, n_layer=2, block_size=4),
    model.Sizes(vocab_size=7, n_embd=4, n_head=1, n_layer=1, block_size=9),
    model.Sizes(),
]
NAMES = (ROOT / "datasets" / "names.txt").read_text(encoding="utf-8").split("\n")[:3200]


def tokens_for(sizes: model.Sizes, length: int, rng: random.Random) -> list[int]:
    bos = sizes.vocab_size - 1
    return [bos, *rng.choices(range(bos), k=length), bos]


def as_rows(weights: model.Weights) -> dict[str, list]:
    return {name: matrix.tolist() for name, matrix in weights.items()}


def as_values(weights: model.Weights) -> dict[str, list]:
    from part01_autograd import Value

    return {name: [[Value(x) for x in row] for row in matrix.tolist()] for name, matrix in weights.items()}


def part04_config(sizes: model.Sizes) -> object:
    from part04_parameters import Config

    return Config(sizes.vocab_size, sizes.n_embd, sizes.n_head, sizes.n_layer, sizes.block_size)


@pytest.mark.parametrize("sizes", SIZES[:2])
def test_gradients_are_the_finite_differences_of_the_loss(sizes: model.Sizes) -> None:
    rng = random.Random(1)
    weights = model.draw_weights(sizes, rng, std=0.7)
    batch = [tokens_for(sizes, length, rng) for length in (2, 6, 1)]  # padding, and a name longer than block_size
    _, gradients = model.loss_and_gradient(batch, weights, sizes)
    assert list(gradients) == list(weights)
    for name, matrix in weights.items():
        for place in [tuple(rng.randrange(size) for size in matrix.shape) for _ in range(8)]:
            kept, sides = matrix[place], []
            for h in (1e-5, -1e-5):
                matrix[place] = kept + h
                sides.append(model.loss_and_gradient(batch, weights, sizes)[0])
            matrix[place] = kept
            assert gradients[name][place] == pytest.approx((sides[0] - sides[1]) / 2e-5, abs=1e-8), (name, place)


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("length", (0, 1, 5, 20))
def test_loss_and_gradients_are_those_of_microgpt_fast(sizes: model.Sizes, length: int) -> None:
    import microgpt_fast

    rng = random.Random(length)
    weights = model.draw_weights(sizes, rng, std=0.5)
    tokens = tokens_for(sizes, length, rng)
    loss, gradients = model.loss_and_gradient([tokens], weights, sizes)
    expected_loss, expected = microgpt_fast.loss_and_gradients(tokens, as_rows(weights), sizes)
    assert loss == pytest.approx(expected_loss, abs=1e-12)
    for name, matrix in gradients.items():
        np.testing.assert_allclose(matrix, np.array(expected[name]), rtol=0, atol=1e-12, err_msg=name)


def test_a_batch_is_the_mean_over_all_predicted_tokens() -> None:
    sizes, rng = SIZES[0], random.Random(3)
    weights = model.draw_weights(sizes, rng, std=0.5)
    batch = [tokens_for(sizes, length, rng) for length in (1, 3, 7)]
    counts = [2, 4, 4]
    alone = [model.loss_and_gradient([tokens], weights, sizes) for tokens in batch]
    loss, gradients = model.loss_and_gradient(batch, weights, sizes)
    assert loss == pytest.approx(sum(count * one for count, (one, _) in zip(counts, alone)) / 10, abs=1e-12)
    for name in weights:
        expected = sum(count * one[name] for count, (_, one) in zip(counts, alone)) / 10
        np.testing.assert_allclose(gradients[name], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("sizes", [None, SIZES[0]])
def test_replay_is_train_step_by_step_and_ends_at_its_weights(sizes: model.Sizes | None) -> None:
    import microgpt_fast

    docs = NAMES[:60] if sizes is None else ["abba", "cab", "dad", "acbdabcd"]
    rng = random.Random(7)
    config = None if sizes is None else part04_config(sizes)
    expected = microgpt_fast.train(docs, 100, rng, config)
    seen = []
    replayed = model.replay(docs, 100, seed=7, config=sizes, on_step=lambda step, loss, weights: seen.append(step))
    assert replayed.losses == pytest.approx(expected.losses, abs=1e-9)
    assert seen == list(range(100))
    assert replayed.chars == expected.tokenizer.chars
    for name, matrix in replayed.weights.items():
        np.testing.assert_allclose(matrix, np.array(expected.state_dict[name]), rtol=0, atol=1e-9)
    start = model.replay(docs, 100, seed=7, config=sizes, stop=30)
    assert start.losses == replayed.losses[:30]


def test_held_out_loss_and_samples_are_those_of_the_scalar_code() -> None:
    from part02_tokenizer import Tokenizer
    from part07_training import Trained, held_out_loss
    from part08_generation import sample_many

    for sizes in (model.Sizes(vocab_size=27, n_embd=8, n_head=2, n_layer=2, block_size=5), model.Sizes()):
        weights = model.draw_weights(sizes, random.Random(5), std=0.4)
        trained = Trained(Tokenizer(NAMES), part04_config(sizes), as_values(weights), [])
        chars = trained.tokenizer.chars
        assert sizes.vocab_size == len(chars) + 1
        names = sorted(NAMES[:12], key=len)[::4]
        assert max(map(len, names)) > 5  # longer than the first model's block_size
        assert model.held_out_loss(names, weights, sizes, chars) == pytest.approx(
            held_out_loss(names, trained), abs=1e-9
        )
        ours, theirs = random.Random(9), random.Random(9)
        expected = sample_many(trained, 4, 0.7, rng=theirs)
        assert model.sample_many(weights, sizes, chars, 4, 0.7, ours) == expected
        assert ours.getstate() == theirs.getstate()


def test_attention_rows_are_weights_of_the_positions_so_far() -> None:
    from part05_gpt import gpt

    sizes, rng = SIZES[0], random.Random(2)
    weights, state_dict, tokens = model.draw_weights(sizes, rng, 0.6), None, [4, 1, 0, 3]
    state_dict = as_values(weights)
    attention_weights, logits = model.attention_weights(tokens, weights, sizes), model.logits(tokens, weights, sizes)
    assert attention_weights.shape == (2, 2, 4, 4) and logits.shape == (4, 5)
    keys, values = [[], []], [[], []]
    for t, token in enumerate(tokens):
        expected = []
        row = gpt(token, t, keys, values, state_dict, part04_config(sizes), expected)
        assert [x.data for x in row] == pytest.approx(logits[t].tolist(), abs=1e-12)
        by_layer = np.array([[[w.data for w in head] for head in layer] for layer in expected])
        np.testing.assert_allclose(attention_weights[:, :, t, : t + 1], by_layer, rtol=0, atol=1e-12)
        assert not attention_weights[:, :, t, t + 1 :].any()


def test_many_names_ask_once_for_what_they_begin_with_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    found = model.next_probabilities

    def noted(tokens: list[int], *rest: object) -> list[float]:
        asked.append(tuple(tokens))
        return found(tokens, *rest)

    monkeypatch.setattr(model, "next_probabilities", noted)
    sizes = model.Sizes(3, 2, 1, 1, 3)
    model.sample_many(model.draw_weights(sizes, random.Random(1), 0.5), sizes, "ab", 60, 1.0, random.Random(2))
    assert len(asked) == len(set(asked)) <= 1 + 2 + 4  # BOS alone, with a letter, with two


def test_weights_of_the_scalar_oracle_may_be_changed() -> None:
    """They are drawn once for several checks, and slopes are found by changing them."""
    sizes = {"vocab_size": 3, "n_embd": 2, "n_head": 1, "n_layer": 1, "block_size": 3}
    weights = oracle.draw_weights(sizes, 1)
    before = weights["wte"][0][0]
    weights["wte"][0][0] = 7.0
    assert oracle.draw_weights(sizes, 1)["wte"][0][0] == before
