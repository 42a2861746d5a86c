"""Names for learners that stay the same from run to run, and that nobody can turn back without the class's secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from pathlib import Path

from autograder.files import write_atomically

FILE = "pseudonyms.secret"


def pseudonyms(folder: Path) -> Callable[[str], str]:
    """A function from a learner's id to `learner-` and six letters and digits. The secret is kept in the folder,
    readable by its owner only; one is made when there is none. Raises OSError when it can't be read or written.
    """
    path = folder / FILE
    if not path.exists():
        write_atomically(path, secrets.token_hex(32).encode("ascii"), mode=0o600)
    secret = path.read_bytes()

    def shown(learner: str) -> str:
        digest = hmac.new(secret, learner.encode("utf-8", "surrogateescape"), hashlib.sha256).digest()
        return "learner-" + base64.b32encode(digest)[:6].decode("ascii").lower()

    return shown
