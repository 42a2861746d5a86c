"""The reference is right: published figures, three versions that agree, deep and wide models, memory, the collector."""

import doctest
import gc
import importlib.util
import random
import sys
import types
from pathlib import Path

import microgpt_fast
import microgpt_simple
import pytest
from part01_autograd import Value
from part02_tokenizer import load_docs
from part04_parameters import Config, count_parameters, flatten, init_state_dict
from part07_training import held_out_loss, sequence_loss, train
from part08_generation import sample_many

from autograder.course import ROOT, SOLUTIONS, labs, parts_and_labs

CANONICAL = ROOT / "datasets" / "makemore_names.txt"
TWENTY = (
    "kamon ann karai jaire vialan karia yeran anna areli kaina konna keylen liole alerin earan lenne kana lara "
    "alela anton"
).split()
NAMES = ["emma", "olivia", "ava", "isabella", "mia", "noah", "liam", "ethan", "emma", "lucas", "mason", "leo"]


@pytest.fixture(scope="module")
def canonical():
    return load_docs(str(CANONICAL))


@pytest.fixture(autouse=True)
def collector_off():
    """As every caller of the scalar versions does: a graph has no reference cycles."""
    gc.disable()
    yield
    gc.enable()


def assert_equal_losses(ours, theirs, tolerance=1e-9):
    assert len(ours) == len(theirs)
    assert max(abs(a - b) for a, b in zip(ours, theirs)) <= tolerance


def ignore(step, loss):
    pass


# The golden run: what the well-known script prints with the same data and seed


def test_the_fast_version_gives_the_published_losses_and_names(canonical):
    rng = random.Random(42)
    trained = microgpt_fast.train(canonical, 1000, rng)
    assert f"{trained.losses[0]:.4f} {trained.losses[-1]:.4f}" == "3.3660 2.6497"
    assert [microgpt_fast.sample(trained, 0.5, rng) for _ in range(20)] == TWENTY


def test_the_scalar_and_the_fast_version_agree_over_50_steps(canonical):
    rng, fast_rng = random.Random(42), random.Random(42)
    scalar = train(canonical, num_steps=50, rng=rng)
    fast = microgpt_fast.train(canonical, 50, fast_rng)
    assert f"{scalar.losses[0]:.4f}" == "3.3660"
    assert_equal_losses(scalar.losses, fast.losses)
    ours = [value.data for value in flatten(scalar.state_dict)]
    assert_equal_losses(ours, microgpt_fast.flat(fast.state_dict))
    assert sample_many(scalar, 2, rng=rng) == [microgpt_fast.sample(fast, 0.5, fast_rng) for _ in range(2)]


def test_the_one_file_version_and_the_fast_one_agree_over_20_steps(canonical):
    losses = []
    rng, fast_rng = random.Random(42), random.Random(42)
    model = microgpt_simple.train(canonical, 20, rng, lambda step, loss: losses.append(loss))
    fast = microgpt_fast.train(canonical, 20, fast_rng)
    assert_equal_losses(losses, fast.losses)
    names = [microgpt_simple.sample(*model, 0.5, rng) for _ in range(2)]
    assert names == [microgpt_fast.sample(fast, 0.5, fast_rng) for _ in range(2)]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_all_1000_steps_of_the_scalar_version_equal_the_fast_ones(canonical):
    rng = random.Random(42)
    trained = train(canonical, num_steps=1000, rng=rng)
    assert f"{trained.losses[0]:.4f} {trained.losses[-1]:.4f}" == "3.3660 2.6497"
    assert_equal_losses(trained.losses, microgpt_fast.train(canonical, 1000, random.Random(42)).losses)
    assert sample_many(trained, 20, 0.5, rng=rng) == TWENTY


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_all_1000_steps_of_the_one_file_version_equal_the_fast_ones(canonical):
    rng, losses = random.Random(42), []
    model = microgpt_simple.train(canonical, 1000, rng, lambda step, loss: losses.append(loss))
    assert f"{losses[0]:.4f} {losses[-1]:.4f}" == "3.3660 2.6497"
    assert_equal_losses(losses, microgpt_fast.train(canonical, 1000, random.Random(42)).losses)
    assert [microgpt_simple.sample(*model, 0.5, rng) for _ in range(20)] == TWENTY


# Three versions, other shapes


def test_held_out_losses_of_all_three_versions_agree():
    rngs = [random.Random(3) for _ in range(3)]
    scalar = train(NAMES, num_steps=4, rng=rngs[0])
    fast = microgpt_fast.train(NAMES, 4, rngs[1])
    simple = microgpt_simple.train(NAMES, 4, rngs[2], ignore)
    held_out = ["mila", "elena"]
    expected = held_out_loss(held_out, scalar)
    assert abs(microgpt_fast.held_out_loss(held_out, fast) - expected) < 1e-9
    assert abs(microgpt_simple.held_out_loss(held_out, *simple) - expected) < 1e-9


