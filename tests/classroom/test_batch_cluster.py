"""A real Dask scheduler and real workers on this machine: the same verdicts, whoever is lost on the way."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from helpers.batch import (
    LEARNERS,
    SOLUTION,
    call_cli,
    hand_in,
    hand_in_class,
    ledger,
    run_cli,
    start_cli,
    wait_for_lines,
)

from autograder.batch.dask_cluster import cluster_pool, shipped_grader
from autograder.batch.local_processes import PoolLost

pytest.importorskip("distributed")
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the strict sandbox")


@pytest.fixture(scope="module")
def submitted(tmp_path_factory) -> Path:
    return hand_in_class(tmp_path_factory.mktemp("class") / "submitted")


@pytest.fixture(scope="module")
def locally(submitted) -> list[dict]:
    """The ledger of a run on this machine."""
    status, _, said = call_cli(*grade(submitted, submitted.parent / "locally"))
    if status == 2:
        pytest.skip(said)
    return ledger(submitted.parent / "locally")


def grade(submitted: Path, out: Path, *words: object) -> tuple:
    return ("grade", submitted, "--out", out, "--seed", 1, "--part", 0, *words)


class Cluster:
    """A scheduler and workers, in a folder where another autograder would be found first, one that can't be used."""

    def __init__(self, folder: Path, settings: dict[str, str] | None = None) -> None:
        (folder / "autograder").mkdir()
        (folder / "autograder" / "__init__.py").write_text("raise ImportError('an old one')\n", encoding="utf-8")
        self.environment = {**os.environ, "PYTHONPATH": str(folder), **(settings or {})}
        self.folder, self.workers = folder, []
        protocol = "tls" if settings else "tcp"
        words = ("--host", "127.0.0.1", "--port", "0", "--protocol", protocol)
        self.scheduler = self._start("scheduler", *words)
        self.address = self._wait_for(rf"Scheduler at: +({protocol}://127\.0\.0\.1:\d+)", "scheduler")[1]

    def add_worker(self) -> None:
        name = f"worker{len(self.workers)}"
        words = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--name", name, "--host", "127.0.0.1")
        self.workers.append(self._start("worker", self.address, *words, log=name))
        self._wait_for(r"Registered to", name)

    def _start(self, what: str, *words: str, log: str = "") -> subprocess.Popen:
        dashboard = ["--no-dashboard"] if what == "scheduler" else []
        with open(self.folder / f"{log or what}.log", "wb") as file:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", what, *words, *dashboard],
                cwd=self.folder,
                env=self.environment,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def _wait_for(self, pattern: str, log: str) -> re.Match:
        end = time.monotonic() + 300
        while time.monotonic() < end:
            said = (self.folder / f"{log}.log").read_text(encoding="utf-8", errors="replace")
            if found := re.search(pattern, said):
                return found
            time.sleep(0.05)
        raise AssertionError(said)

    def is_whole(self) -> bool:
        return all(process.poll() is None for process in (*self.workers, self.scheduler))

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def clusters():
    """The clusters of this file's tests."""
    found: list[Cluster] = []
    yield found
    for each in found:
        each.end()


@pytest.fixture
def cluster(clusters, tmp_path_factory) -> Cluster:
    """A scheduler with two workers: that of the test before, unless it killed one of them."""
    if not clusters or not clusters[-1].is_whole():
        clusters.append(Cluster(tmp_path_factory.mktemp("cluster")))
        clusters[-1].add_worker()
        clusters[-1].add_worker()
    return clusters[-1]


def test_a_cluster_gives_the_verdicts_of_this_machine_though_no_grader_is_installed_there(
    submitted, locally, cluster, tmp_path
):
    status, said, complained = call_cli(*grade(submitted, tmp_path, "--scheduler", cluster.address))
    assert status == 0, said + complained
    assert ledger(tmp_path) == locally


def grades_now(process: psutil.Process) -> bool:
    """Whether a learner's code runs: its fork server, which also waits between submissions, has a child."""
    try:
        descendants = process.children(recursive=True)
        servers = [each for each in descendants if each.cmdline()[-1:] == ["serve"] and each.name() != "bwrap"]
        return any(each.children() for each in servers) if servers else bool(descendants)
    except psutil.NoSuchProcess:  # one of them has just ended
        return False


def test_a_grading_process_that_is_killed_on_a_worker_costs_one_try(cluster, tmp_path):
    hand_in(tmp_path / "submitted", "mallory", SOLUTION.replace("return x * x", "__import__('time').sleep(1000)"))
    process = start_cli(*grade(tmp_path / "submitted", tmp_path / "out", "--scheduler", cluster.address))
    killed, end = set(), time.monotonic() + 300
    while process.poll() is None and time.monotonic() < end:
        for worker in cluster.workers:
            for child in psutil.Process(worker.pid).children():
                if child.pid not in killed and grades_now(child):
                    killed.add(child.pid)
                    child.kill()
        time.sleep(0.05)
    said, complained = process.communicate(timeout=300)
    assert process.returncode == 1 and len(killed) == 2, "it was tried twice"
    assert "mallory/part00: The process that graded it ended (status -9)." in said, said + complained


