"""`make page` builds a folder that needs no other host."""

import json
import re
import socket
import zipfile
from html import escape

import page_visits
import pytest
from helpers.shared_code import leaks
from typer.testing import CliRunner

from autograder.bundle.page import (
    MOST_TO_LOAD,
    NOTES,
    ON_THE_PAGE,
    SMALLER_CELLS,
    SOURCE,
    NoPage,
    bytes_to_load,
    lesson,
    make_page,
)
from autograder.bundle.zip_audit import hidden_probes
from autograder.commands.page import app
from autograder.course import ROOT, part, parts
from autograder.grading.checks import checks_of
from autograder.notebooks.lesson_page import lesson_cells

PARTS = (0, 1, 3)  # of the page that is built here
ONLY_WITH_SOLUTIONS = (
    "/test_hidden.py",
    "/test_public.py",
    "/misconceptions.toml",
    "/hidden_conditions.py",
    "/practice.py",
    "/achievements.toml",
)
PROGRAMS = ("page.js", "interpreter.js", "service_worker.js")


def recorded_checks(page, part):
    with zipfile.ZipFile(page / "checker.zip") as archive:
        return json.loads(archive.read(f"autograder/parts/{part}/checks.json"))["checks"]


def test_the_lock_file_names_no_host_and_pins_each_package():
    text = (SOURCE / "package-lock.json").read_text(encoding="utf-8")
    locked = json.loads(text)["packages"]
    assert not re.search(r"https?://(?!opencollective|github|www\.patreon|tidelift)", text)
    assert not any("resolved" in package for package in locked.values())
    assert all("integrity" in package for name, package in locked.items() if name)


def test_the_page_is_complete_and_small(built_page):
    files = {path.relative_to(built_page).as_posix(): path for path in built_page.rglob("*") if path.is_file()}
    named = re.findall(r'(?:src|href)="([^"#]+)"', files["index.html"].read_text(encoding="utf-8"))
    assert set(named) <= set(files)
    assert bytes_to_load(built_page) < MOST_TO_LOAD
    manifest = re.search(r'files:(\[".*?\])', files["service_worker.js"].read_text(encoding="utf-8"))[1]
    kept = set(json.loads(manifest))
    assert kept == {"./", *files} - {"service_worker.js", "page.json"}


def test_the_benchmark_counts_each_byte_of_the_page_once(tmp_path):
    paths = ["pyodide/python_stdlib.zip", "lessons/part00.html", "checker.zip", "learner.zip", "index.html", "page.mjs"]
    for path in paths:
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(path, encoding="utf-8")
    python, lessons, archive, other_archive, *rest = (bytes_to_load(tmp_path / path) for path in paths)
    assert list(page_visits.sizes(tmp_path).values()) == [
        python,
        lessons,
        archive + other_archive,
        sum(rest),
        bytes_to_load(tmp_path),
    ]


def test_what_would_end_a_browsers_python_is_smaller_in_the_lesson_and_says_so(built_page):
    lesson = (built_page / "lessons" / "part01.html").read_text(encoding="utf-8")
    assert all(escape(small) in lesson and escape(large) not in lesson for large, small in SMALLER_CELLS.items())
    assert set(NOTES) <= {check["name"] for check in recorded_checks(built_page, "part01")}


def test_the_whole_page_as_last_measured_is_small_asks_no_other_host_and_lets_every_part_pass():
    text = (ROOT / "benchmarks" / "page_visits.md").read_text(encoding="utf-8")
    assert float(re.search(r"gzipped: all \| ([\d.]+) MB", text)[1]) * 1e6 < MOST_TO_LOAD
    assert "to other hosts: 0 |" in text
    assert f"{len(parts())} of {len(parts())} parts are marked as passed" in text
    assert len(re.findall(r"^\| \d+ \| .* \| none \|$", text, re.M)) == len(parts()), "axe found something"
    assert not re.findall(r"\| (?:no|fails) \|", text)
    assert float(re.search(r"later verdicts \|.* slowest ([\d.]+)", text)[1]) <= 0.6, "processor seconds"
    assert re.search(r"^\| 6 \| 8 of 8 \| \d+ \| 0 \|$", text, re.M), "by keyboard only, and the focus was never lost"


