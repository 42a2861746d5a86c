"""The page as a learner meets it: a first verdict, work that is safe, no network, and a reader of screens."""

import base64
import io
import json
import shutil
import time
import zipfile
from urllib.parse import quote, urlsplit

import pytest
from helpers.bundle import SOLVED
from helpers.visit import OPEN, SAVE_ZIP, visit_to

from autograder.bundle.page_example import example
from autograder.course import part
from autograder.stubs import fresh_stubs

pytestmark = pytest.mark.gate

FILE = part(0).file_name
STUB = fresh_stubs()[FILE]
TODO = '    # TODO 0.1 square: about 1 line\n    raise NotImplementedError("0.1 square")\n'
WRONG, RIGHT = STUB.replace(TODO, "    return x + x\n"), STUB.replace(TODO, "    return x * x\n")
RUN_CELL = """
const done = arguments[0], button = document.querySelector("#lesson-text .cell button");
const ran = () => button.ariaDisabled === "true" ? setTimeout(ran, 50) : done();
button.click();
setTimeout(ran, 50);
"""
SLOWER = "document.getElementById('train-steps').value = '1000'; document.getElementById('train-start').click()"
FASTER = "document.getElementById('train-steps').value = '100'; document.getElementById('train-start').click()"
# A run that reports what is recorded of the grader's own.
JUDGE = """
const done = arguments[0];
coursePage.then(async (page) => {
  const { capstone } = page.training;
  const { names, losses, chars, weights, step } = JSON.parse(await capstone.recorded());
  const [first, cold, hot] = [names.slice(0, 20), names.slice(20, 60), names.slice(60)];
  const claims = async () => ({ losses, chars, weights, names: first, cold, hot });
  return capstone.judge({ losses, claims, oneStep: async () => step.after }, 42, "", () => {});
}).then(done, (error) => done(String(error)));
"""


@pytest.fixture(scope="module")
def served_folder(built_page, tmp_path_factory):
    """A copy of the page, which a test may change."""
    folder = tmp_path_factory.mktemp("served") / "page"
    return shutil.copytree(built_page, folder)


@pytest.fixture(scope="module")
def visit(served_folder, tmp_path_factory):
    with visit_to(served_folder, tmp_path_factory.mktemp("browser")) as visit:
        yield visit


def test_a_link_with_code_names_its_mistake_and_leaves_the_learners_file_alone(visit):
    visit.open(f"#part=0&task=0.1&code={quote(WRONG)}")
    assert visit.code() == WRONG
    assert "The square is x times x" in visit.check()
    visit.browser.run("location.hash = 'part=0'")
    visit.wait(lambda: visit.code() == STUB)


def test_a_link_with_empty_code_opens_the_learners_file_and_saves_it(visit):
    visit.open("#part=0&code=")
    assert "def square" in visit.code()
    visit.write(WRONG)
    visit.open("#part=0")
    assert visit.code() == WRONG


def test_the_example_of_the_front_page_shows_its_mistake_before_python_has_started(visit):
    visit.driver.get("about:blank")
    visit.browser.look(visit.address + example().fragment)
    visit.wait(lambda: "All your slopes are 0" in visit.text("checks"))
    assert "Ready" not in visit.text("boot")
    assert visit.code() == example().code
    assert "up, down = xs, xs" in visit.browser.run("return document.querySelector('.cm-content').innerText")
    before = visit.text("checks")
    assert visit.check() == visit.text("summary") + before, "the recorded verdict is the page's own"


@pytest.mark.parametrize(("size", "scheme"), [((1280, 900), "light"), ((390, 844), "dark")])
def test_axe_finds_nothing_wrong_and_the_page_fits(visit, size, scheme):
    visit.open("#part=0", size, scheme)
    visit.write(WRONG)
    visit.check()
    assert visit.browser.violations() == []
    assert visit.browser.run("return document.documentElement.scrollWidth") <= size[0]
    visit.browser.run("location.hash = 'part=1'")
    visit.wait(lambda: "class Value" in visit.code())
    visit.write(SOLVED[part(1).file_name])
    visit.check()  # a verdict that scrolls, with nothing in it to click
    assert visit.browser.violations() == []
    visit.browser.run("location.hash = 'train'")
    visit.wait(lambda: "Train a model" in visit.driver.title)
    visit.browser.run(FASTER)
    visit.wait(lambda: "Done" in visit.text("train-status"))
    assert visit.driver.execute_async_script(JUDGE) == "The capstone's report is below: 20 of 20 points."
    assert visit.browser.violations() == []
    assert visit.browser.run("return document.documentElement.scrollWidth") <= size[0]
    visit.browser.run("location.hash = 'recipe'")
    visit.wait(lambda: "Try a recipe" in visit.driver.title)
    assert visit.browser.violations() == []
    assert visit.browser.run("return document.documentElement.scrollWidth") <= size[0]


