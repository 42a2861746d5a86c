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