def test_a_lesson_of_the_page_sends_nobody_to_a_terminal_to_check():
    shown = "".join(lesson(part) for part in parts())
    assert not re.findall(r"make (?:check|watch)|[Ii]n a terminal|the check below", re.sub("<[^>]+>", "", shown))
    read = "".join(cell["source"] for part in parts() for cell in lesson_cells(part))
    assert all(read.count(in_a_terminal) == 1 for in_a_terminal in ON_THE_PAGE), "the lessons say something else now"


def test_the_page_holds_neither_the_reference_nor_hidden_checks(built_page):
    for name in ("checker.zip", "learner.zip"):
        with zipfile.ZipFile(built_page / name) as archive:
            inside = archive.namelist()
            texts = b"".join(archive.read(each) for each in inside)
        assert not [each for each in inside if each.endswith(ONLY_WITH_SOLUTIONS) or "solutions/" in each]
        assert b"BEGIN SOLUTION" not in texts
    for number in PARTS:
        of = part(number)
        with zipfile.ZipFile(built_page / "checker.zip") as archive:
            texts = b"".join(archive.read(each) for each in archive.namelist() if f"/{of.name}/" in each).decode(
                "utf-8"
            )
        secret = {check.name for check in checks_of(of) if check.hidden}
        secret |= {f"def {probe}(" for probe in hidden_probes(of)} | {f'"{probe}"' for probe in hidden_probes(of)}
        assert [name for name in secret if name in texts] == []


def test_the_page_with_the_solutions_has_what_the_other_one_must_not_have(page_with_solutions):
    with zipfile.ZipFile(page_with_solutions / "checker.zip") as archive:
        inside = archive.namelist()
    checks = recorded_checks(page_with_solutions, "part03")
    assert {each["name"] for each in checks if each.get("hidden")} == {c.name for c in checks_of(part(3)) if c.hidden}
    assert {name for name in ONLY_WITH_SOLUTIONS if any(each.endswith(name) for each in inside)} == {
        name for name in ONLY_WITH_SOLUTIONS if not name.startswith("/test_")
    }


def test_no_file_of_the_page_has_many_tokens_in_a_row_of_a_solution_or_a_known_mistake(built_page):
    names = ("course.json", "lessons/*", "*.js")
    files = {path.name: path.read_bytes() for name in names for path in built_page.glob(name)}
    for name in ("checker.zip", "learner.zip"):
        with zipfile.ZipFile(built_page / name) as archive:
            files |= {f"{name}/{each}": archive.read(each) for each in archive.namelist()}
    assert leaks(files) == {}
    assert {"checker.zip/autograder/parts/part01/hints.md", "part01.html"} <= set(files), "the comparison reads them"


def test_no_program_of_the_page_names_another_host(built_page):
    for name in PROGRAMS:
        text = (built_page / name).read_text(encoding="utf-8")
        assert not re.search(r"""(?:fetch|import)\(["'`]https?:""", text), name


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(NoPage, match="something other than a page"):
        make_page(tmp_path)
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "years of work"


def test_a_file_in_the_place_of_the_folder_is_reported_before_the_build(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(NoPage, match="thesis.txt is a file: choose an empty folder"):
        make_page(tmp_path / "thesis.txt", on_progress=pytest.fail)


def test_a_port_in_use_is_reported_before_the_build(tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.bundle.page.make_page", lambda *_, **__: pytest.fail("it was built"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        answer = CliRunner().invoke(app, ["--out", str(tmp_path), "--serve", "--port", port])
    assert answer.exit_code == 2
    assert f"Port {port} can't be used" in answer.stderr
    assert CliRunner().invoke(app, ["--serve", "--port", "99999"]).exit_code == 2