def test_the_capstones_report_and_its_card_are_there_again_after_a_reload(visit):
    visit.open("#train")
    assert visit.driver.execute_async_script(JUDGE) == "The capstone's report is below: 20 of 20 points."
    visit.open("#train")
    visit.wait(lambda: visit.text("capstone-summary") == "20 of 20 points.")
    assert visit.text("capstone-checks").count("pass") == 10
    visit.wait(lambda: visit.browser.run("return document.getElementById('card-picture').naturalWidth") == 1200)
    words = visit.browser.run("return document.getElementById('card-picture').alt")
    assert words.startswith("My GPT in pure Python") and "Held-out loss 2.368 nats per token" in words


def test_a_recipe_is_saved_as_it_is_typed_and_a_broken_one_is_refused(visit):
    visit.open("#recipe")
    said = visit.driver.execute_async_script(
        "const done = arguments[0]; coursePage.then(async ({ recipe }) => {"
        " recipe.editor.view.dispatch({ changes: { from: 0, insert: 'import numpy\\n' } });"
        " await recipe.begin(); done(document.getElementById('recipe-status').textContent); });"
    )
    assert said == "No score. Line 1: The file imports numpy: the course uses Python's standard library only."
    assert visit.browser.run("return document.querySelector('#recipe .failing-line').textContent") == "import numpy"
    visit.open("#recipe")
    assert visit.browser.run("return document.querySelector('#recipe .cm-line').textContent") == "import numpy"


def test_a_cell_of_the_lesson_does_not_change_what_is_checked(visit):
    visit.open("#part=0")
    visit.write(RIGHT)
    visit.driver.execute_async_script(RUN_CELL)
    visit.write(WRONG)
    assert "The square is x times x" in visit.check()


RUN_ORDER = """
const [marked, done] = arguments;
const cell = [...document.querySelectorAll("#lesson-text .cell")].find((cell) => cell.textContent.includes(marked));
const button = cell.querySelector("button"), output = cell.querySelector(".output");
const ran = () => button.ariaDisabled === "true" ? setTimeout(ran, 50) : done(output.textContent);
button.click();
setTimeout(ran, 50);
"""
SELECT_LIST = """
const codes = [...document.querySelectorAll("#lesson-text code")];
const code = codes.find((code) => code.textContent.includes("try_order(["));
code.focus();
const text = code.firstChild, from = text.data.indexOf('["');
getSelection().setBaseAndExtent(text, from, text, text.data.indexOf("]", from) + 1);
"""


def test_a_cell_that_the_lesson_asks_to_change_runs_as_it_was_changed(visit):
    visit.open("#part=1")
    assert visit.driver.execute_async_script(RUN_ORDER, "try_order([").startswith("Not yet: m is on the list before")
    visit.browser.run(SELECT_LIST)
    visit.type('["a", "b", "h",\n"x", "m", "z"]')
    assert visit.driver.execute_async_script(RUN_ORDER, "try_order([").startswith("Right: each value is on the list")
    visit.browser.run(f"{SELECT_LIST}; code.closest('.cell').querySelector('.output').replaceChildren()")
    visit.press("Ctrl-Enter")
    output = "return document.activeElement.closest('.cell').querySelector('.output').textContent"
    visit.wait(lambda: visit.browser.run(output).startswith("Right: each value is on the list"))
    assert visit.browser.violations() == []


SCROLLED = """
const [move, done] = arguments;
coursePage.then(({editor: {view}}) => {
  if (move) view.scrollDOM.scrollTo(60, 120);
  requestAnimationFrame(() => requestAnimationFrame(() => done([view.scrollDOM.scrollLeft, view.scrollDOM.scrollTop])));
});
"""


def test_a_file_opens_at_its_beginning_wherever_the_one_before_was_scrolled_to(visit):
    visit.open("#part=1")
    assert visit.driver.execute_async_script(SCROLLED, True) == [60, 120]
    visit.browser.run("location.hash = 'part=3'")
    visit.wait(lambda: visit.code() == fresh_stubs()[part(3).file_name])
    assert visit.driver.execute_async_script(SCROLLED, False) == [0, 0]


