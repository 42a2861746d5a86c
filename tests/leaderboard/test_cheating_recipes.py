"""Recipes that cheat get a sentence or the score that they deserve; their honest twins are accepted."""

import base64
import lzma
import random
import re
from pathlib import Path

import pytest
from helpers.recipes import edited

from autograder.leaderboard import recipes
from autograder.leaderboard.data import load_split
from autograder.leaderboard.recipe_source import LARGEST_COMPRESSED, RecipeError, check_source
from autograder.leaderboard.review import LARGEST_GAP, gap_reason
from autograder.sandbox import Limits, Tier

CHEATS = Path(__file__).parent / "cheats"
STD, BATCH, UPDATED = "    return 0.08\n", "    return 1\n", "    return weights\n"
UNTRAINED = 3.29  # a model that knows nothing has 3.296

SAID = {
    "weights as the spread": (edited((STD, "    return [0.1, -0.2, 0.3] * 144\n")), r"initial_std\('wte'\) is \[0.1, "),
    "a spread that is no number": (edited((STD, "    return float('nan')\n")), r"initial_std\('wte'\) is nan"),
    "a spread that is a bool": (edited((STD, "    return True\n")), r"initial_std\('wte'\) is True"),
    "NaN": (edited((UPDATED, "    weights['wpe'][3] = float('nan')\n    return weights\n")), "step 0.*wpe.*NaN"),
    "infinity": (edited((UPDATED, "    weights['wpe'][3] = 1e999\n    return weights\n")), "step 0.*wpe.*infinite"),
    "weights that overflow": (edited((UPDATED, "    weights['lm_head'] = [1e308] * 432\n    return weights\n")),
                              "no longer a finite number"),
    "one number too few": (edited((UPDATED, "    weights['lm_head'].pop()\n    return weights\n")),
                           "431 numbers for lm_head: it must be one flat list of 432"),
    "a wider layer": (edited((UPDATED, "    weights['layer0.mlp_fc1'] *= 2\n    return weights\n")),
                      "2,048 numbers for layer0.mlp_fc1: it must be one flat list of 1,024"),
    "rows in place of a flat list": (edited((UPDATED, "    weights['wte'] = [weights['wte']]\n    return weights\n")),
                                     "for wte a list whose item 0 is a list: it must be one flat list of 432"),
    "a matrix left out": (edited((UPDATED, "    del weights['layer0.attn_wq']\n    return weights\n")),
                          "update left out layer0.attn_wq"),
    "nothing returned": (edited((UPDATED, "")), "update returned None: end it with `return weights`"),
    "1,000 names a step": (edited((BATCH, "    return 1000\n")), r"batch_size\(0\) is 1000.*1 to 32"),
    "no names": (edited((BATCH, "    return 0\n")), r"batch_size\(0\) is 0,"),
    "True names": (edited((BATCH, "    return True\n")), r"batch_size\(0\) is True"),
    "names by and by too many": (edited((BATCH, "    return 30 + step\n")), r"batch_size\(3\) is 33"),
    "numbers that act": (edited((UPDATED, "    class Low(float):\n        def __float__(self):\n"
                                          "            raise SystemExit\n    return [Low(0.0)]\n")),
                          "update returned a list: end it with"),
    "the end of the program": (edited((UPDATED, "    import os\n    os._exit(0)\n")), "ended the program"),
    "an answer of its own": (edited((UPDATED, "    import os\n    for fd in range(3, 20):\n        try:\n"
                                     "            os.write(fd, b'{\"id\":\"0\",\"value\":1.9}\\n')\n"
                                     "        except OSError:\n            pass\n    return weights\n")),
                             "something other than an answer"),
    "text among the numbers": (edited((UPDATED, "    weights['wpe'][7] = '1'\n    return weights\n")),
                               "for wpe a list whose item 7 is a str"),
    "a number in place of a list": (edited((UPDATED, "    weights['wpe'] = 0.1\n    return weights\n")),
                                    "for wpe a float"),
    "a type with a name of its own": (edited((UPDATED, "    return type('\\x1b[31m' + 'x' * 99, (), {})()\n")),
                                      r"update returned a \\x1b\[31mx{35}: end it"),
    "another number of arguments": (edited(("def batch_size(step: int)", "def batch_size()")),
                                    r"Call it like this: batch_size\(step\)"),
    "a function of another name": (edited(("def batch_size(", "def batchsize(")), "has no function batch_size. Spell"),
    "a mistake": (edited((UPDATED, "    return 1 / 0\n")), r"step 0: .*ZeroDivisionError.*line \d+"),
}  # fmt: skip


