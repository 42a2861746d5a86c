"""The instructor's guide: its claims point at tests and attacks that exist, its commands and files work as written."""

import datetime
import os
import re
import shutil
import subprocess
import sys

import pytest
from test_readme import calls_in, check_call

from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.settings import UTC, assignments, load_settings
from autograder.classroom.extensions import load_extensions
from autograder.course import ROOT

GUIDE = ROOT / "docs" / "instructor"
PAGES = sorted(GUIDE.glob("*.md"))
by_page = pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])


def read(name: str) -> str:
    return (GUIDE / name).read_text(encoding="utf-8")


def named_tests(text: str) -> set[str]:
    return set(re.findall(r"`(test_\w+)`", text))


@pytest.fixture(scope="module")
def tests_that_exist() -> set[str]:
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return {name for source in sources for name in re.findall(r"^def (test_\w+)", source, flags=re.MULTILINE)}


@by_page
def test_every_test_that_a_page_names_is_there(page, tests_that_exist):
    assert named_tests(page.read_text(encoding="utf-8")) - tests_that_exist == set()


def test_every_attack_that_the_security_page_names_has_its_expected_verdict():
    text = read("security.md")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    named = {name for row in rows for name in re.findall(r"\*([a-z_]+)\*", row)}
    expected = (ROOT / "tests" / "attacks" / "expected.toml").read_text(encoding="utf-8")
    assert len(named) > 25
    assert named - set(re.findall(r"^\[(\w+)\]", expected, flags=re.MULTILINE)) == set()
    assert len(named_tests(text)) > 25


@by_page
def test_every_command_of_a_page_is_a_real_one(page):
    text = re.sub(r"(?m)^ {3}", "", page.read_text(encoding="utf-8"))
    text = re.sub(r""" (?:args|reason)=("[^"]*"|'[^']*')""", "", text)
    calls = [call for call in calls_in(text) if re.match(r"make [a-z]|python -m autograder [a-z]", call)]
    calls = [call for call in calls if " verdict " not in call]  # of the students' zip: tests/bundle runs it
    assert {call: wrong for call in calls if (wrong := check_call(call))} == {}


@pytest.fixture
def class_of_the_page(tmp_path) -> ClassFolder:
    """A class with the class.toml and the extensions.csv that the page shows."""
    text = read("grades.md")
    settings, extensions = re.search(r"```toml\n(.*?)```.*?```\n(student_id.*?)```", text, flags=re.DOTALL).groups()
    (tmp_path / "class.toml").write_text(settings, encoding="utf-8")
    (tmp_path / "extensions.csv").write_text(extensions, encoding="utf-8")
    return ClassFolder(tmp_path)


def test_the_settings_and_extensions_of_the_page_can_be_read(class_of_the_page):
    settings = load_settings(class_of_the_page)
    extensions = load_extensions(class_of_the_page, settings)
    due = settings.due["part05"]
    assert [extensions.more_time(who, "part05", due).days for who in ("ada", "ben")] == [3, 7]
    assert extensions.more_time("cid", "part05", due) is None
    assert settings.weights["part05"] == 60 and settings.weights["part01"] == 0


def test_the_example_of_late_work_is_counted_right(class_of_the_page):
    policy = load_settings(class_of_the_page).late
    hours = {"in time": 1 + 59 / 60, "a day": 2 + 1 / 60, "the third day": 2 + 24 * 2.5, "the fifth": 2 + 24 * 4.5}
    due = datetime.datetime(2026, 6, 1, 18, 0, tzinfo=UTC)
    times = {when: due + datetime.timedelta(hours=late) for when, late in hours.items()}
    left = {when: round(8 - policy.penalty(8, due, time, UTC), 9) for when, time in times.items()}
    assert left == {"in time": 8, "a day": 7.2, "the third day": 5.6, "the fifth": 4}
    assert "one day late and gets 7.2 points, on the third day 5.6, from the fifth day on 4." in read("grades.md")


def test_the_calendar_has_a_week_for_each_assignment_and_one_more():
    from generator.course import term

    rows = term().splitlines()[2:]
    assert len(rows) == len(assignments()) + 1
    assert "`make release part=0`" in rows[0] and "leaderboard close" in rows[-1]
    assert "grade written answers" in rows[10] and "part=9" in rows[10]


def test_the_hubs_configuration_lets_in_two_groups_and_shows_formgrader_to_teachers_only(monkeypatch):
    if os.name == "nt":
        pytest.skip("JupyterHub needs a Unix system.")
    import grp
    from types import SimpleNamespace

    class Config:
        def __getattr__(self, name):
            setattr(self, name, Config())
            return getattr(self, name)

    config = Config()
    path = GUIDE / "jupyterhub_config.py"
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), {"get_config": lambda: config})
    assert config.PAMAuthenticator.allowed_groups == {"students", "teachers"}
    monkeypatch.setattr(grp, "getgrnam", lambda name: SimpleNamespace(gr_mem=["tina"]))
    for name, hidden in (("tina", False), ("ada", True)):
        spawner = SimpleNamespace(user=SimpleNamespace(name=name))
        config.Spawner.pre_spawn_hook(spawner)
        assert ("JUPYTER_CONFIG_PATH" in spawner.environment) is hidden


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("TRY_JUPYTERHUB"), reason="It makes users of the system: set TRY_JUPYTERHUB=1.")
@pytest.mark.skipif(shutil.which("npm") is None, reason="There is no npm here.")
@pytest.mark.timeout(1200)
def test_a_real_jupyterhub_carries_a_part_from_release_to_feedback():
    script = [sys.executable, GUIDE / "try_jupyterhub.py"]
    done = subprocess.run(script, capture_output=True, encoding="utf-8")
    assert done.returncode == 0 and "All of it held" in done.stdout, done.stdout[-3000:] + done.stderr[-3000:]
