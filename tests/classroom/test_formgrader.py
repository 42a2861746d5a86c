"""A person grades a written answer in formgrader, in a real browser, and the learner's page shows it.

test_edge_cases.py and test_feedback_page.py test the same with points that are written into the gradebook.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from helpers.submissions import PART, SOLUTION, answered, grades, hand_in

from autograder.class_folder.folder import ClassFolder
from autograder.classroom.autograde import grade_class
from autograder.classroom.grades import class_grades
from autograder.classroom.sample_class import write_class
from autograder.sandbox import strict_tier

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --window-size=1200,1600""".split()
# The course needs nothing from outside; formgrader's pages ask a content network for MathJax, which may not answer.
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
HALF = f"{SOLUTION}\n\ndef perplexity(loss):\n    return 2.0**loss\n"
TOKEN = "of-this-test"

pytestmark = [
    pytest.mark.gate,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="There is no Chromium here, or no chromedriver."),
]


@pytest.fixture(scope="module")
def a_class(tmp_path_factory, empty_gradebook, strict) -> ClassFolder:
    """ada and ben have handed in part 9 with a written answer; checks have given their points."""
    folder = ClassFolder(tmp_path_factory.mktemp("formgrader") / "class")
    write_class(folder)
    (folder.root / "extensions.csv").unlink()
    shutil.copy(empty_gradebook, folder.root)
    hand_in(folder, "ada", SOLUTION, answered())
    hand_in(folder, "ben", HALF, answered())
    grade_class(folder, PART, ["ada", "ben"], strict)
    return folder


@pytest.fixture(scope="module")
def formgrader(a_class, tmp_path_factory):
    """The address of a Jupyter server in the class's folder, with nbgrader's extension as it is installed."""
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--allow-root"]
    with open(home / "log.txt", "w", encoding="utf-8") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyter_server", "--no-browser", f"--IdentityProvider.token={TOKEN}", *words],
            cwd=a_class.root,
            env={**os.environ, "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home), "JUPYTER_DATA_DIR": str(home)},
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(1200):
            try:
                urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=60).close()
                break
            except OSError:
                assert server.poll() is None, (home / "log.txt").read_text(encoding="utf-8")[-3000:]
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(120)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = CHROMIUM
    for flag in [*FLAGS, OFFLINE, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"]:
        options.add_argument(flag)
    with webdriver.Chrome(options=options, service=Service(DRIVER)) as driver:
        driver.set_page_load_timeout(120)
        yield driver


def until(condition, what: str):
    """Wait for the first true value of a condition."""
    for _ in range(1200):
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"Waited in vain for {what}.")


def picture(browser, folder: ClassFolder, name: str) -> None:
    """A screenshot to look at, kept with the class's folder."""
    browser.save_screenshot(str(folder.root.parent / f"{name}.png"))


def words_of(browser) -> str:
    return browser.find_element("tag name", "body").text


def score_box(browser, grade_id: str):
    """The field in which a person types the points of a graded cell, once the page has made it; else None."""
    return next((box for box in browser.find_elements("id", grade_id) if box.is_displayed()), None)


def test_a_person_grades_an_answer_and_the_total_and_the_feedback_show_it(a_class, formgrader, browser):
    from nbgrader.api import Gradebook

    before = {one.id: one.grades[PART.name] for one in class_grades(a_class).learners}
    assert (before["ada"].score, before["ada"].by_hand) == (10, True)
    browser.get(f"{formgrader}/formgrader/manage_assignments?token={TOKEN}")
    until(lambda: PART.name in words_of(browser), "the list of assignments")
    picture(browser, a_class, "assignments")
    with Gradebook(a_class.database) as book:
        submission = book.find_submission_notebook(PART.name, PART.name, "ada").id
    browser.get(f"{formgrader}/formgrader/submissions/{submission}/")
    box = until(lambda: score_box(browser, "written-9-5"), "the field for points")
    assert "10 of 10 points by checks" in words_of(browser)
    assert "Ten letters and a half" in words_of(browser)
    picture(browser, a_class, "formgrader")
    box.clear()
    box.send_keys("1.5\t")
    until(lambda: grades(a_class, "ada")["written-9-5"] == 1.5, "the points in the gradebook")
    after = {one.id: one.grades[PART.name] for one in class_grades(a_class).learners}
    assert (after["ada"].score, after["ada"].by_hand) == (11.5, False)
    assert after["ben"] == before["ben"]
    browser.get(f"{formgrader}/formgrader/gradebook/{PART.name}/{PART.name}")
    until(lambda: "11.5" in words_of(browser), "the new total in formgrader's gradebook")
    picture(browser, a_class, "gradebook")

    assert [one.score for one in grade_class(a_class, PART, ["ada", "ben"], strict_tier())] == [11.5, 8]
    browser.get((a_class.feedback / "ada" / PART.name / f"{PART.name}.html").as_uri())
    picture(browser, a_class, "feedback-ada")
    assert "11.5 of 14 points" in words_of(browser) and "Ten letters and a half" in words_of(browser)
    browser.get((a_class.feedback / "ben" / PART.name / f"{PART.name}.html").as_uri())
    picture(browser, a_class, "feedback-ben")
    assert "8 of 12 points so far" in words_of(browser)
    assert "perplexity" in words_of(browser) and "0 of 2 points" in words_of(browser)