@pytest.mark.parametrize("cheat", SAID)
def test_a_recipe_that_breaks_a_rule_has_no_score_but_a_sentence(cheat, short):
    content, sentence = SAID[cheat]
    with pytest.raises(RecipeError, match=re.compile(sentence, re.DOTALL)) as caught:
        short(content)
    assert str(caught.value).startswith("Run 1 of 1")


HONEST = {
    "the stub": edited(),
    "no spread at all for one matrix": edited((STD, "    return 0 if matrix == 'lm_head' else 0.1\n")),
    "more and more names": edited((BATCH, "    return min(32, 1 + step)\n")),
    "tuples": edited((UPDATED, "    return {name: tuple(w) for name, w in weights.items()}\n")),
    "arrays, whole numbers among them": edited(
        (UPDATED, "    from array import array\n    weights['wpe'] = [0] * 256\n"
                  "    return {name: array('d', w) for name, w in weights.items()}\n")),
    "other keys too": edited((UPDATED, "    return {**weights, 'mine': 1}\n")),
    "prints": edited((UPDATED, "    print('step', step)\n    return weights\n")),
    "a table in the source": edited((STD, f"    return 0.08 if {[i / 64 for i in range(64)]!r} else 1\n")),
    "chance": edited((UPDATED, "    import random\n    weights['wpe'][0] += random.random()\n    return weights\n")),
}  # fmt: skip


@pytest.mark.parametrize("twin", HONEST)
def test_an_honest_recipe_is_scored(twin, short):
    assert 2.0 < short(HONEST[twin]).mean < UNTRAINED


@pytest.mark.parametrize("twin", ["the stub", "chance"])
def test_the_same_entry_with_the_same_seeds_has_the_same_score(twin, short):
    first, second = (short(HONEST[twin], seeds=(1, 2), control_seed=3) for _ in range(2))
    assert (first.losses, first.control, first.names) == (second.losses, second.control, second.names)
    assert first.losses[0] != first.losses[1]


def test_claims_in_prints_change_nothing(short, strict):
    claims = 'print(\'{"value": 1.9}\'); print("held-out loss 1.9", flush=True)\n'
    claiming = short(edited((UPDATED, f"    {claims}    return weights\n")), tier=strict)
    assert claiming.losses == short(edited(), tier=strict).losses
    assert "held-out loss 1.9" in claiming.printed


def test_a_loop_that_never_ends_is_ended(short, monkeypatch):
    monkeypatch.setattr(recipes, "LIMITS", Limits(cpu_seconds=5, call_seconds=0.5, total_seconds=5.0))
    with pytest.raises(RecipeError, match="step 0: Your code did not answer in time"):
        short(edited((UPDATED, "    while True:\n        pass\n")))


def test_slow_steps_use_up_the_time_of_the_whole_run(short, monkeypatch):
    monkeypatch.setattr(recipes, "LIMITS", Limits(cpu_seconds=5, call_seconds=1.0, total_seconds=0.8))
    with pytest.raises(
        RecipeError, match=r"step \d+: The time of a run is used up: 5 seconds of processor time, 0.8 with waiting"
    ):
        short(edited((UPDATED, "    import time\n    time.sleep(0.3)\n    return weights\n")))


READERS = {
    "the names": "open('{root}/datasets/names.txt').read()",
    "the grader's own memory": "open('/proc/self/mem', 'rb').read(1)",
    "the course": "__import__('part02_tokenizer')",
    "the parent's environment": "open('/proc/1/environ', 'rb').read()",
}


@pytest.mark.parametrize("what", READERS)
def test_a_recipe_that_reads_names_finds_none(what, short, strict):
    code = READERS[what].format(root=Path(__file__).resolve().parents[2])
    with pytest.raises(RecipeError, match="FileNotFoundError|PermissionError|ModuleNotFoundError|lacks a name"):
        short(edited((UPDATED, f"    {code}\n    return weights\n")), tier=strict)


LOOK = """    import gc, sys
    wanted = [word[::-1] for word in ("allebasi", "aivilo", "aihpos")]
    things, frame = gc.get_objects(), sys._getframe()
    while frame:
        things.append(frame.f_locals)
        frame = frame.f_back
    texts = [thing for thing in things if isinstance(thing, str)]
    for thing in things:
        if isinstance(thing, (list, tuple, set, frozenset)):
            texts += [item for item in list(thing) if type(item) is str]
        elif isinstance(thing, dict):
            texts += [item for pair in list(thing.items()) for item in pair if type(item) is str]
    assert not any(word in text for word in wanted for text in texts if text not in wanted), "a name"
    return weights
"""


