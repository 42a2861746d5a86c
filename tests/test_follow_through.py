"""Points kept for an earlier task's mistake: right code keeps them, and nobody gets them without the work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from follow_through_table import with_bodies
from helpers import grading

from autograder.course import SOLUTIONS, part
from autograder.grading.follow_through import FAILED, keep_points, table_of
from autograder.grading.grade import GradingContext, grade
from autograder.grading.misconceptions import Mistake, variants
from autograder.grading.report import Check, Report
from autograder.grading.session import Recorded
from autograder.sandbox import Reply, Tier

FILES = Path(__file__).parent / "follow_through"


def graded(number: int, source: str | bytes, seed: int = 1) -> Report:
    return grading.graded(number, source.encode() if isinstance(source, str) else source, seed)


def graded_alone(number: int, source: str | bytes, context: GradingContext | None = None) -> Report:
    """As one learner's file is graded: what the known mistakes reply is asked for this file."""
    of = part(number)
    content = source.encode() if isinstance(source, str) else source
    return grade({of.file_name: content}, of, seed=1, tier=Tier.LOCAL, context=context)


def kept(report: Report) -> set[str]:
    return {check.name for check in report.checks if check.follows}


def earned_in(report: Report, *tasks: str) -> float:
    return sum(check.earned for check in report.checks if check.task in tasks)


# ---- the rule, on made-up checks

MISTAKE = Mistake("halves", "1.1", "You halve it.")
EARLIER = Check("earlier", "1.1", "Earlier", False, 0.5, status="failed")
LATER = Check("later", "1.2", "Later", False, 1.0, status="failed", message="Expected: 4\n")
CALLS = {f"test_{name}": [Recorded(name, (), Reply(value=2))] for name in ("earlier", "later", "other")}
TABLE = {"halves": ["later"]}


def follow(*checks: Check, table=TABLE, verdicts=(), builds_on=True) -> Check:
    """The last check after follow-through. verdicts: what is known of calls where the mistake does not explain all."""
    said = dict(verdicts)

    def explains(mistake: Mistake, calls: list[Recorded]) -> bool | None:
        return said.get(calls[0].probe, True)

    answers = keep_points([MISTAKE], list(checks), CALLS, table, explains, lambda check, function: builds_on)
    return answers[-1]


def test_a_check_of_the_table_keeps_its_points_and_says_why():
    check = follow(EARLIER, LATER)
    assert (check.status, check.earned, check.follows) == ("passed", 1.0, "1.1")
    assert check.message == (
        "The points are kept: the answer is what right code of task 1.2 gives with your mistake in task 1.1, which has "
        "cost points there.\n"
    )


@pytest.mark.parametrize(
    ("checks", "how"),
    [
        ((EARLIER, LATER), {"table": {}}),
        ((EARLIER, LATER), {"builds_on": False}),
        ((EARLIER, LATER), {"verdicts": {"later": False}.items()}),
        ((EARLIER, LATER), {"verdicts": {"earlier": False}.items()}),
        ((LATER,), {}),
        ((Check("earlier", "1.1", "", False, 0.5), LATER), {}),
        ((Check("earlier", "1.1", "", True, 0.5, status="failed"), LATER), {}),
        ((EARLIER, Check("other", "1.1", "", False, 0.5), LATER), {"verdicts": {"other": False}.items()}),
        ((EARLIER, Check("later", "1.2", "", False, 1.0, status="error")), {}),
        ((EARLIER, Check("later", "1.2", "", False, 1.0, status="timeout")), {}),
    ],
    ids=["not in the table", "no call of the mistake", "another answer", "another answer where it is made",
         "nothing was paid", "it cost nothing", "only a hidden check was paid", "a right answer rules it out",
         "an exception", "a time-out"],
)  # fmt: skip
def test_without_any_of_its_conditions_no_points_are_kept(checks, how):
    assert follow(*checks, **how) == checks[-1]