def test_two_tabs_with_one_file_show_the_same_code(visit):
    visit.open("#part=0")
    visit.write(WRONG)
    first = visit.driver.current_window_handle
    visit.driver.switch_to.new_window("tab")
    visit.driver.get(visit.address + "#part=0")
    visit.wait(lambda: visit.code() == WRONG)
    visit.write(RIGHT)
    visit.driver.close()
    visit.driver.switch_to.window(first)
    visit.wait(lambda: visit.code() == RIGHT)


def test_a_browser_without_space_warns_until_what_was_typed_is_stored(visit):
    visit.open("#part=0")
    origin = visit.address.rstrip("/")
    visit.driver.execute_cdp_cmd("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 1})

    def is_warned():
        visit.write(f"{WRONG}# {time.monotonic()}\n")  # Chromium looks at the quota only once in a few seconds
        return "This browser could not save what you typed (" in visit.text("warning")

    visit.wait(is_warned)
    visit.driver.execute_cdp_cmd("Storage.overrideQuotaForOrigin", {"origin": origin})

    def is_stored():
        visit.write(f"{RIGHT}# {time.monotonic()}\n")
        return not visit.text("warning")

    visit.wait(is_stored)
    visit.write(RIGHT)
    visit.open("#part=0")
    assert visit.code() == RIGHT


# A part solved without a mouse: what is pressed or typed, and what has the focus afterwards. "?" waits for the summary.
BY_KEYBOARD = [
    ("Tab", "skip to your code"),
    ("Enter", "editor-title"),
    ("Tab", "task"),
    ("0.1", "task"),  # chooses task 0.1, and moves the cursor to its first line
    ("Tab", "editor"),
    ("Delete 2 lines", "editor"),
    ("    return x + x\n", "editor"),
    ("Ctrl-Enter", "editor"),
    ("?0 of 2 points", "editor"),
    ("Escape", "editor"),
    ("Tab", "check"),
    ("Tab", "hint"),
    ("Shift-Tab", "check"),
    ("Shift-Tab", "editor"),
    ("Up", "editor"),
    ("End", "editor"),
    ("Backspace", "editor"),
    ("Backspace", "editor"),
    ("Backspace", "editor"),
    ("* x", "editor"),
    ("Escape", "editor"),
    ("Tab", "check"),
    ("Enter", "check"),
    ("?2 of 2 points", "check"),
    ("Shift-Tab", "editor"),
    ("Escape", "editor"),
    ("Shift-Tab", "task"),
    ("0.2", "task"),
    ("Tab", "editor"),
    ("Delete 2 lines", "editor"),
    ("    return [\n", "editor"),
    ("(f([*xs[:i], x + h, *xs[i + 1:]]) - f([*xs[:i], x - h, *xs[i + 1:]])) / (2 * h)\n", "editor"),
    ("for i, x in enumerate(xs)\n", "editor"),
    ("Escape", "editor"),
    ("Shift-Tab", "task"),
    ("a", "task"),  # all tasks
    ("Tab", "editor"),
    ("Ctrl-s", "editor"),
    ("?8 of 8 points", "editor"),
]
NAMED = ("Tab", "Enter", "Escape", "Up", "End", "Backspace")  # all other keys are typed
FOCUS = """
const at = document.activeElement;
return at.className === "skip" ? "skip to your code" : at.closest("#editor") ? "editor" : at.id;
"""


def test_a_part_is_solved_with_the_keyboard_alone(visit):
    visit.open("#part=0")
    visit.browser.run("window.confirm = () => true; document.getElementById('reset').click()")
    visit.wait(lambda: visit.code() == STUB)
    visit.open("#part=0")
    for number, (keys, focus) in enumerate(BY_KEYBOARD):
        if keys.startswith("?"):
            visit.wait(lambda said=keys[1:]: visit.text("summary").startswith(said))
        elif keys == "Delete 2 lines":
            visit.press("Ctrl-Shift-k", "Ctrl-Shift-k")
        elif keys in NAMED or keys.startswith(("Ctrl-", "Shift-")):
            visit.press(keys)
        else:
            visit.type(keys)
        assert visit.browser.run(FOCUS) == focus, (number, keys, visit.code()[-700:])
    assert visit.text("parts").startswith("0 Set-uppassed")


SHOWN = """
const box = document.querySelector("#parts [aria-current]").getBoundingClientRect();
const shown = [...document.querySelectorAll("main > section")].filter((section) => section.checkVisibility());
return [shown.map((section) => section.id), box.left >= 0 && box.right <= innerWidth];
"""


def test_a_room_shows_nothing_of_a_part_and_the_list_on_a_phone_shows_what_was_chosen(visit):
    visit.open("#recipe", (390, 844))
    for fragment, sections in (("recipe", ["recipe"]), ("part=3", ["lesson", "work", "verdict"]), ("train", ["train"])):
        visit.browser.run("location.hash = arguments[0]", fragment)
        visit.wait(lambda wanted=sections: visit.browser.run(SHOWN) == [wanted, True])


def test_a_run_of_training_can_be_paused_stopped_and_compared(visit):
    visit.open("#train")
    visit.browser.run("document.getElementById('own-names').value = 'ada\\nben'; " + FASTER)
    assert "There are 2 different names" in visit.text("train-status")
    visit.browser.run("document.getElementById('own-names').value = ''; " + SLOWER)
    visit.wait(lambda: " of 1,000 steps" in visit.text("train-progress-text"))
    visit.browser.run("document.getElementById('train-pause').click()")
    assert visit.text("train-pause") == "Resume"
    visit.wait(lambda: visit.text("train-status").startswith("Paused after "))
    paused = visit.text("train-progress-text")
    time.sleep(0.3)
    assert visit.text("train-progress-text") == paused
    visit.browser.run("document.getElementById('train-stop').click()")
    visit.wait(lambda: visit.text("train-status").startswith("Stopped after "))
    visit.browser.run(FASTER)
    visit.wait(lambda: "Done. Loss on unseen names: " in visit.text("train-status"))
    words = visit.browser.run("return document.getElementById('chart').getAttribute('aria-label')")
    assert "Run 1, fast version" in words and "Run 2, fast version" in words and "letter pairs 2.4" in words
    assert visit.text("train-names").count("after 100 steps") == 1


def publish_new_stubs(folder):
    """A new version of the course, with another last line in each stub."""
    path, worker = folder / "course.json", folder / "service_worker.js"
    course = json.loads(path.read_text(encoding="utf-8"))
    course["stubs"] = {name: f"{text}# A new line of the stub.\n" for name, text in course["stubs"].items()}
    path.write_text(json.dumps(course), encoding="utf-8")
    version = json.loads((folder / "page.json").read_text(encoding="utf-8"))["version"]
    worker.write_text(worker.read_text(encoding="utf-8").replace(version, "another"), encoding="utf-8")


def click(visit, words):
    visit.browser.run(
        f"[...document.querySelectorAll('#banner button')].find(b => b.textContent === '{words}').click()"
    )


def test_an_update_of_the_course_keeps_the_learners_file_and_offers_the_new_stub(visit, served_folder):
    visit.open("#part=0")
    visit.write(WRONG)
    visit.kept()
    publish_new_stubs(served_folder)
    visit.open("#part=0")
    visit.wait(lambda: "A new version of the course is available" in visit.text("banner"))
    click(visit, "Load it")
    visit.wait(lambda: "The course has a new stub of part00_setup.py. Your own file is kept." in visit.text("banner"))
    assert visit.code() == WRONG
    click(visit, "Start from the new stub")
    visit.wait(lambda: visit.code() == f"{STUB}# A new line of the stub.\n")
    visit.browser.run("document.getElementById('undo').click()")
    visit.wait(lambda: visit.code() == WRONG)
    visit.browser.run("location.hash = 'part=3'")
    visit.wait(lambda: visit.code() == f"{fresh_stubs()[part(3).file_name]}# A new line of the stub.\n")


def test_work_survives_a_reload_a_reset_a_zip_and_the_loss_of_the_server(visit):
    visit.open("#part=0")
    visit.write(RIGHT)
    visit.open("#part=0")
    assert visit.code() == RIGHT

    saved = visit.driver.execute_async_script(SAVE_ZIP)
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(saved))) as archive:
        assert archive.read(f"exercises/{FILE}").decode("utf-8") == RIGHT
    visit.browser.run("window.confirm = () => true; document.getElementById('reset').click()")
    visit.wait(lambda: visit.code().startswith(STUB))
    visit.browser.run("document.getElementById('undo').click()")
    visit.wait(lambda: visit.code() == RIGHT)
    visit.write(WRONG)
    assert visit.driver.execute_async_script(OPEN, "exercises.zip", saved) == ""
    assert visit.code() == RIGHT

    visit.kept()
    asked = [url for url in visit.browser.asked_for() if urlsplit(url).scheme.startswith(("http", "ws"))]
    assert len(asked) > 10
    assert {url for url in asked if not url.startswith(visit.address)} == set()
    visit.cut_off()
    visit.open("#part=0")
    assert visit.code() == RIGHT
    assert visit.check().startswith("2 of 8 points")