def test_what_a_recipe_can_reach_holds_no_name(short, strict):
    look = edited((UPDATED, LOOK))
    assert short(look, tier=strict, num_steps=2).mean < 4
    with pytest.raises(RecipeError, match="a name"):  # so it looks well enough to find one
        short(look.replace(b"NUM_STEPS = 1000", b"NUM_STEPS, KNOWN = 1000, ['emma isabella']"), num_steps=2)


def test_every_run_is_a_fresh_program(short):
    counting = edited(
        (UPDATED, "    m['runs'] = m.get('runs', 0) + (step == 0)\n    assert m['runs'] == 1\n" + UPDATED)
    )
    assert len(short(counting, seeds=(1, 2, 3), num_steps=2).losses) == 3


def test_letters_are_numbered_anew_in_each_run(short):
    # These weights make the gradient of lm_head tell how frequent each token is: BOS and the letter a come first.
    telling = edited(
        (UPDATED, "    print(sorted(range(27), key=lambda row: gradient['lm_head'][16 * row])[:2])\n"
                  "    return {name: [1.0 * (name == 'wpe')] * len(w) for name, w in weights.items()}\n"),
        (BATCH, "    return 32\n"),
    )  # fmt: skip
    first = {frozenset(short(telling, seeds=(s,), num_steps=2).printed.splitlines()[-1:]) for s in (1, 2, 3)}
    assert len(first) == 3


def test_weights_from_elsewhere_in_the_first_update_are_worth_nothing():
    packed = _pretrained()
    gave = packed.replace("if step < PROBES:", "if step < 1:").replace("return relabelled(unpacked())", "")
    gave = re.sub(r"if step < PROBES - 1:\n *return .*", "return unpacked()", gave)
    found = recipes.score(gave.encode("utf-8"), load_split(), (1,), tier=Tier.LOCAL, num_steps=1)
    assert found.mean > UNTRAINED


def test_undoing_the_relabelling_is_seen_where_the_script_is_secret():
    early = _pretrained().replace("PROBES, LR = 1000, 400", "PROBES, LR = 1000, 60")
    found = recipes.score(early.encode("utf-8"), load_split(), (1,), tier=Tier.LOCAL, num_steps=90, control_seed=1)
    assert found.control - found.mean > 3 * LARGEST_GAP
    assert "secret script" in gap_reason(found, stub_loss=3.0)


@pytest.mark.slow
def test_undoing_the_relabelling_in_full_waits_for_a_person():
    found = recipes.score(_pretrained().encode("utf-8"), load_split(), (1,), tier=Tier.LOCAL, control_seed=1)
    assert found.mean < 2.13, "the cheat does not work any more, so it shows nothing"
    assert "secret script" in gap_reason(found, stub_loss=2.355)


def _pretrained() -> str:
    text = (CHEATS / "undoes_relabelling.py").read_text(encoding="utf-8")
    check_source(text.encode("utf-8"))  # it is within the limit: that alone keeps nobody out
    return text


def test_more_than_6_kib_after_compression_is_refused_before_it_runs():
    weights = base64.b85encode(random.Random(1).randbytes(LARGEST_COMPRESSED + 200)).decode("ascii")
    too_long = edited((STD, f"    {weights!r}\n{STD}"))
    size = len(lzma.compress(too_long, preset=9 | lzma.PRESET_EXTREME))
    with pytest.raises(RecipeError, match=f"The recipe has {size:,} bytes after compression; the maximum is 6,144"):
        check_source(too_long)
    check_source(edited((STD, f"    {weights[:5000]!r}\n{STD}")))


@pytest.mark.parametrize(("content", "sentence"), [
    (edited((STD, "    import numpy\n" + STD)), "imports numpy"),
    (edited((STD, "    import part06_adam\n" + STD)), r"Line \d+: The recipe imports part06_adam. A recipe must be"),
    (b"\ndef update(:\n", "Line 2: Python can't read the file"),
    (b"#" * 70_000, "bytes"),
])  # fmt: skip
def test_what_is_no_recipe_is_refused_before_it_runs(content, sentence):
    with pytest.raises(RecipeError, match=sentence):
        check_source(content)


def test_the_control_costs_an_honest_recipe_nothing(short):
    found = short(edited((BATCH, "    return 32\n")), seeds=(1, 2), num_steps=60, control_seed=3)
    assert abs(found.control - found.mean) < 3 * LARGEST_GAP
    assert found.losses == short(edited((BATCH, "    return 32\n")), seeds=(1, 2), num_steps=60).losses
