"""The data sets: what is known of each file, and the one that can be downloaded. Standard library only."""

import hashlib
import json
import threading
import urllib.error
import urllib.request
from pathlib import Path

from autograder.files import write_atomically

FOLDER = Path(__file__).resolve().parent.parent / "datasets"

# The commit is named, so that the file can't change under us; the checksum says the same again.
CANONICAL_URL = "https://raw.githubusercontent.com/karpathy/makemore/988aa59e4d8fefa526d06f3b453ad116258398d4/names.txt"
CANONICAL_SHA256 = "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d"
CANONICAL_DESTINATION = FOLDER / "makemore_names.txt"

# The file has 228,145 bytes. Whatever is much longer is not the file, and need not be read to its end.
MAX_DOWNLOAD_BYTES = 1_000_000

OTHERWISE = "the course itself needs only datasets/names.txt, which is there"


class DatasetError(Exception):
    """A data set could not be had; the message is one sentence: what was wrong and what to do."""


def read_facts(folder: Path = FOLDER) -> dict[str, dict]:
    """Return what datasets.json says of each committed set: its package, licence, counts and checksum.

    Raises DatasetError when the table is missing or is not JSON.
    """
    path = folder / "datasets.json"
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path} can't be read ({error}): restore it with git.") from error


def sha256_of_file(path: Path) -> str | None:
    """Return the sha256 of a file as hexadecimal digits, None when there is no such file.

    Raises DatasetError when it is there and can't be read.
    """
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DatasetError(f"{path} can't be read ({error.strerror}): move it out of the way.") from error


def save(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises DatasetError when the folder or the file can't be written."""
    try:
        write_atomically(path, content)
    except OSError as error:
        raise DatasetError(f"{path} can't be written ({error.strerror}): check the folder's permissions.") from error


def download_canonical(
    destination: Path = CANONICAL_DESTINATION, url: str = CANONICAL_URL, timeout_seconds: float = 20
) -> Path:
    """Download the names file of makemore, check its sha256 and return where it is.

    A file that is already there and right is left alone without asking the network. A file is only ever
    replaced by the right one, in one step. `timeout_seconds` is for all of the transfer.

    Raises DatasetError when the address can't be reached in time, sends another file, or nothing can be written.
    """
    if sha256_of_file(destination) == CANONICAL_SHA256:
        return destination
    content = _fetch(url, timeout_seconds)
    found = hashlib.sha256(content).hexdigest()
    if found != CANONICAL_SHA256:
        raise DatasetError(
            f"{url} sent {len(content):,} bytes that are not makemore's names file (sha256 {found[:12]}..., expected "
            f"{CANONICAL_SHA256[:12]}...), so nothing was written: check the network and try again; {OTHERWISE}."
        )
    save(destination, content)
    return destination


def _fetch(url: str, timeout_seconds: float) -> bytes:
    """Return what an address sends. Raises DatasetError when that fails, is too long or takes too long."""
    # A socket's time-out is per read: a server that sends a byte a second would never trip it, and looking up
    # a host name has none. So a thread does the transfer and this one waits, for so long and no longer.
    received: list[bytes] = []
    failures: list[Exception] = []
    given_up = threading.Event()

    def transfer() -> None:
        try:
            with urllib.request.urlopen(url, timeout=timeout_seconds) as response:
                content = b""
                # read1 returns what one receive brought; read would wait until the buffer is full.
                while len(content) <= MAX_DOWNLOAD_BYTES and (piece := response.read1(65536)):
                    content += piece
                    if given_up.is_set():
                        raise TimeoutError
            received.append(content)
        except Exception as error:  # carried over to the thread that waits, which tells it
            failures.append(error)

    thread = threading.Thread(target=transfer, daemon=True)
    thread.start()
    thread.join(timeout_seconds)
    given_up.set()
    if received and len(received[0]) <= MAX_DOWNLOAD_BYTES:
        return received[0]
    if received:
        reason = f"{url} sent more than {MAX_DOWNLOAD_BYTES:,} bytes, so it is not makemore's names file"
    else:
        reason = _reason(url, failures[0] if failures else TimeoutError(), timeout_seconds)
    raise DatasetError(f"{reason}: check the network and try again; {OTHERWISE}.")


def _reason(url: str, error: Exception, timeout_seconds: float) -> str:
    """Say in half a sentence why a transfer failed."""
    if isinstance(error, urllib.error.HTTPError):
        return f"{url} answered {error.code} {error.reason}"
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return f"{url} did not send all of the file within {timeout_seconds:g} seconds"
    # Some errors have no text of their own; their type's name is better than nothing.
    return f"{url} can't be reached ({getattr(cause, 'strerror', None) or str(cause) or type(cause).__name__})"
