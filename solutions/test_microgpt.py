"""Does the reference work? One line per part, in seconds: `python solutions/test_microgpt.py`, or under pytest."""

from __future__ import annotations

import math
import random
import sys
import time
import traceback

from part00_setup import numerical_gradient, square
from part01_autograd import Value
from part02_tokenizer import Tokenizer, bigram_counts, bigram_loss, split_docs
from part03_layers import linear, rmsnorm, softmax
from part04_parameters import Config, count_parameters, flatten, init_state_dict
from part05_gpt import gpt
from part06_adam import Adam, linear_decay
from part07_training import held_out_loss, sequence_loss, train
from part08_generation import sample_many, temperature_softmax
from part09_understanding import attention_score_count, kv_cache_floats, perplexity, uniform_loss
from part10_experiments import attention_map, rank_names

NAMES = ["emma", "olivia", "ava", "isabella", "mia", "noah", "liam", "ethan", "emma", "lucas", "mason", "leo"]
SMALL = Config(vocab_size=5, n_embd=4, n_head=2, n_layer=2, block_size=6)


def close(a: float, b: float, tolerance: float = 1e-9) -> bool:
    """Whether two numbers are equal but for rounding."""
    return abs(a - b) <= tolerance * max(1.0, abs(a), abs(b))


def test_part_0_slopes_are_found_by_trying() -> None:
    assert square(3.0) == 9.0
    slopes = numerical_gradient(lambda xs: xs[0] * xs[1] ** 2, [2.0, 5.0])
    assert close(slopes[0], 25.0, 1e-6) and close(slopes[1], 20.0, 1e-6)


def test_part_1_gradients_equal_finite_differences() -> None:
    def formula(x, y, z):
        return (x * y - z / 3 + 2) ** 2 * (x.exp() + y.log()) / (1 - z).relu() + (-x) * x

    point = [0.7, 1.9, -0.4]
    leaves = [Value(number) for number in point]
    formula(*leaves).backward()
    by_trying = numerical_gradient(lambda xs: formula(*map(Value, xs)).data, point)
    for leaf, slope in zip(leaves, by_trying):
        assert close(leaf.grad, slope, 1e-6), (leaf, slope)
    end = start = Value(1.0)
    for _ in range(50_000):
        end = end + 0.0
    end.backward()
    assert start.grad == 1.0, "a chain of 50,000"


def test_part_2_names_become_numbers_and_come_back() -> None:
    tokenizer = Tokenizer(NAMES)
    for name in NAMES:
        ids = tokenizer.encode(name)
        assert ids[0] == ids[-1] == tokenizer.bos and tokenizer.decode(ids) == name
    training, held_out = split_docs(NAMES, held_out=0.25)
    assert len(training) + len(held_out) == len(NAMES) and not set(training) & set(held_out) and held_out
    assert bigram_loss(bigram_counts(NAMES, tokenizer), NAMES, tokenizer) < math.log(tokenizer.vocab_size)


def test_part_3_softmax_sums_to_1_and_rmsnorm_scales_to_1() -> None:
    assert [y.data for y in linear([Value(1.0), Value(2.0)], [[Value(3.0), Value(4.0)]])] == [11.0]
    probabilities = [p.data for p in softmax([Value(1000.0), Value(1001.0), Value(-1000.0)])]
    assert close(sum(probabilities), 1.0) and close(probabilities[1] / probabilities[0], math.e)
    normed = rmsnorm([Value(3.0), Value(-4.0), Value(0.5)])
    assert close(sum(y.data**2 for y in normed) / 3, 1.0, 1e-5)


def test_part_4_the_model_has_4192_parameters() -> None:
    assert count_parameters(Config()) == len(flatten(init_state_dict(Config(), random.Random(1)))) == 4192
    assert count_parameters(SMALL) == len(flatten(init_state_dict(SMALL, random.Random(1))))


