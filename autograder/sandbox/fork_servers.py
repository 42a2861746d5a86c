"""The fork servers of a process that grades a class."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from autograder.sandbox import selftest
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.tiers import Tier


class ForkServers:
    """The servers of a process that grades a class: at most two, since a class is graded part by part."""

    MOST = 2

    def __init__(self) -> None:
        self._servers: list[ForkServer] = []  # the one that was used last is the last

    def server(self, files: Mapping[str, bytes], tier: Tier) -> ForkServer | None:
        """The one for these files; None where each worker starts on its own, because forks don't hold."""
        if tier is not Tier.STRICT or not forks_hold():
            return None
        server = next((server for server in self._servers if server.files == files), None)
        if server is None:
            server = ForkServer(files)
            while len(self._servers) >= self.MOST:
                self._servers.pop(0).close()
        else:
            self._servers.remove(server)
        self._servers.append(server)
        return server

    def close(self) -> None:
        """End all of them."""
        while self._servers:
            self._servers.pop().close()


@functools.lru_cache(maxsize=1)
def forks_hold() -> bool:
    """Whether a forked process stops all fast attacks of the self-test. Found once per process.

    The self-test takes 0.1 s. Forking saves that much in three submissions, so it pays even in a small class.
    """
    return not selftest.what_breaks(Tier.STRICT, forked=True)
