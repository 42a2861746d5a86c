"""Where the page of a known mistake is: on the published site, or on a site that was built here.

Mistakes of labs have no page.
"""

from __future__ import annotations

from autograder.course import ROOT, class_settings, part_of_task
from autograder.grading.report import Check

BUILT = ROOT / "dist" / "site"  # where `site` builds unless told otherwise


def mistake_address(task: str, mistake: str) -> str:
    """The address of a mistake within the site. It stays the same as long as the mistake keeps its id."""
    return f"mistakes/{task}.html#{mistake}"


def published_page(check: Check) -> str:
    """The page on the published site that explains the recognised mistake of a check; "" without one."""
    settings, task = class_settings(), check.cause or check.task
    if not check.misconception or not settings["catalogue"] or not settings["site"] or part_of_task(task).is_lab:
        return ""
    return f"{settings['site'].rstrip('/')}/{mistake_address(task, check.misconception)}"


def where_to_read_on(check: Check) -> str:
    """The page that explains the recognised mistake, on the published site or one built here; "" without one."""
    if not check.misconception or not class_settings()["catalogue"]:
        return ""
    if published := published_page(check):
        return published
    page = BUILT / "mistakes" / f"{check.cause or check.task}.html"
    if page.is_file() and f'id="{check.misconception}"' in page.read_text(encoding="utf-8"):
        return f"{page.as_uri()}#{check.misconception}"
    return ""
