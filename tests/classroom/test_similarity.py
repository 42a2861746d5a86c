"""Similarity: it finds what was copied, leaves out what was given, and shows it safely to the one who decides."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from batch_helpers import hand_in, run_cli, solution

pytest.importorskip("copydetect")

from autograder.course import ROOT, part
from autograder.insight.similarity import LARGEST, PAIRS_OF_ONE, compare_class
from autograder.insight.similarity_show import CAUTION, counts, similarity_lines, write_similarity
from autograder.stubs import make_stub

sys.path.insert(0, str(ROOT / "benchmarks"))
from synthetic_class import write_class

PART = part(3)
REFERENCE = solution(PART)
STUB = make_stub(REFERENCE, PART.file_name)
OTHERS = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests/right_but_different/part03").glob("*.py"))]
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


def test_a_copy_in_disguise_is_found_before_honest_work(tmp_path):
    hand_in_all(tmp_path, ada=OTHERS[0], bob=OTHERS[1], cleo=OTHERS[2], dan=disguised(OTHERS[0]), eve=REFERENCE)
    found = compare_class(tmp_path, PART)
    first, second, *_ = found.pairs
    assert (first.first.learner, first.second.learner) == ("ada", "dan")
    assert min(first.shares) > 0.9 and first.beyond > 3 * second.beyond
    assert found.compared == 10 and found.usual < 0.8


def test_likeness_to_the_reference_is_a_figure_of_its_own(tmp_path):
    hand_in_all(tmp_path, ada=REFERENCE, bob=disguised(REFERENCE), cleo=OTHERS[1])
    found = compare_class(tmp_path, PART)
    like = {module.learner: module.like_reference for module in found.modules}
    assert like["ada"] == 1 and like["bob"] > 0.9 and like["cleo"] < 0.6
    (pair,) = [one for one in found.pairs if one.first.learner == "ada" and one.second.learner == "bob"]
    assert pair.shared > 50 and pair.beyond == 0, "two who took it from the reference need not know each other"


def test_what_the_stub_gave_to_everybody_is_not_shared_work(tmp_path):
    own = "\n\ndef first_helper(a, b, c):\n    return [a + b * c, a - b - c, (a + 1) * (b + 2)]\n"
    other = "\n\ndef helper(names):\n    while names and not names[0].strip():\n        del names[0]\n"
    hand_in_all(tmp_path, ada=STUB + own, bob=STUB + other, cleo=STUB)
    found = compare_class(tmp_path, PART)
    assert found.nothing_own == ["cleo"] and found.pairs == [] and found.compared == 1
    assert "1 more had written too little" in counts(found)


def test_only_what_is_shared_and_not_given_is_marked(tmp_path):
    own = "\n\ndef adas_own(names):\n    while names and not names[0].strip():\n        del names[0]\n"
    first_task = re.search(r"def \w+\(", STUB)[0]
    sources = {"ada": STUB + OTHERS[0] + own, "bob": STUB + disguised(OTHERS[0])}
    hand_in_all(tmp_path, **sources)
    (pair,) = compare_class(tmp_path, PART).pairs
    for pieces, source in zip(pair.texts(), sources.values()):
        text = "".join(piece for piece, _ in pieces)
        assert text.split() == source.split(), "nothing is lost"
        marked = "".join(piece for piece, shared in pieces if shared)
        assert len(marked) > len(OTHERS[0]) / 2
        assert "strip" not in marked and text.count(first_task) == marked.count(first_task) + 1


def test_a_group_with_one_module_does_not_hide_a_pair(tmp_path):
    hand_in_all(tmp_path, **{f"group{number:02}": OTHERS[0] + f"# {number}\n" for number in range(12)})
    hand_in_all(tmp_path, ada=OTHERS[2], bob=disguised(OTHERS[2]))
    found = compare_class(tmp_path, PART, most=40)
    assert found.compared == 91 and len(found.pairs) <= 40
    assert ("ada", "bob") in {(pair.first.learner, pair.second.learner) for pair in found.pairs}
    assert len(found.pairs) < 12 * PAIRS_OF_ONE + 6


def test_in_a_synthetic_class_those_with_the_same_mistake_come_first(tmp_path):
    shares = {"finished": 0.6, "wrong": 0.4}
    drawn = write_class(tmp_path, 40, (PART,), seed=4, shares=shares)
    found = compare_class(tmp_path, PART)
    top = found.pairs[0]
    assert drawn[top.first.learner, PART.name] == drawn[top.second.learner, PART.name] == "wrong"
    assert top.shares == (1, 1) and top.first.like_reference < 1
    assert found.compared == 40 * 39 / 2


def test_the_report_is_the_same_in_every_run(tmp_path):
    hand_in_all(tmp_path, ada=OTHERS[0], bob=OTHERS[1], cleo=disguised(OTHERS[1]))
    script = (
        "import sys; from pathlib import Path; from autograder.course import part\n"
        "from autograder.insight.similarity import compare_class\n"
        "print([(p.first.learner, p.second.learner, p.shared, p.beyond)"
        " for p in compare_class(Path(sys.argv[1]), part(3)).pairs])"
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


ODD = {
    "empty": "",
    "no_text": b"\xff\xfe\x00\x01" * 50,
    "no_python": "def unfinished(:\n" * 30,
    "nul": "x = 1\0\n" * 100,
    "tabs": "\t\n" * (LARGEST // 2 - 1),
    "brackets": "(" * (LARGEST - 1),
    "escapes": "'\\N{" * (LARGEST // 4 - 1),
    "spaces": " " * (LARGEST - 1),
}


def test_odd_and_hostile_files_cost_nobody_the_report(tmp_path):
    hand_in_all(tmp_path, ada=OTHERS[0], bob=disguised(OTHERS[0]), huge="x = 1\n" * LARGEST, **ODD)
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / PART.name).mkdir()
    (tmp_path / "link" / PART.name / PART.file_name).symlink_to("/etc/passwd")
    began = time.process_time()
    found = compare_class(tmp_path, PART)
    assert time.process_time() - began < 20
    assert (found.pairs[0].first.learner, found.pairs[0].second.learner) == ("ada", "bob")
    assert [who for who, _ in found.problems] == ["huge", "link"] and "too long" in found.problems[0][1]
    assert {"empty", "tabs", "spaces"} <= set(found.nothing_own)
    write_similarity(tmp_path / "page.html", found)


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
    hand_in_all(tmp_path / "submitted", ada=OTHERS[0], bob=disguised(OTHERS[0]), cleo=OTHERS[1])
    status, said, complained = run_cli("similarity", tmp_path / "submitted", "--part", "3")
    page = tmp_path / "similarity" / "part03.html"
    assert (status, complained) == (0, "") and CAUTION in said and str(page) in said
    assert re.search(r"ada \(\d+%, \d+%\) and bob \(\d+%, \d+%\)", said)
    if sys.platform != "win32":
        assert page.stat().st_mode & 0o077 == 0, "for its owner's eyes only"
    hand_in_all(tmp_path / "submitted", dan="x = 1\n" * LARGEST)
    status, said, _ = run_cli("similarity", tmp_path / "submitted", "--part", "3", "--out", tmp_path / "else where")
    assert status == 1 and "1 submission could not be compared" in said and "dan" in said
    assert (tmp_path / "else where" / "part03.html").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nowhere", "--part", "3"], "There is no folder and no archive nowhere"),
        (["one", "--part", "3"], "fewer than two learners in one wrote something of part03"),
        (["one", "--part", "12"], "There is no part 12"),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_sentence(tmp_path, words, sentence):
    hand_in_all(tmp_path / "one", ada=REFERENCE)
    folder, *rest = words
    status, said, complained = run_cli("similarity", tmp_path / folder, *rest)
    assert (status, said) == (2, "") and sentence in complained.replace(f"{tmp_path}/", "")


def test_lines_for_the_terminal_hold_no_escapes_of_others(tmp_path):
    hand_in_all(tmp_path, **{"a\x1b[31mda": OTHERS[0], "b\u202eob": disguised(OTHERS[0])})
    assert not any("\x1b" in line or "\u202e" in line for line in similarity_lines(compare_class(tmp_path, PART)))
