"""A browser that looks at pages, for the tests of the site and of the course's web page."""

import contextlib
import http.server
import importlib.resources
import json
import shutil

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = """--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --disable-extensions
--disable-background-networking --disable-component-update --disable-sync --disable-default-apps""".split()

AXE = """
const done = arguments[0];
axe.run(document, {iframes: false, runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}).then(
    found => done(found.violations.map(v => v.id + ": " + v.help + " at " + v.nodes.map(n => n.target.join(" "))))
);
"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Browser:
    """A browser that loads pages at a size and in a colour scheme, and knows what it has asked for."""

    def __init__(self, driver):
        self.driver = driver

    def look(self, address, size=(1300, 950), scheme="light"):
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        self.driver.get(address)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def violations(self):
        """What axe finds wrong with the page, without its frames."""
        axe = pytest.importorskip("axe_core_python", reason="There is no axe-core here.")
        self.run((importlib.resources.files(axe) / "axe.min.js").read_text(encoding="utf-8"))
        return self.driver.execute_async_script(AXE)

    def asked_for(self):
        """The addresses of all requests since the last call."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]


@contextlib.contextmanager
def started_browser(folder, *more):
    """A browser that keeps its profile in a folder, with more options. Skips the test where there is none."""
    selenium = pytest.importorskip("selenium.webdriver")
    program = shutil.which("chromedriver")
    if CHROMIUM is None or program is None:
        pytest.skip("chromium or its chromedriver is not installed")
    options = selenium.ChromeOptions()
    options.binary_location = CHROMIUM
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    for option in (*OPTIONS, f"--user-data-dir={folder}", *more):
        options.add_argument(option)
    driver = selenium.Chrome(options=options, service=selenium.ChromeService(program))
    driver.set_page_load_timeout(60)
    driver.set_script_timeout(60)
    try:
        yield Browser(driver)
    finally:
        driver.quit()
