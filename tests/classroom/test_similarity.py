"""Similarity: it finds what was copied, leaves out what was given, and shows it safely to the one who decides."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.batch import call_cli, hand_in, solution
from helpers.hostile_sources import SOURCES, little_of_this_process
from helpers.quick_cases import slow_are
from paddings import PADDINGS
from similarity import independent_pairs, own_passages
from synthetic_class import write_class

from autograder.analytics import similarity
from autograder.analytics.similarity import (
    CAUTION,
    PAIRS_OF_ONE,
    compare_class,
    counts,
    similarity_lines,
    write_similarity,
)
from autograder.course import ROOT, SOLUTIONS, part
from autograder.stubs import make_stub

PART = part(3)
REFERENCE = solution(PART)
STUB = make_stub(REFERENCE, PART.file_name)
OTHERS = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests/right_but_different/part03").glob("*.py"))]
SLOW_SOURCES = ["names in the opposite order", "a dotted import", "functions that give back", "names in an f-string"]
SLOW_SOURCES += ["an unknown encoding", "dense statements", "functions in functions", "dense tokens"]
EVIL = "</pre><script>alert(1)</script>"


def hand_in_all(folder: Path, **sources: str | bytes) -> Path:
    for learner, source in sources.items():
        hand_in(folder, learner, source, PART)
    return folder


def disguised(source: str) -> str:
    """The same program under other names, with comments and gaps of its own."""
    words = {
        "total": "acc",
        "weight": "p",
        "row": "line",
        "values": "stuff",
        "logits": "zs",
        "x": "vec",
        "value": "one",
    }
    source = re.sub(r"\b(" + "|".join(words) + r")\b", lambda found: words[found[0]], source)
    return re.sub(r"(?m)^( +)return", r"\n\1# my own idea\n\1return", source)


def names_of(found: similarity.Similarity) -> list[set[str]]:
    return [{module.learner for module in group.modules} for group in found.groups]


def test_a_copy_in_disguise_is_found_before_honest_work(tmp_path):
    hand_in_all(tmp_path, ada=OTHERS[0], bob=OTHERS[1], cleo=OTHERS[2], dan=disguised(OTHERS[0]), eve=REFERENCE)
    found = compare_class(tmp_path, PART)
    (group,) = found.groups
    assert [module.learner for module in group.modules] == ["ada", "dan"]
    assert min(group.widest.shares) == 1 and group.beyond > 100
    assert found.compared == 6 and found.usual < 0.1, "of the group, one is compared with the others"
    assert all(pair.beyond < 3 for pair in found.pairs)


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("number", [1, 3, 7])
def test_padding_hides_no_copy(padding, number):
    """Of a right module that is not the reference."""
    each = part(number)
    text = sorted((ROOT / "tests/right_but_different" / each.name).glob("*.py"))[0].read_text(encoding="utf-8")
    padded = PADDINGS[padding](text)
    assert padded != text
    own, copy = own_passages(each, text), own_passages(each, padded)
    assert len(own & copy) >= 0.95 * max(len(own), len(copy))


def test_the_padding_changes_no_result(tmp_path):
    """Otherwise it would be no way to have the points of a copy."""
    for name, change in PADDINGS.items():
        space: dict = {}
        exec(compile(change((SOLUTIONS / "part00_setup.py").read_text(encoding="utf-8")), name, "exec"), space)
        slopes = space["numerical_gradient"](lambda xs: xs[0] * xs[1], [2.0, 3.0])
        assert space["square"](3) == 9 and slopes == pytest.approx([3, 2], abs=1e-6), name


def test_independent_right_modules_are_no_more_alike_than_their_text():
    """Of all pairs of right modules of a part: how many share that much of the shorter one's passages."""
    pairs = independent_pairs()
    assert len(pairs) > 100
    for least in (0.4, 0.5, 0.6, 0.7, 0.8):
        assert sum(pair.form >= least for pair in pairs) <= sum(pair.text >= least for pair in pairs), least
    assert sum(pair.form for pair in pairs) < sum(pair.text for pair in pairs)


def test_likeness_to_the_reference_is_a_figure_of_its_own(tmp_path):
    hand_in_all(tmp_path, ada=REFERENCE, bob=disguised(REFERENCE), cleo=OTHERS[1])
    found = compare_class(tmp_path, PART)
    like = {module.learner: module.like_reference for module in found.modules}
    assert like["ada"] == like["bob"] == 1 and like["cleo"] < 0.6
    (group,) = found.groups
    assert len(group.shared) > 40
    assert group.beyond == 0, "two who took it from the reference need not know each other"


def test_what_the_stub_gave_to_everybody_is_not_shared_work(tmp_path):
    own = "\n\ndef first_helper(a, b, c):\n    return [a + b * c, a - b - c, (a + 1) * (b + 2)]\n"
    other = "\n\ndef helper(names):\n    while names and not names[0].strip():\n        names.pop(0)\n"
    hand_in_all(tmp_path, ada=STUB + own, bob=STUB + other, cleo=STUB)
    found = compare_class(tmp_path, PART)
    assert found.nothing_own == ["cleo"] and found.pairs == found.groups == [] and found.compared == 1
    assert "1 submission had too little code to compare" in counts(found)