def test_what_could_not_be_found_out_is_said_and_is_no_agreement():
    for verdicts in ({"later": None}, {"earlier": None}):
        check = follow(EARLIER, LATER, verdicts=verdicts.items())
        assert check.earned == 0 and "could not be found out on this machine" in check.message


# ---- files that do the work, and files that do not


@pytest.fixture
def busy_machine():
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * (os.cpu_count() or 1))]
    yield
    for loop in loops:
        loop.kill()
        loop.wait()


def honest() -> str:
    return (FILES / "part07_cuts_the_graph.py").read_text(encoding="utf-8")


def points_by_the_table(report: Report, mistake: str) -> float:
    """What right code with this mistake must earn: all but the checks that it fails and that the table lacks."""
    in_table = table_of(part(report.part)).get(mistake, ())
    assert kept(report) == set(in_table)
    return report.possible - sum(check.points for check in report.checks if check.status in ("failed", "error"))


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3))])
def test_right_code_with_one_mistake_keeps_what_the_table_says(seed):
    report = graded(7, honest(), seed)
    assert report.earned == points_by_the_table(report, "cuts-the-graph")
    assert report.earned == 5.0


def test_the_points_are_the_same_on_a_busy_machine(busy_machine):
    report = graded_alone(7, honest())
    assert report.earned == points_by_the_table(report, "cuts-the-graph")


def test_a_name_that_there_was_no_time_for_changes_no_points():
    report = graded_alone(8, variants(part(8))["temperature-multiplied"], context=GradingContext(seconds=-1.0))
    assert not any(check.misconception for check in report.checks)
    assert kept(report) == set(table_of(part(8))["temperature-multiplied"])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_file_that_never_trains_earns_nothing_for_training(seed):
    report = graded(7, (FILES / "part07_never_trains.py").read_bytes(), seed)
    assert not kept(report)
    # The weights are drawn rightly, and the sizes are the defaults.
    assert earned_in(report, "7.2") == 0 and earned_in(report, "7.3") == 1.0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_file_with_one_slope_keeps_nothing(seed):
    assert not kept(graded(1, (FILES / "part01_writes_one_slope.py").read_bytes(), seed))


def attempt(source: bytes, bodies: dict[str, str]) -> str:
    """The source with other bodies for some functions."""
    text = source.decode()
    for name, body in bodies.items():
        text = with_bodies(text, [name], body.replace("{", "{{").replace("}", "}}"))
    return text


LOSSES_ONLY = """
rng = random.Random(seed) if rng is None else rng
docs = list(docs)
rng.shuffle(docs)
tokenizer = Tokenizer(docs)
config = Config(vocab_size=tokenizer.vocab_size) if config is None else config
state_dict, losses = init_state_dict(config, rng), []
for step in range(num_steps):
    losses.append(sequence_loss(tokenizer.encode(docs[step % len(docs)]), state_dict, config).data)
    if on_step is not None:
        on_step(step, losses[-1])
return Trained(tokenizer, config, state_dict, losses)
"""
NO_DECAY = LOSSES_ONLY.replace(
    "losses = init_state_dict(config, rng), []",
    "losses = init_state_dict(config, rng), []\noptimizer = Adam(flatten(state_dict))",
).replace("sequence_loss(tokenizer.encode(docs[step % len(docs)]), state_dict, config).data",
          "training_step(tokenizer.encode(docs[step % len(docs)]), state_dict, config, optimizer, 0.01)")  # fmt: skip
