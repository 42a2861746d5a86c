"""Long lines on a narrow terminal."""

import os
import subprocess
import sys

import pytest
import typer
from helpers.learner import solution

from autograder.console import hanging, reports_errors
from autograder.course import ROOT


def test_a_long_line_goes_on_below_the_text_of_its_label():
    line = "    Likely:     " + "each use adds its share to the grad " * 4
    wrapped = hanging(line, 79).split("\n")
    assert len(wrapped) == 3 and all(len(each) <= 79 for each in wrapped)
    assert all(each.startswith(" " * 16) and each[16] != " " for each in wrapped[1:])
    assert " ".join(" ".join(wrapped).split()) == " ".join(line.split())


def test_a_word_without_spaces_is_broken_and_loses_nothing():
    assert hanging("  | " + "x" * 200, 79).replace("\n", "").replace(" ", "") == "|" + "x" * 200


@pytest.mark.skipif(sys.platform == "win32", reason="There are no pseudo-terminals on Windows.")
def test_a_check_fits_a_terminal_of_80_columns_and_a_pipe_gets_whole_lines(course):
    from helpers.terminal import Terminal

    course.write(1, solution(1).replace("for value in reversed(order)", "for value in order"))
    words = ["check", "1", "--seed", "1"]
    piped = course.run(*words).stdout
    assert max(map(len, piped.splitlines())) > 120
    with Terminal([sys.executable, "-m", "autograder", *words], course.root, course.environment()) as terminal:
        assert terminal.exit_status(30) == 1
        terminal.read(0.2)
        assert max(map(len, terminal.text.splitlines())) < 80
        # At a terminal, where to read on and a question about the code follow.
        assert "".join(terminal.text.split()).startswith("".join(piped.split()))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipe")
def test_a_reader_that_has_read_enough_is_no_failure_to_talk_about(course):
    words = [sys.executable, "-m", "autograder", "progress"]
    environment = course.environment(PYTHONUNBUFFERED="1")
    process = subprocess.Popen(words, cwd=course.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b"" and process.wait(30) == 1
    process.stderr.close()


@pytest.mark.parametrize("closed", ["<&-", ">&-"])
def test_a_closed_input_or_output_is_an_empty_one(closed, tmp_path):
    call = f'"{sys.executable}" -m autograder recall {closed}'
    environment = {**os.environ, "AUTOGRADER_MEMORY": str(tmp_path)}
    answer = subprocess.run(["sh", "-c", call], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100)
    said = "There is nothing to ask yet. Pass a task first: python -m autograder check 0\n"
    assert (answer.returncode, answer.stderr) == (1, said)


def test_a_file_in_the_place_of_a_folder_is_a_sentence_that_says_what_to_do(tmp_path, capsys):
    file = tmp_path / "backups"
    file.write_text("x", encoding="utf-8")
    for write in (lambda: file.mkdir(), lambda: (file / "deeper" / "copy.py").write_text("x", encoding="utf-8")):
        with pytest.raises(typer.Exit), reports_errors():
            write()
        said = f"{file} is a file, but must be a folder. Move the file to another place.\n"
        assert capsys.readouterr().err == said


def test_a_folder_in_the_place_of_a_file_is_a_sentence_that_says_what_to_do(tmp_path, capsys):
    with pytest.raises(typer.Exit), reports_errors():
        tmp_path.read_bytes()
    said = f"{tmp_path} is a folder, but must be a file. Move the folder to another place.\n"
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("error", [FileExistsError, IsADirectoryError, NotADirectoryError])
@pytest.mark.parametrize("file", [(), (7,)], ids=["no file", "an open file"])
def test_an_error_without_a_path_is_a_sentence_too(error, file, capsys):
    with pytest.raises(typer.Exit), reports_errors():
        raise error(17, "It is so", *file)
    assert capsys.readouterr().err == "A file can't be read or written (It is so).\n"