@pytest.mark.gate
def test_the_work_of_a_worker_that_is_lost_is_done_by_another(submitted, locally, cluster, tmp_path):
    process = start_cli(*grade(submitted, tmp_path, "--scheduler", cluster.address))
    wait_for_lines(tmp_path, 2, process)
    cluster.workers[0].send_signal(signal.SIGKILL)
    said, complained = process.communicate(timeout=300)
    assert process.returncode == 0, said + complained
    assert ledger(tmp_path) == locally


@pytest.mark.gate
def test_when_the_scheduler_dies_the_next_run_goes_on_from_the_store(submitted, locally, cluster, tmp_path):
    process = start_cli(*grade(submitted, tmp_path, "--scheduler", cluster.address))
    wait_for_lines(tmp_path, 2, process)
    cluster.scheduler.kill()
    _, said = process.communicate(timeout=300)
    assert process.returncode == 1 and "is gone" in said and "Run the same command again to continue." in said, said
    assert "Traceback" not in said
    kept = (tmp_path / "ledger.jsonl").read_bytes()
    assert 2 <= kept.count(b"\n") < LEARNERS
    assert call_cli(*grade(submitted, tmp_path))[0] == 0
    assert (tmp_path / "ledger.jsonl").read_bytes().startswith(kept) and ledger(tmp_path) == locally


def certificates(folder: Path) -> dict[str, str]:
    """An authority and a certificate, as docs/cluster.md says, and the settings that name them."""
    for command in (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem",
        "req -newkey rsa:2048 -nodes -subj /CN=grading -keyout key.pem -out request.pem",
        "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out cert.pem",
    ):
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)
    tls = "DASK_DISTRIBUTED__COMM__TLS__"
    settings = {f"{tls}CA_FILE": str(folder / "ca.pem"), "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True"}
    for who in ("SCHEDULER", "WORKER", "CLIENT"):
        settings |= {f"{tls}{who}__CERT": str(folder / "cert.pem"), f"{tls}{who}__KEY": str(folder / "key.pem")}
    return settings


@pytest.mark.skipif(shutil.which("openssl") is None, reason="There is no openssl here.")
def test_over_tls_only_who_has_a_certificate_is_let_in(submitted, locally, tmp_path, monkeypatch):
    settings = certificates(tmp_path)
    (tmp_path / "cluster").mkdir()
    cluster = Cluster(tmp_path / "cluster", settings)
    try:
        cluster.add_worker()
        for name, value in settings.items():
            monkeypatch.setenv(name, value)  # for new processes: Dask has read the settings of this one
        status, said, complained = run_cli(*grade(submitted, tmp_path / "out", "--scheduler", cluster.address))
        assert status == 0, said + complained
        assert ledger(tmp_path / "out") == locally
        status, _, complained = call_cli(*grade(submitted, tmp_path / "none", "--scheduler", cluster.address))
        assert status == 2 and "docs/cluster.md" in complained and "Traceback" not in complained
    finally:
        cluster.end()


@pytest.mark.parametrize(
    "address",
    ["tcp://10.0.0.1:8786", "10.0.0.1:8786", "cluster.example.org:8786", "tcp://[fe80::1]:8786", "tcp://0.0.0.0:1"],
)
def test_an_address_beyond_this_machine_needs_encryption(submitted, tmp_path, address):
    with pytest.raises(ValueError, match="not encrypted.*tls://"), cluster_pool(address):
        pass


@pytest.mark.parametrize(
    "address", ["", "tcp://", "tls://host", "http://127.0.0.1:80", "inproc://x:1", "tcp://host:port"]
)
def test_what_is_no_address_is_refused_with_one_that_is(address):
    with pytest.raises(ValueError, match="is not an address of a scheduler"), cluster_pool(address):
        pass


def test_the_command_refuses_with_status_2_and_writes_nothing(submitted, tmp_path):
    status, said, sentence = call_cli(*grade(submitted, tmp_path / "out", "--scheduler", "tcp://10.0.0.1:8786"))
    assert status == 2 and not said and "tls://10.0.0.1:8786" in sentence


def test_a_scheduler_that_is_not_there_is_a_sentence(monkeypatch):
    monkeypatch.setattr("autograder.batch.dask_cluster.CONNECT_SECONDS", 1)
    with (
        pytest.raises(PoolLost, match="No Dask scheduler answers at tcp://127.0.0.1:9"),
        cluster_pool("tcp://127.0.0.1:9"),
    ):
        pass


def test_a_scheduler_that_goes_away_is_a_sentence(monkeypatch):
    from distributed import LocalCluster

    monkeypatch.setattr("autograder.batch.dask_cluster.CONNECT_SECONDS", 1)
    here = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with LocalCluster(n_workers=0, processes=False, protocol="tcp://", **here) as there:
        address = there.scheduler_address
        with cluster_pool(address) as pool:
            pool.check()
            there.close()
            with pytest.raises(PoolLost, match=re.escape(f"The Dask scheduler at {address} is gone.")):
                for _ in range(600):
                    pool.check()
                    time.sleep(0.1)


def test_what_travels_is_the_grader_the_suites_and_the_reference_and_nothing_of_the_class():
    import io
    import zipfile

    digest, packed = shipped_grader()
    names = zipfile.ZipFile(io.BytesIO(packed)).namelist()
    assert {name.partition("/")[0] for name in names} == {"autograder", "solutions"}
    assert "autograder/parts/part03/test_hidden.py" in names and not [name for name in names if ".pyc" in name]
    assert shipped_grader() == (digest, packed) and len(packed) < 2_000_000
