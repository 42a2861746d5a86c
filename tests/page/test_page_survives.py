"""No code breaks the page: a sentence comes soon after the limit, and the next check works."""

import pytest
from helpers.bundle import SOLVED
from helpers.endless_code import CODE, said, with_square

IN_TIME = 1.5  # seconds from the end of a call's limit to its reply
ALWAYS = ("loop in C", "freeing linked values", "missing import")


def assert_survived(names, in_page):
    jobs = []
    for name in names:
        jobs += [(0, with_square(*CODE[name][:2])), (0, SOLVED)]
    lines = in_page(jobs)
    for name, bad, good in zip(names, lines[::2], lines[1::2], strict=True):
        messages = " ".join(check["message"] or "" for check in bad["report"]["checks"])
        assert said(name, messages), (name, messages)
        assert bad["waited"] < IN_TIME, (name, bad["waited"])
        assert bad["started"] <= 2, (name, "a check makes no more calls after one that costs an interpreter")
        assert good["report"]["passed"], name


def test_code_that_does_not_end_or_ends_python_costs_only_its_own_check(in_page):
    assert_survived(ALWAYS, in_page)


@pytest.mark.slow
def test_a_learner_is_told_in_a_sentence_what_stopped_the_code(in_page):
    assert_survived([name for name in CODE if name not in ALWAYS], in_page)


PROBE = "import mine\n\n\ndef run(x):\n    return mine.run(x)\n"
VERSIONS = {
    "change0": "def run(x):\n    while True:\n        try:\n            x += 1\n        except:\n            pass\n",
    "change1": "def run(x):\n    return [x for x in iter(int, 1)]\n",
    "change2": "def run(x):\n    return run(x) if x else 0\n",
    "change3": "def run(x):\n    return x + 1\n",
}


def test_changed_code_that_never_ends_is_stopped_without_a_new_interpreter(in_page):
    files = {"probes.py": PROBE, **{f"{folder}/mine.py": text for folder, text in VERSIONS.items()}}
    [done] = in_page([{"files": files, "calls": [["run", "[1]", 0.5, folder] for folder in (*VERSIONS, "change0")]}])
    loop, growing, recursion, right, again = done["replies"]
    late = ["", "timeout", "no answer after 0.5 seconds"]
    assert [loop, growing, again] == [late] * 3
    assert "RecursionError" in recursion[0] and '"value":2' in right[0]
    assert done["kept"]
