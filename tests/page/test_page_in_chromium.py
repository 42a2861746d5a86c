"""The page as a learner meets it: a first verdict, work that is safe, no network, and a reader of screens."""

import base64
import functools
import http.server
import io
import threading
import time
import zipfile
from urllib.parse import quote, urlsplit

import pytest
from helpers.browser import Quiet, started_browser

from autograder.course import part
from autograder.stubs import fresh_stubs

FILE = part(0).file_name
STUB = fresh_stubs()[FILE]
TODO = '    # TODO 0.1 square: about 1 line\n    raise NotImplementedError("0.1 square")\n'
WRONG, RIGHT = STUB.replace(TODO, "    return x + x\n"), STUB.replace(TODO, "    return x * x\n")
SAVE_ZIP = """
const done = arguments[0], create = URL.createObjectURL;
URL.createObjectURL = (blob) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result.split(",")[1]);
  reader.readAsDataURL(blob);
  return create.call(URL, blob);
};
document.getElementById("save-zip").click();
"""
WRITE = """
const [insert, done] = arguments;
coursePage.then((page) => {
  const view = page.editor.view;
  view.dispatch({changes: {from: 0, to: view.state.doc.length, insert}});
  return page.flush();
}).then(() => done());
"""
RUN_CELL = """
const done = arguments[0], button = document.querySelector("#lesson-text .cell button");
const ran = () => button.disabled ? setTimeout(ran, 50) : done();
button.click();
setTimeout(ran, 50);
"""
OPEN = """
const [name, data, done] = arguments;
const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
window.confirm = () => true;
coursePage.then((page) => page.take([new File([bytes], name)])).then(() => done(""), (error) => done(String(error)));
"""


class Visit:
    """A visit to the page, which can lose its server."""

    def __init__(self, browser, server):
        self.browser, self.driver, self.server = browser, browser.driver, server
        self.address = f"http://127.0.0.1:{server.server_port}/"

    def open(self, fragment="", size=(1280, 900), scheme="light"):
        self.driver.get("about:blank")
        self.browser.look(self.address + fragment, size, scheme)
        self.wait(lambda: "Ready" in self.text("boot"))

    def wait(self, holds, seconds=60):
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, (self.text("boot"), self.text("summary"))
            time.sleep(0.1)

    def text(self, name):
        return self.browser.run("return document.getElementById(arguments[0])?.textContent ?? ''", name)

    def code(self):
        return self.driver.execute_async_script(
            "const done = arguments[0]; coursePage.then(page => done(page.editor.text))"
        )

    def write(self, text):
        self.driver.execute_async_script(WRITE, text)

    def check(self):
        self.browser.run("document.getElementById('check').click()")
        self.wait(lambda: "points" in self.text("summary"))
        return self.text("summary") + self.text("checks")


@pytest.fixture(scope="module")
def visit(built_page, tmp_path_factory):
    with (
        started_browser(tmp_path_factory.mktemp("browser")) as browser,
        http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=built_page)) as server,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Visit(browser, server)
        server.shutdown()


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


@pytest.mark.parametrize(("size", "scheme"), [((1280, 900), "light"), ((390, 844), "dark")])
def test_axe_finds_nothing_wrong_and_the_page_fits(visit, size, scheme):
    visit.open("#part=0", size, scheme)
    visit.write(WRONG)
    visit.check()
    assert visit.browser.violations() == []
    assert visit.browser.run("return document.documentElement.scrollWidth") <= size[0]


def test_a_cell_of_the_lesson_does_not_change_what_is_checked(visit):
    visit.open("#part=0")
    visit.write(RIGHT)
    visit.driver.execute_async_script(RUN_CELL)
    visit.write(WRONG)
    assert "The square is x times x" in visit.check()


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


def test_work_survives_a_reload_a_reset_a_zip_and_the_loss_of_the_server(visit):
    visit.open("#part=0")
    visit.write(RIGHT)
    visit.open("#part=0")
    assert visit.code() == RIGHT

    saved = visit.driver.execute_async_script(SAVE_ZIP)
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(saved))) as archive:
        assert archive.read(f"exercises/{FILE}").decode("utf-8") == RIGHT
    visit.browser.run("window.confirm = () => true; document.getElementById('reset').click()")
    visit.wait(lambda: visit.code() == STUB)
    visit.browser.run("document.getElementById('undo').click()")
    visit.wait(lambda: visit.code() == RIGHT)
    visit.write(WRONG)
    assert visit.driver.execute_async_script(OPEN, "exercises.zip", saved) == ""
    assert visit.code() == RIGHT

    visit.driver.execute_async_script("navigator.serviceWorker.ready.then(arguments[0])")
    asked = [url for url in visit.browser.asked_for() if urlsplit(url).scheme.startswith(("http", "ws"))]
    assert len(asked) > 10
    assert {url for url in asked if not url.startswith(visit.address)} == set()
    visit.server.shutdown()
    visit.server.server_close()
    visit.open("#part=0")
    assert visit.code() == RIGHT
    assert visit.check().startswith("2 of 8 points")
