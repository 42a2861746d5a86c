"""A visit to the course's page: what a learner types and presses, and what the page then shows."""

import contextlib
import functools
import http.server
import threading
import time

from helpers.browser import Quiet, started_browser

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
OPEN = """
const [name, data, done] = arguments;
const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
window.confirm = () => true;
coursePage.then((page) => page.take([new File([bytes], name)])).then(() => done(""), (error) => done(String(error)));
"""


@contextlib.contextmanager
def served(folder):
    """A server of a page's folder."""
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


class Visit:
    """A visit to the page, which can lose its server."""

    def __init__(self, browser, server):
        self.browser, self.driver, self.server = browser, browser.driver, server
        self.address = f"http://127.0.0.1:{server.server_port}/"

    def open(self, fragment="", size=(1280, 900), scheme="light", ready="Ready"):
        self.driver.get("about:blank")
        self.browser.look(self.address + fragment, size, scheme)
        self.wait(lambda: ready in self.text("boot"))

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

    def press(self, *names):
        """Presses keys by their names, such as `Tab`, `Ctrl-f` and `Shift-Tab`."""
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.keys import Keys

        for name in names:
            *held, key = [getattr(Keys, each.upper(), each) for each in name.replace("Ctrl", "Control").split("-")]
            pressed = ActionChains(self.driver)
            for each in held:
                pressed.key_down(each)
            pressed.send_keys(key)
            for each in held:
                pressed.key_up(each)
            pressed.perform()

    def type(self, text):
        """Presses the keys of a text, one after another."""
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver).send_keys(text).perform()

    def check(self):
        self.browser.run("document.getElementById('check').click()")
        self.wait(lambda: "points" in self.text("summary"))
        return self.text("summary") + self.text("checks")

    def kept(self):
        """Waits until the service worker has stored the page."""
        self.driver.execute_async_script("navigator.serviceWorker.ready.then(arguments[0])")

    def cut_off(self):
        """Ends the server: from now on, there is no network."""
        self.server.shutdown()
        self.server.server_close()


@contextlib.contextmanager
def visit_to(folder, profile):
    """A visit to the page in a folder, with a new browser. Skips the test where there is none."""
    with started_browser(profile) as browser, served(folder) as server:
        yield Visit(browser, server)
