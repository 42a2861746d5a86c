"""`check --from my_gpt.py`: a GPT on a blank page, graded on itself, part by part."""

from __future__ import annotations

import json
import re

import pytest
from helpers.learner import Course, solution

from autograder.check import missing_names
from autograder.course import ROOT, part, parts
from autograder.sandbox import SandboxUnavailable, strict_tier

try:
    strict_tier()
except SandboxUnavailable:
    pytest.skip("There is no strict sandbox here.", allow_module_level=True)


def one_file() -> str:
    """Parts 1 to 8 of the reference, one below the other."""
    text = "from __future__ import annotations\n\n"
    for number in range(1, 9):
        source = solution(number)
        source = re.sub(r"^from __future__ .*\n", "", source, flags=re.MULTILINE)
        text += re.sub(r"^(?:from|import) part\d\d_\w+.*(?:\n(?:    .*|\)))*\n", "", source, flags=re.MULTILINE)
    return text


def checked(course: Course, text: str, *words: object) -> tuple[int, str]:
    (course.root / "my_gpt.py").write_text(text, encoding="utf-8")
    answer = course.run("check", *words, "--from", "my_gpt.py")
    assert answer.stderr == "", answer.stderr
    return answer.returncode, answer.stdout


def test_a_gpt_in_one_file_passes_parts_1_to_8_and_that_is_an_achievement(course):
    status, text = checked(course, one_file())
    assert status == 0, text
    assert re.findall(r"^  +(\d+) .* passed$", text, re.MULTILINE) == [str(number) for number in range(1, 9)]
    assert "80/80" in text and "You have built a GPT" in text
    acts = json.loads((course.root / ".learner" / "acts.json").read_text(encoding="utf-8"))
    assert list(acts) == ["blank-page"], "the parts of exercises/ are another matter"


def test_the_names_that_a_page_lacks_are_listed_once_for_all_parts():
    simple = ROOT / "solutions" / "microgpt_simple.py"
    missing = set(missing_names(simple, parts()))
    assert {"Tokenizer.decode", "split_docs", "attend", "Trained"} <= missing
    assert not {"Value", "Value.backward", "Value.__radd__", "softmax", "Adam"} & missing


def test_it_stands_on_its_own_parts_and_errors_name_its_lines(course):
    text = one_file().replace("mean_square + eps", "mean_square * 4 + eps")
    status, shown = checked(course, text, 3)
    assert status == 1 and "First failing task: 3.3 rmsnorm" in shown and "my_gpt.py, line" in shown
    assert "part03_layers.py" not in shown and "sandbox strict" in shown
    assert checked(course, text, 5)[0] == 1, "part 5 has that rmsnorm too"


def test_a_value_class_of_its_own_is_one_class_in_all_parts(course):
    """Part 5 adds values that the checks made to a value that the file made: they must be of one class."""
    text = one_file()
    for old, new in (
        (
            "other = other if isinstance(other, Value) else Value(other)\n",
            "assert isinstance(other, Value), 'two classes'\n",
        ),
        ("sum(q * k for q, k in zip(query, key))", "sum((q * k for q, k in zip(query, key)), Value(0.0))"),
    ):
        assert old in text
        text = text.replace(old, new, 1)  # the first stands in __add__
    text = text.replace(
        "return self + (-other)", "return self + (-other if isinstance(other, Value) else Value(-other))"
    )
    text = text.replace("return self + other", "return self + (other if isinstance(other, Value) else Value(other))")
    status, shown = checked(course, text, "5.1")
    assert status == 0, shown


def test_a_task_can_be_named_and_what_is_missing_is_said(course):
    status, shown = checked(course, one_file(), "8.1")
    assert status == 0
    status, shown = checked(course, "from __future__ import annotations\n\n\nclass Value: ...\n", 5)
    assert status == 1 and "lacks a name" in shown
    assert (
        "my_gpt.py must define these names, spelled as in the stubs: attend, multi_head_attention, mlp, gpt." in shown
    )
    assert not (course.root / ".learner" / "acts.json").exists()


@pytest.mark.parametrize("line", ["from part01_autograd import Value", "import part03_layers"])
def test_a_file_that_imports_the_course_is_no_blank_page(course, line):
    (course.root / "my_gpt.py").write_text(line + "\n", encoding="utf-8")
    answer = course.run("check", "--from", "my_gpt.py")
    assert answer.returncode == 2 and f"imports {line.split()[1]}" in answer.stderr


def test_the_json_names_the_file(course):
    (course.root / "my_gpt.py").write_text(one_file(), encoding="utf-8")
    report = json.loads(course.run("check", 4, "--from", "my_gpt.py", "--json").stdout)
    assert report["file"] == "my_gpt.py" and report["module"] == part(4).module and report["sandbox"] == "strict"


def test_where_no_sandbox_holds_a_learner_is_told_how_to_check_their_own_file(tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from autograder import check
    from autograder.cli import app

    def none_holds() -> None:
        raise SandboxUnavailable("No sandbox on this computer can hold other people's code.")

    monkeypatch.setattr(check, "strict_tier", none_holds)
    path = tmp_path / "my_gpt.py"
    refused = CliRunner().invoke(app, ["check", "3", "--from", str(path)])
    assert refused.exit_code == 2 and f"There is no {path}" in refused.stderr
    path.write_text(one_file(), encoding="utf-8")
    refused = CliRunner().invoke(app, ["check", "3", "--from", str(path)])
    assert refused.exit_code == 2 and "If you wrote this code yourself" in refused.stderr
    assert f"check 3 --from {path} --sandbox local" in refused.stderr
    done = CliRunner().invoke(app, ["check", "3", "--from", str(path), "--sandbox", "local"])
    assert done.exit_code == 0 and f"check 4 --from {path} --sandbox local" in done.stdout
