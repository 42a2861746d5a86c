"""Whatever one learner submits, the others are graded, at hardly any cost to the process that holds the class."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from helpers import reading as reading_helpers
from helpers.hostile_inputs import (
    ARCHIVES,
    CLONES,
    FOLDERS,
    MODULE,
    NOTEBOOKS,
    clone,
    commit,
    header,
    padded,
    tar,
    zipped,
)
from helpers.hostile_sources import little_of_this_process
from helpers.quick_cases import slow_are
from helpers.submissions import PART, answered, cell, fresh_notebook

from autograder.batch.find_tasks import find_tasks
from autograder.class_folder.folder import ClassFolder
from autograder.classroom.submitted_notebook import rebuild_notebook
from autograder.course import ROOT, part
from autograder.intake import isolated_reader
from autograder.intake.archives import ArchiveError
from autograder.intake.name_matching import LearnerMatcher
from autograder.intake.submitted_files import sort_by_learner

PART_1 = part(1)
GOOD = b"good = 1\n"
HONEST = ["ann", "ben", "zoe"]
SLOW_ARCHIVES = ["too_many_files.tar.gz", "gzip_of_many_pieces.tar.gz", "bomb_that_nobody_wants.tar.gz"]
with_git = pytest.mark.skipif(shutil.which("git") is None, reason="There is no git here.")


@pytest.fixture(autouse=True, scope="module")
def helper_that_knows_the_tests():
    """A new helper process, which finds the functions of tests/helpers/reading.py."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
        if isolated_reader._running:
            isolated_reader._running.end()
        yield


@pytest.fixture
def class_folder(tmp_path: Path) -> Path:
    return class_in(tmp_path)


def class_in(folder: Path) -> Path:
    """Three honest learners: one with files, one with a zip, one with a tar."""
    place = folder / "class"
    (place / "ann").mkdir(parents=True)
    (place / "ann" / MODULE).write_bytes(GOOD)
    (place / "ben.zip").write_bytes(zipped((f"part01/{MODULE}", GOOD)))
    info = (b"0", len(GOOD), MODULE.encode())
    (place / "zoe.tar.gz").write_bytes(tar(header(*info), padded(GOOD)))
    return place


def graded(place: Path) -> dict[str, bytes]:
    """The module of each learner that would be graded."""
    found = find_tasks(place, [PART_1])
    assert all(sentence and sentence.isprintable() for _, sentence in found.problems)
    assert {who.partition(".")[0] for who, _ in found.problems} <= {"mallory"}
    return {task.learner: task.read().modules.get(MODULE) for task in found.tasks}


def collected(source: Path) -> dict[str, list[bytes]]:
    matcher = LearnerMatcher([])
    matcher.ids.update({name: {name} for name in [*HONEST, "mallory"]})
    found = sort_by_learner(ClassFolder(source.parent), source, matcher)
    assert all("mallory" in problem for problem in found.problems)
    return {learner: [file.content for file in person.files] for learner, person in found.people.items()}


@pytest.mark.parametrize("name", slow_are(SLOW_ARCHIVES, ARCHIVES))
def test_an_archive_costs_only_its_author(name, class_folder):
    (class_folder / f"mallory{name[name.index('.') :]}").write_bytes(ARCHIVES[name]())
    with little_of_this_process():
        modules = graded(class_folder)
        files = collected(class_folder)
    assert [modules[learner] for learner in HONEST] == [GOOD] * 3
    assert [files[learner] for learner in HONEST] == [[GOOD]] * 3


@pytest.mark.parametrize("name", slow_are(["many_archives"], FOLDERS))
def test_a_folder_costs_only_its_author(name, class_folder):
    place = class_folder / "mallory"
    place.mkdir()
    FOLDERS[name](place)
    with little_of_this_process():
        modules = graded(class_folder)
        files = collected(class_folder)
    assert [modules[learner] for learner in HONEST] == [GOOD] * 3
    assert [files[learner] for learner in HONEST] == [[GOOD]] * 3


@with_git
@pytest.mark.parametrize("name", slow_are(["many_wanted_files", "wanted_files_and_commits"], CLONES))
def test_a_clone_costs_only_its_author(name, class_folder):
    CLONES[name](class_folder / "mallory")
    clone(class_folder / "mia", ["blob", "mark :1", "data 9", "good = 1", *commit(2, f"M 100644 :1 {MODULE}")])
    (class_folder / "mia").rename(class_folder / "ann.git")
    shutil.rmtree(class_folder / "ann")
    (class_folder / "ann.git").rename(class_folder / "ann")
    with little_of_this_process():
        files = collected(class_folder)
    assert [files[learner] for learner in HONEST] == [[GOOD]] * 3