@pytest.mark.parametrize(
    "sizes",
    [
        {"n_embd": 6, "n_head": 3, "n_layer": 3, "block_size": 4},  # names longer than block_size
        {"n_embd": 5, "n_head": 1, "n_layer": 1, "block_size": 30},
        {"n_embd": 4, "n_head": 4, "n_layer": 2, "block_size": 1},
    ],
)
def test_the_fast_version_agrees_on_models_of_other_sizes(sizes):
    config = Config(vocab_size=len(set("".join(NAMES))) + 1, **sizes)
    scalar = train(NAMES, num_steps=14, rng=random.Random(5), config=config)  # more steps than names
    fast = microgpt_fast.train(NAMES, 14, random.Random(5), config)
    assert_equal_losses(scalar.losses, fast.losses)
    assert abs(held_out_loss(NAMES, scalar) - microgpt_fast.held_out_loss(NAMES, fast)) < 1e-9


def test_a_model_of_width_64_with_two_layers_trains_and_the_fast_losses_agree():
    names, config = ["ab", "ba"], Config(vocab_size=3, n_embd=64, n_layer=2)
    assert count_parameters(config) > 99_000
    scalar = train(names, num_steps=2, rng=random.Random(1), config=config)
    assert_equal_losses(scalar.losses, microgpt_fast.train(names, 2, random.Random(1), config).losses)
    longer = microgpt_fast.train(names, 30, random.Random(1), config)
    assert longer.losses[-1] < longer.losses[0] / 2


def test_the_fast_gradients_equal_those_of_the_graph_one_by_one():
    config = Config(vocab_size=5, n_embd=4, n_head=2, n_layer=2, block_size=8)
    tokens = [4, 0, 1, 2, 2, 3, 4]
    state_dict = init_state_dict(config, random.Random(2), std=0.4)
    plain = {name: [[value.data for value in row] for row in matrix] for name, matrix in state_dict.items()}
    sequence_loss(tokens, state_dict, config).backward()
    _, gradients = microgpt_fast.loss_and_gradients(tokens, plain, config)
    for name, matrix in state_dict.items():
        for row, fast_row in zip(matrix, gradients[name]):
            assert_equal_losses([value.grad for value in row], fast_row, 1e-12)


# Deep graphs, memory, the collector


def test_a_chain_of_50000_values_needs_no_recursion():
    start = Value(1.0)
    end = start
    for _ in range(50_000):
        end = end * 1.0
    end.backward()
    assert start.grad == 1.0


def test_memory_is_flat_over_the_steps_with_the_collector_off():
    counts = []

    def count(step, loss):
        assert not gc.isenabled()
        counts.append(sum(type(thing) is Value for thing in gc.get_objects()))

    before = sum(type(thing) is Value for thing in gc.get_objects())
    trained = train(NAMES[:3], num_steps=4, seed=1, on_step=count)
    parameters = len(flatten(trained.state_dict))
    # The parameters, and no more than a stray value: a step makes about 60,000 of them.
    assert max(counts) - before <= parameters + 10, counts
    assert max(counts) - min(counts) <= 10


@pytest.mark.parametrize("was_on", [True, False])
@pytest.mark.parametrize("fails", [True, False])
def test_the_collector_is_as_before_after_training_and_after_an_exception(was_on, fails):
    def fail(step, loss):
        raise KeyError("on purpose")

    (gc.enable if was_on else gc.disable)()
    try:
        if fails:
            with pytest.raises(KeyError):
                train(NAMES[:2], num_steps=1, on_step=fail)
        else:
            train(NAMES[:2], num_steps=1)
        assert gc.isenabled() is was_on
    finally:
        gc.enable()


# Each file


READY = [part for part in parts_and_labs() if all(map(importlib.util.find_spec, part.packages))]


@pytest.mark.parametrize("name", [part.module for part in READY] + ["microgpt_fast", "weights"])
def test_the_examples_in_the_docstrings_are_true(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


def test_the_example_of_the_mlp_fails_if_the_zeros_are_left_out():
    source = (SOLUTIONS / "part05_gpt.py").read_text(encoding="utf-8")
    kept = """for h in linear(x, state_dict[f"layer{layer}.mlp_fc1"])]"""
    assert source.count(kept) == 1
    wrong = types.ModuleType("part05_without_zeros")
    exec(source.replace(kept, f"{kept[:-1]} if h.data > 0]"), wrong.__dict__)
    (example,) = [test for test in doctest.DocTestFinder().find(wrong) if test.name.endswith(".mlp")]
    runner = doctest.DocTestRunner()
    assert runner.run(example, out=lambda text: None).failed == 1


@pytest.mark.parametrize("part", READY, ids=lambda part: part.name)
def test_every_task_shows_an_example_that_runs(part):
    finder = doctest.DocTestFinder(exclude_empty=True)
    shown = {test.name.split(".", 1)[1] for test in finder.find(importlib.import_module(part.module)) if test.examples}
    for task in part.tasks:
        if not task.defines:
            continue  # a written answer
        named = {name.partition(".")[0] for name in task.defines} | set(task.defines)
        assert named & shown, f"{task.id} {task.title}: give one of {sorted(named)} an example in its docstring"


def test_the_reference_imports_the_standard_library_and_itself_only():
    ours = {path.stem for path in SOLUTIONS.glob("*.py")}
    packages = {part.file_name: part.packages for part in labs()}
    for path in SOLUTIONS.glob("*.py"):
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            words = line.split()
            if words[:1] in (["import"], ["from"]) and not line.startswith(" "):
                module = words[1].split(".")[0].rstrip(",")
                allowed = module in ours or module in sys.stdlib_module_names or module in packages.get(path.name, ())
                assert allowed, f"{path.name}: {line}"