ONE_STEP_DOWN = """
self.grad = 1.0
for child, slope in zip(self._children, self._local_grads):
    child.grad += slope
"""
NO_GRAPH = "return Value(self.data {} (other.data if isinstance(other, Value) else other))"
UNIFORM = "return math.log(tokenizer.vocab_size)"
NO_COUNTS = "return [[0] * tokenizer.vocab_size for _ in range(tokenizer.vocab_size)]"
ONE_TOKEN = """
x = [a + b for a, b in zip(state_dict['wte'][token_id], state_dict['wpe'][pos_id])]
return linear(rmsnorm(x), state_dict['lm_head'])
"""
NO_MLP = """
x = rmsnorm([a + b for a, b in zip(state_dict['wte'][token_id], state_dict['wpe'][pos_id])])
for layer in range(config.n_layer):
    attended, _ = multi_head_attention(rmsnorm(x), layer, keys, values, state_dict, config)
    x = [a + b for a, b in zip(x, attended)]
return linear(x, state_dict['lm_head'])
"""
EMPTY_CACHES = """
x = rmsnorm([a + b for a, b in zip(state_dict['wte'][token_id], state_dict['wpe'][pos_id])])
for layer in range(config.n_layer):
    empty = [[] for _ in keys]
    attended, weights = multi_head_attention(rmsnorm(x), layer, empty, [[] for _ in keys], state_dict, config)
    x = [a + b for a, b in zip(x, attended)]
    x = [a + b for a, b in zip(x, mlp(rmsnorm(x), layer, state_dict))]
    if attention is not None:
        attention.append(weights)
return linear(x, state_dict['lm_head'])
"""
NO_ATTENTION = EMPTY_CACHES.replace(
    "multi_head_attention(rmsnorm(x), layer, empty, [[] for _ in keys], state_dict, config)",
    "linear(linear(rmsnorm(x), state_dict[f'layer{layer}.attn_wv']), state_dict[f'layer{layer}.attn_wo']), []",
)
CUT_QUERY_AND_KEY = """
def cut(vector):
    return [type(x)(x.data) for x in vector]
query = cut(linear(x, state_dict[f'layer{layer}.attn_wq']))
keys[layer].append(cut(linear(x, state_dict[f'layer{layer}.attn_wk'])))
values[layer].append(linear(x, state_dict[f'layer{layer}.attn_wv']))
head_dim = config.n_embd // config.n_head
joined, weights_by_head = [], []
for start in range(0, config.n_embd, head_dim):
    head = slice(start, start + head_dim)
    output, weights = attend(query[head], [k[head] for k in keys[layer]], [v[head] for v in values[layer]])
    joined.extend(output)
    weights_by_head.append(weights)
return linear(joined, state_dict[f'layer{layer}.attn_wo']), weights_by_head
"""
PAIRS_OF_LETTERS = """
counts = [[0] * tokenizer.vocab_size for _ in range(tokenizer.vocab_size)]
for doc in docs:
    for a, b in zip(doc, doc[1:]):
        counts[tokenizer.chars.index(a)][tokenizer.chars.index(b)] += 1
return counts
"""
LOSS_OF_LETTERS = """
nats, pairs = 0.0, 0
for doc in docs:
    for a, b in zip(doc, doc[1:]):
        row = counts[tokenizer.chars.index(a)]
        nats -= math.log((row[tokenizer.chars.index(b)] + 1) / (sum(row) + tokenizer.vocab_size))
        pairs += 1
return nats / pairs
"""
SUMS_ONCE_MORE = """
nats, predictions, config = 0.0, 0, trained.config
for doc in docs:
    tokens = trained.tokenizer.encode(doc)
    count = min(config.block_size, len(tokens) - 1)
    keys, values = [[] for _ in range(config.n_layer)], [[] for _ in range(config.n_layer)]
    for i in range(count):
        logits = gpt(tokens[i], i, keys, values, trained.state_dict, config)
        nats -= softmax(logits)[tokens[i + 1]].log().data * count
    predictions += count
return nats / predictions
"""
SAME_SEED = "return [sample(trained, temperature, random.Random(0)) for _ in range(count)]"
NO_TEMPERATURE = """
rng = random.Random(seed) if rng is None else rng
return [sample(trained, 1.0, rng) for _ in range(count)]
"""
# What is done: the points that it earns, the part, the mistake that is made and paid for, and what replaces later work.
ATTEMPTS = {
    "a product of slope 1, and no chain rule": (5.0, 1, "product-passes-one", {"Value.backward": ONE_STEP_DOWN}),
    "sums without a graph, and no graph anywhere": (
        4.0,
        1,
        "sum-forgets-its-children",
        {
            "Value.__sub__": NO_GRAPH.format("-"),
            "Value.__truediv__": NO_GRAPH.format("/"),
            "Value.__neg__": "return Value(-self.data)",
            "Value.backward": ONE_STEP_DOWN,
        },
    ),
    "a sum that changes self, and one step down": (5.25, 1, "sum-changes-self", {"Value.backward": ONE_STEP_DOWN}),
    "no first slope, and no walk": (5.5, 1, "forgets-to-begin-with-1", {"Value.backward": "return None"}),
    "the wrong order, and one step down": (6.0, 1, "children-first", {"Value.backward": ONE_STEP_DOWN}),
    "no BOS, and no counting": (6.5, 2, "encode-without-bos", {"bigram_loss": UNIFORM, "bigram_counts": NO_COUNTS}),
    "a vocabulary without BOS, and a uniform loss": (6.5, 2, "vocabulary-without-bos", {"bigram_loss": UNIFORM}),
    "an empty cache, and a model that looks at one token": (4.0, 5, "cache-never-filled", {"gpt": ONE_TOKEN}),
    "weights that are no weights, and no heads": (
        2.25,
        5,
        "output-not-weighted",
        {"multi_head_attention": "return x, []"},
    ),
    "caches copied, and empty ones each time": (6.5, 5, "caches-copied", {"gpt": EMPTY_CACHES}),
    "caches copied, and no attention": (6.5, 5, "caches-copied", {"gpt": NO_ATTENTION}),
    "weights without gradient, and none for queries and keys": (
        9.0,
        5,
        "weights-without-gradient",
        {"multi_head_attention": CUT_QUERY_AND_KEY},
    ),
    "no BOS, and pairs of letters": (
        6.5,
        2,
        "encode-without-bos",
        {"bigram_counts": PAIRS_OF_LETTERS, "bigram_loss": LOSS_OF_LETTERS},
    ),
    "a sum for a mean, twice": (5.0, 7, "sum-for-mean", {"held_out_loss": SUMS_ONCE_MORE}),
    "no ReLU, and no mlp in the model": (5.5, 5, "relu-left-out", {"gpt": NO_MLP}),
    "a step that does not step, and losses only": (5.5, 7, "no-backward", {"train": LOSSES_ONLY}),
    "a cut graph, and no decay": (5.0, 7, "cuts-the-graph", {"train": NO_DECAY}),
    "plain descent, and losses only": (5.5, 7, "plain-descent", {"train": LOSSES_ONLY}),
    "the rate ignored, and no decay": (5.5, 7, "rate-ignored", {"train": NO_DECAY}),
    "the likeliest token, and the same seed": (3.0, 8, "takes-the-likeliest-token", {"sample_many": SAME_SEED}),
    "a generator of its own, and the same seed": (3.0, 8, "generator-of-its-own", {"sample_many": SAME_SEED}),
    "temperature ignored, and not passed on": (1.5, 8, "temperature-ignored", {"sample_many": NO_TEMPERATURE}),
    "every token alike, and no temperature": (3.0, 8, "all-tokens-equally-likely", {"sample_many": NO_TEMPERATURE}),
}


@pytest.mark.gate
@pytest.mark.parametrize("name", ATTEMPTS)
def test_work_that_is_not_done_keeps_no_points(name):
    """What the checks of the tasks miss in code that is right otherwise, they miss behind the mistake, too."""
    points, number, mistake, bodies = ATTEMPTS[name]
    of = part(number)
    tasks = {task.id for task in of.tasks if set(task.defines) & set(bodies)}
    lazy = graded(number, attempt((SOLUTIONS / of.file_name).read_bytes(), bodies))
    missed = {check.name for check in lazy.checks if check.task in tasks and check.status in FAILED}
    report = graded(number, attempt(variants(of)[mistake], bodies))
    assert missed and not kept(report) & missed
    assert report.earned == points
