"""Compare the suites' verdicts on every Python of this machine, and report each difference.

    python tests/gates/every_python.py                     every Python that is found; lists the missing versions
    python tests/gates/every_python.py --only oldest newest
    python tests/gates/every_python.py --verdicts          with this Python, as JSON, for the comparison

The script looks for interpreters on the PATH, in pyenv and with Windows' launcher. The first time, it makes an
environment for each in runs/pythons/, with the packages of constraints.txt.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = ROOT / "runs" / "pythons"
VERSIONS = ["3.10", "3.11", "3.12", "3.13", "3.14", "3.15"]


def verdicts() -> dict[str, list[list[object]]]:
    """The verdicts of each part's solution, stub and first known mistake: name, status, points, recognised mistake."""
    from autograder.course import SOLUTIONS, parts
    from autograder.grading.grade import grade
    from autograder.grading.misconceptions import variants
    from autograder.sandbox import Tier
    from autograder.stubs import make_stub

    found = {}
    for part in parts():
        solution = (SOLUTIONS / part.file_name).read_text(encoding="utf-8")
        mistake, changed = next(iter(variants(part).items()))
        stub = make_stub(solution, part.file_name)
        for what, source in (("solution", solution.encode()), ("stub", stub.encode()), (mistake, changed)):
            report = grade({part.file_name: source}, part, tier=Tier.LOCAL, seed=1)
            found[f"part {part.number}, {what}"] = [
                [check.name, check.status, check.earned, check.misconception] for check in report.checks
            ]
    return found


def interpreters() -> dict[str, str]:
    """The newest interpreter of each version, by version."""
    candidates = [sys.executable, *(shutil.which(f"python{version}") for version in VERSIONS)]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    candidates += sorted(map(str, pyenv.glob("3.*/bin/python")), key=_numbers, reverse=True)
    candidates += sorted(map(str, pyenv.glob("pyenv-win/versions/3.*/python.exe")), key=_numbers, reverse=True)
    if shutil.which("py"):
        listed = subprocess.run(["py", "-0p"], capture_output=True, encoding="utf-8", check=False).stdout
        candidates += re.findall(r"(\S+python\.exe)", listed)
    found: dict[str, str] = {}
    for candidate in filter(None, candidates):
        version = _version(candidate)
        if version in VERSIONS:
            found.setdefault(version, candidate)
    return dict(sorted(found.items(), key=lambda pair: _numbers(pair[0])))


def _numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


def _version(interpreter: str) -> str | None:
    """Its version, such as 3.12; None if it does not run, like pyenv's programs of versions that are not installed."""
    program = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run([interpreter, "-c", program], capture_output=True, encoding="utf-8", timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() or None


def environment(version: str, interpreter: str) -> Path:
    """The Python of an environment with the course's packages, made the first time; for this version, this Python."""
    if version == f"{sys.version_info[0]}.{sys.version_info[1]}":
        return Path(sys.executable)
    folder = ENVIRONMENTS / version
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = folder / "ready"
    wanted = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    if not ready.exists() or ready.read_text(encoding="utf-8") != wanted:
        print(f"Python {version}: installing the packages in {folder.relative_to(ROOT)} ...", flush=True)
        subprocess.run([interpreter, "-m", "venv", "--clear", str(folder)], check=True)
        install = [str(python), "-m", "pip", "install", "-qq", "-c", "constraints.txt", "--editable", "."]
        subprocess.run(install, cwd=ROOT, check=True)
        ready.write_text(wanted, encoding="utf-8")
    return python


def verdicts_of(python: Path) -> dict[str, list[list[object]]]:
    """The verdicts with another Python. A DeprecationWarning is an error there."""
    command = [str(python), "-W", "error::DeprecationWarning", __file__, "--verdicts"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False)
    if answer.returncode:
        raise RuntimeError(answer.stderr.strip().splitlines()[-1] if answer.stderr.strip() else "no answer")
    return json.loads(answer.stdout)


def problems(found: dict[str, list], reference: dict[str, list]) -> list[str]:
    """What is wrong with the verdicts: a solution that loses points, a stub that has any, a difference."""
    wrong = []
    for what, checks in found.items():
        if what.endswith(", solution"):
            wrong += [
                f"{what}: {name} is {status}" for name, status, _, _ in checks if status not in ("passed", "manual")
            ]
        if what.endswith(", stub"):
            wrong += [f"{what}: {name} earns {earned:g}" for name, _, earned, _ in checks if earned]
    for what in (name for name in reference if name in found):
        for mine, theirs in zip_longest(found[what], reference[what], fillvalue="no check"):
            if mine != theirs:
                wrong.append(f"{what}: {mine} differs from {theirs}")
    return wrong + [f"{what} is missing" for what in sorted(reference.keys() - found.keys())]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="VERSION",
        choices=[*VERSIONS, "oldest", "newest"],
        help="versions, or oldest and newest of those found",
    )
    parser.add_argument("--verdicts", action="store_true", help="print the verdicts of this Python as JSON")
    options = parser.parse_args()
    if options.verdicts:
        print(json.dumps(verdicts()))
        return 0
    found = interpreters()
    missing = [version for version in VERSIONS if version not in found]
    names = {"oldest": next(iter(found)), "newest": list(found)[-1]}
    chosen = {names.get(name, name) for name in options.only} if options.only else set(found)
    failed, reference = False, None
    for version in [version for version in VERSIONS if version in chosen]:
        if version not in found:
            print(f"Python {version}: not found")
            failed = True
            continue
        try:
            answers = verdicts_of(environment(version, found[version]))
            reference = reference or answers
            wrong = problems(answers, reference)
        except (OSError, RuntimeError, ValueError, subprocess.CalledProcessError) as error:
            wrong = [str(error)]
        print(f"Python {version}: {'; '.join(wrong) or f'{len(answers)} verdicts as they must be'}", flush=True)
        failed |= bool(wrong)
    if missing:
        print(f"Not found on this machine: Python {', '.join(missing)}.")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