def test_only_what_is_shared_and_not_given_is_marked(tmp_path):
    own = "\n\ndef adas_own(names):\n    while names and not names[0].strip():\n        names.pop(0)\n"
    sources = {"ada": STUB + OTHERS[0] + own, "bob": STUB + disguised(OTHERS[0])}
    hand_in_all(tmp_path, **sources)
    found = compare_class(tmp_path, PART)
    (group,) = found.groups
    for module, source in zip(group.modules, sources.values()):
        lines = module.marked(group.widest.shared)
        assert [line for line, _ in lines] == source.split("\n"), "nothing is lost"
        marked = "\n".join(line for line, shared in lines if shared)
        assert len(marked) > len(OTHERS[0]) / 3
        assert "strip" not in marked and "NotImplementedError" not in marked and "return" in marked


def test_padding_is_not_marked(tmp_path):
    hand_in_all(tmp_path, ada=OTHERS[0], bob=PADDINGS["statements without effect"](OTHERS[0]))
    (group,) = compare_class(tmp_path, PART).groups
    lines = group.modules[1].marked(group.widest.shared)
    assert sum(shared for _, shared in lines) > 10
    assert not any(shared for line, shared in lines if line.strip() in ("pass", "assert 1", "[]", "0"))


def test_the_same_module_of_many_is_one_group_and_does_not_hide_a_pair(tmp_path):
    hand_in_all(tmp_path, **{f"group{number:02}": OTHERS[0] + f"# {number}\n" for number in range(12)})
    half = OTHERS[2][: OTHERS[2].rindex("\ndef ")]
    hand_in_all(tmp_path, ada=OTHERS[2] + OTHERS[1], bob=disguised(half), cleo=OTHERS[1])
    found = compare_class(tmp_path, PART)
    assert names_of(found)[0] == {f"group{number:02}" for number in range(12)}
    listed = {(pair.first.learner, pair.second.learner) for pair in found.pairs}
    assert {("ada", "bob"), ("ada", "cleo")} <= listed | {("ada", "bob")} and found.compared <= 6
    assert len([each for each in listed if any(name.startswith("group") for name in each)]) <= PAIRS_OF_ONE


def test_who_has_written_one_task_is_not_in_a_group_with_all_who_have_it_too(tmp_path):
    first = STUB.replace(
        'raise NotImplementedError("3.1 linear")', "return [sum(w * a for w, a in zip(r, x)) for r in w]"
    )
    assert first != STUB
    hand_in_all(tmp_path, ada=REFERENCE, bob=first, cleo=OTHERS[1])
    assert compare_class(tmp_path, PART).groups == []


def test_in_a_synthetic_class_those_with_the_same_mistake_come_first(tmp_path):
    shares = {"finished": 0.6, "wrong": 0.4}
    drawn = write_class(tmp_path, 40, (PART,), seed=4, shares=shares)
    found = compare_class(tmp_path, PART)
    kinds = [{drawn[module.learner, PART.name] for module in group.modules} for group in found.groups]
    assert kinds[0] == {"wrong"} and kinds[-1] >= {"finished"}
    assert found.groups[0].modules[0].like_reference < 1 and found.groups[-1].beyond == 0
    assert all(group.beyond > 0 for group in found.groups[:-1]), "a mistake that the members share"
    finished = {learner for (learner, _), kind in drawn.items() if kind == "finished"}
    assert finished <= names_of(found)[-1]


def test_the_report_is_the_same_in_every_run(tmp_path):
    hand_in_all(tmp_path, ada=OTHERS[0], bob=OTHERS[1], cleo=disguised(OTHERS[1]))
    script = (
        "import sys; from pathlib import Path; from autograder.course import part\n"
        "from autograder.analytics.similarity import compare_class\n"
        "found = compare_class(Path(sys.argv[1]), part(3))\n"
        "print([[m.learner for m in g.modules] for g in found.groups])\n"
        "print([(p.first.learner, p.second.learner, sorted(p.shared), p.beyond) for p in found.pairs])"
    )
    said = set()
    for seed in ("1", "2"):
        said.add(
            subprocess.run(
                [sys.executable, "-c", script, str(tmp_path)],
                env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path.parent)},
                capture_output=True,
                check=True,
            ).stdout
        )
    assert len(said) == 1 and b"cleo" in next(iter(said))


@pytest.fixture(scope="module")
def honest_class(tmp_path_factory) -> Path:
    return hand_in_all(tmp_path_factory.mktemp("class"), ada=OTHERS[0], bob=disguised(OTHERS[0]), cleo=OTHERS[1])