@pytest.mark.parametrize("name", slow_are(["many_cells", "many_lists", "many_objects", "open_brackets"], NOTEBOOKS))
def test_a_notebook_costs_only_its_author(name, tmp_path):
    path, next_one = tmp_path / f"{PART.name}.ipynb", tmp_path / "ann" / f"{PART.name}.ipynb"
    path.write_bytes(NOTEBOOKS[name]())
    next_one.parent.mkdir()
    # Large enough to be read in a process of its own, as the hostile ones are.
    next_one.write_text(json.dumps(answered() | {"padding": " " * 300_000}), encoding="utf-8")
    released = fresh_notebook()
    with little_of_this_process():
        sound = rebuild_notebook(released, path)
        anns = rebuild_notebook(released, next_one)
    assert len(sound.notebook["cells"]) >= len(released["cells"])
    assert "Ten letters" in cell(anns.notebook, "written-9-5")["source"], "the next one is read"


def test_one_learners_archives_have_one_budget_of_time(class_folder):
    """Otherwise each of a thousand archives would have ten seconds."""
    own = isolated_reader.Allowance(0.5)
    with pytest.raises(ArchiveError, match="processor time"):
        isolated_reader.read_isolated(reading_helpers.busy, 1, allowance=own)
    assert own.seconds <= 0
    with pytest.raises(ArchiveError, match="processor time"):
        isolated_reader.read_isolated(reading_helpers.busy, 0, allowance=own)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("fills_the_memory", "512 MB of memory"),
        ("recurses", "nested too deeply"),
        ("crashes", "ended the process that read it"),
        ("is_killed", "ended the process|did not end"),
        ("raises", "can't be read .KeyError"),
        ("gives_too_much", "too much in it"),
        ("answers_half", "ended the process that read it"),
    ],
)
def test_what_happens_to_the_process_that_reads_is_a_sentence(what, said, tmp_path):
    with little_of_this_process(megabytes=700), pytest.raises(ArchiveError, match=said):
        isolated_reader.read_isolated(getattr(reading_helpers, what))
    answer = isolated_reader.read_isolated(reading_helpers.echoes, "x", content=b"next")
    assert answer == [("x", b"next")], "the next one is read"


def test_each_input_has_a_process_of_its_own():
    if not hasattr(os, "fork"):
        pytest.skip("This system has no fork.")
    processes = {isolated_reader.read_isolated(reading_helpers.process)[0][0][0] for _ in range(5)}
    assert len(processes) == 5 and os.getpid() not in processes
    assert len({isolated_reader.read_isolated(reading_helpers.process)[0][0][1] for _ in range(5)}) == 1, (
        "the interpreter starts once"
    )


def test_the_helper_ends_with_its_parent(tmp_path):
    program = (
        "import sys; sys.path[:0] = sys.argv[1:4]\n"
        "from autograder.intake import isolated_reader as reading\n"
        "from helpers import reading as reading_helpers\n"
        "print(reading.read_isolated(reading_helpers.process)[0][0][1], flush=True)\n"
        "reading.read_isolated(reading_helpers.busy, 1, allowance=reading.Allowance(1000))\n"
    )
    command = [sys.executable, "-c", program, str(ROOT), str(Path(__file__).parents[1])]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        helper = int(process.stdout.readline())
        assert _is_there(helper)
        process.kill()
    for _ in range(600):
        if not _is_there(helper):
            return
        time.sleep(0.1)
    pytest.fail("The helper is still there.")


def _is_there(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return False


LOOK = """
import json, sys
sys.path[:0] = sys.argv[1:4]
from pathlib import Path
import test_hostile_reading as tests
for place in map(Path, sys.argv[4:]):
    print(json.dumps([sorted(tests.graded(place)), sorted(tests.collected(place))]))
"""
WITHOUT_RIGHTS = [
    (where, mode) for where in ("mallory", "mallory/part01", "mallory/deep") for mode in (0o000, 0o600, 0o200)
]


@pytest.fixture(scope="module")
def read_without_rights(tmp_path_factory) -> dict[tuple[str, int], tuple[list[str], list[str]]]:
    """Who is graded and who is collected in each class. Root may read all, so it gives up that right first."""
    as_others = []
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("There is no setpriv here.")
        as_others = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
    classes = [class_in(tmp_path_factory.mktemp("modes")) for _ in WITHOUT_RIGHTS]
    for place, (where, mode) in zip(classes, WITHOUT_RIGHTS):
        (place / where).mkdir(parents=True)
        (place / where / MODULE).write_bytes(GOOD)
        (place / where).chmod(mode)
    here = Path(__file__).parent
    command = [*as_others, sys.executable, "-c", LOOK, *map(str, (ROOT, here, here.parent, *classes))]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    for place, (where, _) in zip(classes, WITHOUT_RIGHTS):
        (place / where).chmod(0o700)
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(zip(WITHOUT_RIGHTS, map(json.loads, done.stdout.splitlines()), strict=True))


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has no such modes.")
@pytest.mark.parametrize(("where", "mode"), WITHOUT_RIGHTS)
def test_a_folder_without_rights_is_a_problem_of_its_learner(read_without_rights, where, mode):
    """An archive that was unpacked keeps such modes."""
    modules, files = read_without_rights[where, mode]
    assert set(HONEST) <= set(modules) and set(HONEST) <= set(files)
