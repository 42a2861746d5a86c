"""A PostgreSQL server of the tests' own: in a temporary folder, on a socket in it, gone with them."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USERS = ("postgres", "nobody")  # the server refuses to run as root


class Server:
    """url: of its database."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self.programs = folder, programs
        self.url = f"postgresql://course@/postgres?host={folder}"
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """Raises RuntimeError when it does not answer."""
        words = [self.programs / "postgres", "-D", self.folder / "data", "-k", self.folder]
        settings = ("listen_addresses=", "fsync=off", "max_connections=40")
        words += [word for setting in settings for word in ("-c", setting)]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(words, stdout=log, stderr=log, cwd=self.folder, **_as_somebody())
        deadline = time.monotonic() + 60
        ready = [self.programs / "pg_isready", "-q", "-h", self.folder]
        while subprocess.run(ready, cwd=self.folder).returncode:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:])
            time.sleep(0.05)

    def stop(self) -> None:
        """End it at once, whoever is connected."""
        if self.process is not None and self.process.poll() is None:
            subprocess.run(
                [self.programs / "pg_ctl", "stop", "-s", "-m", "fast", "-D", self.folder / "data"],
                cwd=self.folder,
                check=True,
                **_as_somebody(),
            )
            self.process.wait(60)

    def empty(self) -> None:
        """Drop every table."""
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")


def programs() -> Path | None:
    """The folder with the server's programs; None where there is none."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


@contextmanager
def server() -> Iterator[Server]:
    """A running server with an empty database."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path has at most 107 bytes
    running = Server(folder, programs())
    try:
        if "user" in _as_somebody():
            shutil.chown(folder, _as_somebody()["user"])
        words = [running.programs / "initdb", "-D", folder / "data", "-U", "course", "-A", "trust", "-E", "UTF8"]
        words += ["--no-sync", "--locale=C"]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd=folder, **_as_somebody())
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _as_somebody() -> dict:
    """For subprocess: another user when this one is root."""
    if os.getuid():
        return {}
    for name in USERS:
        try:
            return {"user": name, "group": pwd.getpwnam(name).pw_gid, "extra_groups": []}
        except KeyError:
            continue
    raise RuntimeError(f"There is none of the users {', '.join(USERS)}.")
