"""Classroom 50 starts this program in a student's checkout; it grades one part and writes result.json there.

grader.json, next to this file, contains the part, and pins the grader: the URL of a zip and its checksum. From the
checkout, only the part's modules are read, as data; the grader runs them in its sandbox. Nothing else in it is used.

Exit status 0 if the part was graded, whatever the points. Otherwise there is no result.json, and a message on standard
error says why. The format of its files: https://github.com/foundation50/classroom50/wiki/Advanced-Autograding
"""

from __future__ import annotations

import os
import sys

if not sys.flags.isolated:  # PYTHONPATH could replace the modules that are imported below
    os.execv(sys.executable, [sys.executable, "-I", os.path.abspath(__file__)])

import datetime
import hashlib
import io
import json
import stat
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

RESULT, PAGE = "result.json", "release-body.md"
FACTS = {
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "owner": "USERNAME",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
    "review": "REVIEW_URL",
}
# Scores must be whole numbers, and a check can be worth a quarter of a point, so scores are in hundredths.
SCALE = 100
LARGEST_ZIP = 64 * 1024 * 1024
LARGEST_MODULE = 64 * 1024 + 1  # bytes; the grader reports a longer file as too long
LONGEST_MESSAGE = 4000  # characters per check on the page, which GitHub limits to 125,000
SECONDS = 660  # for the grader and its set-up; the runner ends the job after 15 minutes
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "HTTPS_PROXY", "https_proxy", "SSL_CERT_FILE")


class NotGraded(Exception):
    """There is no verdict, for a reason other than the student's code."""


