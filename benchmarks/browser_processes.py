"""The processor time and the memory of a browser that a test drives. Linux only."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import psutil
from helpers.browser import Browser


def processor_seconds(browser: Browser) -> float:
    """What the browser's processes have used until now, those that have ended included."""
    return sum(_of_each(browser, lambda process: sum(process.cpu_times()[:4])))


def largest(browser: Browser) -> float:
    """Megabytes of the largest process, with its share of common memory: the page's, in whose workers Python runs."""
    return max(_of_each(browser, lambda process: process.memory_full_info().pss)) / 1024**2


def largest_renderer(browser: Browser) -> float:
    """Resident megabytes of the largest renderer."""

    def resident(process: psutil.Process) -> int:
        return process.memory_info().rss if "--type=renderer" in process.cmdline() else 0

    return max(_of_each(browser, resident)) / 1024**2


def _of_each(browser: Browser, measure: Callable[[psutil.Process], float]) -> list[float]:
    """A figure of each process of the browser. Those that end meanwhile are left out."""
    top, found = psutil.Process(browser.driver.service.process.pid), [0.0]
    for process in (top, *top.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            found.append(measure(process))
    return found