def test_part_5_attention_sums_to_1_and_no_gradient_is_missing() -> None:
    state_dict = init_state_dict(SMALL, random.Random(1), std=0.5)
    keys, values, attention = [[], []], [[], []], []
    for position, token in enumerate([4, 0, 3]):
        logits = gpt(token, position, keys, values, state_dict, SMALL, attention)
    assert len(logits) == 5 and len(attention) == 3 * SMALL.n_layer
    for call, by_head in enumerate(attention):
        assert len(by_head) == SMALL.n_head
        for weights in by_head:
            assert len(weights) == call // SMALL.n_layer + 1 and close(sum(w.data for w in weights), 1.0)
    parameters = flatten(state_dict)
    sequence_loss([4, 0, 3, 1, 4], state_dict, SMALL).backward()
    for parameter in random.Random(2).sample(parameters, 40):
        gradient, number = parameter.grad, parameter.data

        def loss_at(xs, parameter=parameter):
            parameter.data = xs[0]
            return sequence_loss([4, 0, 3, 1, 4], state_dict, SMALL).data

        assert close(gradient, numerical_gradient(loss_at, [number])[0], 1e-6)
        parameter.data = number


def test_part_6_adam_steps_as_worked_out_by_hand() -> None:
    parameter = Value(1.0)
    optimizer = Adam([parameter])
    # m = 0.75, v = 0.25: m_hat / √v_hat = 1. Then m = 0.63735, v = 0.2475: m_hat = 2.29676, v_hat = 12.43719.
    for gradient, expected in ((5.0, 0.9), (-0.001, 0.9 - 0.1 * 2.29676 / 12.43719**0.5)):
        parameter.grad = gradient
        optimizer.step(0.1)
        assert parameter.grad == 0.0 and close(parameter.data, expected, 1e-6), parameter
    assert [linear_decay(step, 4, lr=1.0) for step in range(4)] == [1.0, 0.75, 0.5, 0.25]


def test_part_7_ten_training_steps_lower_the_loss() -> None:
    untrained, trained = train(NAMES, num_steps=0, seed=1), train(NAMES, num_steps=10, seed=1)
    assert len(trained.losses) == 10 and close(trained.losses[0], math.log(trained.tokenizer.vocab_size), 0.1)
    assert held_out_loss(NAMES[:3], trained) < held_out_loss(NAMES[:3], untrained) - 0.1
    assert train(NAMES, num_steps=1, seed=1).losses[0] == trained.losses[0], "the same seed, the same model"


def test_part_8_a_name_is_sampled_and_the_seed_repeats_it() -> None:
    trained = train(NAMES, num_steps=1, seed=1)
    names = sample_many(trained, count=2, seed=5)
    assert names == sample_many(trained, count=2, seed=5) and any(names)
    assert all(set(name) <= set(trained.tokenizer.chars) and len(name) <= 16 for name in names)
    assert temperature_softmax([Value(1.0), Value(2.0)], 0.01)[1] > 0.999


def test_part_9_the_numbers_add_up() -> None:
    assert close(uniform_loss(27), 3.295836866) and close(perplexity(uniform_loss(27)), 27.0)
    keys, values, attention = [[], []], [[], []], []
    state_dict = init_state_dict(SMALL, random.Random(1))
    for position in range(3):
        gpt(0, position, keys, values, state_dict, SMALL, attention)
    floats = sum(len(vector) for cache in (keys, values) for layer in cache for vector in layer)
    scores = sum(len(weights) for by_head in attention for weights in by_head)
    assert kv_cache_floats(SMALL, 3) == floats and attention_score_count(SMALL, 3) == scores


def test_part_10_attention_maps_look_back_only_and_names_are_ranked() -> None:
    trained = train(NAMES, num_steps=1, seed=1)
    for by_head in attention_map("emma", trained):
        for rows in by_head:
            assert [len(row) for row in rows] == [1, 2, 3, 4, 5] and all(close(sum(row), 1.0) for row in rows)
    ranked = rank_names(["ava", "lll", "mia"], trained)
    losses = [held_out_loss([name], trained) for name in ranked]
    assert sorted(ranked) == ["ava", "lll", "mia"] and losses == sorted(losses)


def main() -> int:
    """Run every test above and print a line for each. Return the exit status: 1 when one fails."""
    failed = 0
    for name, test in list(globals().items()):
        if not name.startswith("test_part_"):
            continue
        number, sentence = name.removeprefix("test_part_").split("_", 1)
        began, verdict = time.perf_counter(), "ok"
        try:
            test()
        except Exception:
            verdict, failed = "FAILED", failed + 1
            traceback.print_exc()
        seconds = time.perf_counter() - began
        print(f"part {number:>2}  {verdict:6}  {seconds:4.1f} s  {sentence.replace('_', ' ')}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