def main() -> int:
    """Grade the part in the current folder; return the exit status."""
    checkout = Path.cwd()
    try:
        for name in (RESULT, PAGE):
            _remove(checkout / name)  # a planted result must not be used as ours
        facts = _facts()
        grader = json.loads(Path(__file__).with_name("grader.json").read_text(encoding="utf-8"))
        with tempfile.TemporaryDirectory(dir=os.environ.get("RUNNER_TEMP")) as scratch:
            course = _fetch(grader, Path(scratch))
            remarks = list(_copy(grader["modules"], checkout / "exercises", Path(scratch, "submission")))
            report = _verdict(course, Path(scratch, "submission"), grader["part"])
        result = _result(report, facts)
        page = _page(report, result, remarks)
        # "x" follows no link. The page comes first: without a result.json nothing counts.
        for name, text in ((PAGE, page), (RESULT, json.dumps(result, indent=1) + "\n")):
            with open(checkout / name, "x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except (NotGraded, OSError) as error:
        print(f"Not graded. The student's code is not the reason. {error}", file=sys.stderr)
        return 1
    # Indented, so that no line is a command to GitHub.
    print("\n".join(f"  {line}" for line in page.splitlines()))
    return 0


def _facts() -> dict[str, str]:
    """The runner's facts about this submission."""
    facts = {key: os.environ.get(name, "") for key, name in FACTS.items()}
    facts["review"] = facts["review"] or facts["commit"]  # older runners have no URL for the review
    missing = [name for key, name in FACTS.items() if not facts[key]]
    if missing:
        raise NotGraded(f"Only the runner of Classroom 50 can start this program: it sets {', '.join(missing)}.")
    if kind := os.environ.get("ASSIGNMENT_TYPE"):
        facts["assignment_type"] = kind
    return facts


def _fetch(grader: dict, scratch: Path) -> Path:
    """Download the pinned zip and unpack it. Return the course's folder in it."""
    content = _download(grader["release"])
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 != grader["sha256"]:
        raise NotGraded(
            f"{grader['release']} is not the pinned grader: its sha256 is {sha256}, not {grader['sha256']}. "
            "For a new release, run make classroom50 again and replace the autograders."
        )
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(scratch)
    return scratch / grader["name"]


def _download(address: str) -> bytes:
    problem: OSError | None = None
    for wait in (0, 1, 4):
        time.sleep(wait)
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                return answer.read(LARGEST_ZIP)
        except OSError as error:  # includes an unknown host and a lost connection
            problem = error
            if isinstance(error, urllib.error.HTTPError) and error.code in (404, 410):
                break  # there is no such file, so another try would not help
    raise NotGraded(f"{address} can't be downloaded: {problem}")


def _copy(modules: list[str], exercises: Path, to: Path) -> Iterator[str]:
    """Copy ordinary files. Yield a sentence for each file that is something else."""
    to.mkdir()
    if exercises.is_symlink():
        yield "exercises is a link: push the folder itself."
        return
    for name in modules:
        try:
            kind = os.lstat(exercises / name).st_mode
        except OSError:
            continue  # the grader reports that it is missing
        if not stat.S_ISREG(kind):
            yield f"exercises/{name} was not read: it is not an ordinary file. Push the file itself, not a link."
            continue
        with open(exercises / name, "rb") as file:
            (to / name).write_bytes(file.read(LARGEST_MODULE))


def _verdict(course: Path, submission: Path, part: int) -> dict:
    """The report of the part. The grader runs in its own folder, without the rest of the runner's environment."""
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    words = [sys.executable, "-m", "autograder", "verdict", str(submission), "--part", str(part), "--json"]
    try:
        done = subprocess.run(
            words, cwd=course, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise NotGraded(f"The grader did not finish within {SECONDS} seconds.") from error
    try:
        return json.loads(done.stdout)
    except ValueError as error:
        raise NotGraded(
            f"The grader ended with status {done.returncode} and no verdict. See the output above."
        ) from error


def _result(report: dict, facts: dict[str, str]) -> dict:
    tests = [
        {
            "test-name": f"{check['task']} {check['title']}",
            "passed": check["status"] == "passed",
            "score": round(check["earned"] * SCALE),
            "max-score": round(check["points"] * SCALE),
            "output": "" if check["status"] == "passed" else _message(check),
        }
        for check in report["checks"]
        if check["status"] != "manual"
    ]
    now = datetime.datetime.now(datetime.timezone.utc)
    return {
        "schema": "classroom50/result/v1",
        **facts,
        "datetime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }


def _message(check: dict) -> str:
    lines = check["message"].rstrip("\n").split("\n")
    if check["advice"]:  # the recognised mistake is more certain than the check's own guess
        lines = [*(line for line in lines if not line.startswith("Likely:")), f"Likely:     {check['advice']}"]
    return "\n".join([f"Line {check['line']}", *lines] if check["line"] else lines)


def _page(report: dict, result: dict, remarks: list[str]) -> str:
    """The page that the student reads in the release: points, a table, and each failing check with its input."""
    tests, score, most = result["tests"], result["score"], result["max-score"]
    lines = [
        f"### Part {report['part']}: {score / SCALE:g} of {most / SCALE:g} points",
        "",
        f"Classroom 50 counts in hundredths of a point: {score}/{most}. Checked: {report['file']}, "
        f"sha256 {report['sha256'][:16]}, sandbox {report['sandbox']}, Python {report['interpreter']}.",
        "Public checks on your own earlier parts. Your instructor grades hidden checks and written answers elsewhere.",
        "",
        *(f"- {sentence}" for sentence in (*remarks, report["breaks"]) if sentence),
        "",
        "| Check | Points |",
        "|---|---|",
        *(f"| {test['test-name']} | {test['score'] / SCALE:g} of {test['max-score'] / SCALE:g} |" for test in tests),
    ]
    for test in tests:
        if not test["passed"]:
            # Indented text is code in Markdown, so the student's output can't contain markup.
            text = test["output"][:LONGEST_MESSAGE].split("\n")
            lines += ["", f"**{test['test-name']}**", "", *(f"    {line}" for line in text)]
    return "\n".join(lines) + "\n"


def _remove(path: Path) -> None:
    """Remove a file or folder with a program that handles any depth. If it stays, writing the result fails later."""
    subprocess.run(["rm", "-rf", "--", str(path)], stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