@pytest.mark.parametrize("name", slow_are(SLOW_SOURCES, SOURCES))
def test_a_hostile_module_costs_nobody_the_report(name, honest_class):
    """Whoever wrote it is compared, has too little to compare, or is listed with a sentence."""
    hand_in_all(honest_class, mallory=SOURCES[name]())
    with little_of_this_process(seconds=3, megabytes=100):
        found = compare_class(honest_class, PART)
    assert names_of(found)[0] == {"ada", "bob"}
    where = [who for who, _ in found.problems] + found.nothing_own + [module.learner for module in found.modules]
    assert sorted(where) == ["ada", "bob", "cleo", "mallory"]
    assert all(who == "mallory" and reason.isprintable() and reason[-1] == "." for who, reason in found.problems)


def test_a_module_that_takes_for_ever_is_ended_and_costs_only_its_author(honest_class, monkeypatch):
    hand_in_all(honest_class, mallory=SOURCES["names in the opposite order"]())
    monkeypatch.setattr(similarity, "SECONDS", 0.1)
    found = compare_class(honest_class, PART)
    assert found.problems == [("mallory", "Reading it takes too much processor time.")]
    assert names_of(found) == [{"ada", "bob"}]


def test_a_link_and_a_file_that_is_no_python_are_listed(tmp_path):
    hand_in_all(tmp_path, ada=OTHERS[0], bob=OTHERS[1], cleo="def unfinished(:\n")
    (tmp_path / "link" / PART.name).mkdir(parents=True)
    (tmp_path / "link" / PART.name / PART.file_name).symlink_to("/etc/passwd")
    problems = dict(compare_class(tmp_path, PART).problems)
    assert problems == {
        "cleo": "Syntax error on line 1 of the file (invalid syntax).",
        "link": f"There is no readable {PART.file_name}.",
    }


def test_of_a_broken_module_the_definitions_that_are_python_are_compared(tmp_path):
    broken = OTHERS[0] + "\n\ndef unfinished(:\n    pass\n"
    hand_in_all(tmp_path, ada=OTHERS[0], bob=broken, cleo=OTHERS[1])
    assert names_of(compare_class(tmp_path, PART)) == [{"ada", "bob"}]


def test_the_page_escapes_what_learners_wrote_and_asks_nobody_for_anything(tmp_path):
    evil = OTHERS[0] + f"\n\n{EVIL!r}  # {EVIL} \x1b[31m \u202e\n"
    hand_in_all(tmp_path, ada=evil, **{"b<b>ob": disguised(evil)})
    page = tmp_path / "page.html"
    write_similarity(page, compare_class(tmp_path, PART))
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text and "<b>" not in text and text.count("&lt;script&gt;") >= 4
    assert "://" not in text.replace(EVIL, "").replace("https://", "", OTHERS[0].count("https://") * 2)
    assert "\x1b" not in text and "\u202e" not in text
    assert text.count("<mark>") == text.count("</mark>") >= 2 and "default-src 'none'" in text
    assert "b&lt;b&gt;ob" in text and CAUTION in text and "prefers-color-scheme: dark" in text


def test_the_command_shows_real_ids_and_the_caution_and_writes_the_page(tmp_path):
    hand_in_all(tmp_path / "submitted", ada=OTHERS[0], bob=disguised(OTHERS[0]), cleo=REFERENCE)
    status, said, complained = call_cli("similarity", tmp_path / "submitted", "--part", "3")
    page = tmp_path / "similarity" / "part03.html"
    assert (status, complained) == (0, "") and CAUTION in said and str(page) in said
    assert re.search(r"\d+ +\d+  ada, bob\n", said)
    assert re.search(r"ada \(\d+%, \d+%\) and cleo \(\d+%, 100%\)", said)
    if sys.platform != "win32":
        assert page.stat().st_mode & 0o077 == 0, "for its owner's eyes only"
    hand_in_all(tmp_path / "submitted", dan=b"x = 1\n" * 20_000)
    status, said, _ = call_cli("similarity", tmp_path / "submitted", "--part", "3", "--out", tmp_path / "else where")
    assert status == 1 and "1 submission could not be compared" in said and "dan" in said
    assert (tmp_path / "else where" / "part03.html").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nowhere", "--part", "3"], "There is no folder or archive nowhere"),
        (["one", "--part", "3"], "fewer than two learners in one wrote something of part03"),
        (["one", "--part", "12"], "There is no part 12"),
    ],
)
def test_what_cannot_be_compared_is_reported_in_a_sentence(tmp_path, words, sentence):
    hand_in_all(tmp_path / "one", ada=REFERENCE)
    folder, *rest = words
    status, said, complained = call_cli("similarity", tmp_path / folder, *rest)
    assert (status, said) == (2, "") and sentence in complained.replace(f"{tmp_path}/", "")


def test_lines_for_the_terminal_hold_no_escapes_of_others(tmp_path):
    hand_in_all(tmp_path, **{"a\x1b[31mda": OTHERS[0], "b\u202eob": disguised(OTHERS[0])})
    assert not any("\x1b" in line or "\u202e" in line for line in similarity_lines(compare_class(tmp_path, PART)))
