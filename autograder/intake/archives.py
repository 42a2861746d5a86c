"""Read untrusted archives (zip, tar, tar.gz) without ever unpacking them to disk.

An archive's own data (sizes, names, kinds) is checked but not trusted: bytes are counted as they are read. Unneeded
files are ignored, since a learner may honestly pack the entire folder, with .venv.
"""

from __future__ import annotations

import datetime
import gzip
import io
import re
import stat
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

MOST_MEMBERS = 50_000
LARGEST_MEMBER = 32 * 1024 * 1024  # bytes, unpacked
LARGEST_TOTAL = 256 * 1024 * 1024  # bytes, unpacked, of all wanted files of one person
LARGEST_TAR = 256 * 1024 * 1024  # bytes, unpacked: a tar is read from its beginning to its end
LARGEST_OTHER = 4 * 1024 * 1024  # bytes, unpacked, of a file with an unknown name; a notebook with pictures has 2 MB
LARGEST_OTHERS = 16 * 1024 * 1024  # bytes, unpacked, of all such files of one person
LONGEST_NAME = 1000
MOST_LEVELS = 20
BLOCK = 1024 * 1024
SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # device names on Windows
ZIP_ENTRY = b"PK\x01\x02"
NAME_IS_UTF_8 = 0x800
# RuntimeError: a zip with a password, or deeply nested names; the others: invalid fields.
UNREADABLE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, struct.error, EOFError, OSError, RuntimeError)
UNREADABLE += (ValueError, TypeError, LookupError, AttributeError, OverflowError)
LARGEST_HEADERS = 64 * 1024  # bytes of a tar's headers for one member; a name has 1,000, macOS adds a few thousand
MOST_DIGITS = re.compile(rb"\d{100}")
PACK = "pack only the files of the course."
HEADERS = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE)
HEADERS += (tarfile.SOLARIS_XHDTYPE,)


class ArchiveError(ValueError):
    """The archive can't be read, or is not one that a learner would make; the message is a sentence."""


@dataclass(frozen=True)
class Member:
    """A file in an archive. path: its folders and its name; time: from the archive, without a time zone or in UTC;
    content: None if the file is only listed.
    """

    path: tuple[str, ...]
    time: datetime.datetime | None
    content: bytes | None


@dataclass
class Budget:
    """The number of unpacked bytes that one person's files may still have."""

    bytes: int = LARGEST_TOTAL

    def take(self, count: int) -> None:
        self.bytes -= count
        if self.bytes < 0:
            raise ArchiveError(f"Unpacked, it would be larger than {LARGEST_TOTAL // 1024 // 1024} MB.")


@dataclass(frozen=True)
class _Entry:
    """A member as the archive describes it, before it is unpacked."""

    name: str
    kind: str  # "" for a file, otherwise the kind, such as a link
    time: datetime.datetime | None
    size: int
    unpacked: Callable[[], BinaryIO]


def is_archive(name: str) -> bool:
    """Whether a file with this name is an archive that we can read."""
    return name.lower().endswith(SUFFIXES)


def read_archive(
    file: BinaryIO,
    is_wanted: Callable[[str], bool],
    budget_of: Callable[[tuple[str, ...]], Budget] | None = None,
    refuse: Callable[[ArchiveError], None] | None = None,
    others: Callable[[tuple[str, ...]], Budget] | None = None,
) -> Iterator[Member]:
    """Yield the files in an archive whose name (without folders) is wanted. No others are unpacked.

    others: also list all other files, with the content of small ones as long as the budget for their path lasts.

    Raises ArchiveError for an archive that can't be read or contains more than a class needs. A wanted file is passed
    to `refuse` and left out if its name leads outside, if it is a link or a device, or if it is a duplicate or too
    large; without `refuse`, this also raises. budget_of: the budget for a path (default: one for all).
    """
    whole = Budget()
    names: dict[str, str] = {}
    try:
        for number, entry in enumerate(_members(file)):
            if number >= MOST_MEMBERS:
                raise ArchiveError(f"It has more than {MOST_MEMBERS:,} files.")
            if len(entry.name) > LONGEST_NAME:  # before splitting it, which would take 30 times its memory
                error = ArchiveError(_length_of(entry.name))
                if refuse is None:
                    raise error
                refuse(error)
                continue
            raw_parts = [part for part in entry.name.replace("\\", "/").split("/") if part]
            if entry.kind == "folder" or not raw_parts or _is_litter(raw_parts):
                continue
            if not is_wanted(raw_parts[-1]):
                if others and (member := _unwanted_member(entry, others)):
                    yield member
                continue
            try:
                path = _checked(entry, names)
                content = _content(entry, budget_of(path) if budget_of else whole)
            except ArchiveError as error:
                if refuse is None:
                    raise
                refuse(error)
                continue
            yield Member(path, entry.time, content)
    except ArchiveError:
        raise
    except MemoryError:
        raise ArchiveError(f"Reading it takes too much memory: {PACK}") from None
    except UNREADABLE as error:
        raise ArchiveError(
            f"It can't be read as a zip or tar archive ({shown(str(error) or type(error).__name__)})."
        ) from error


def checked_path(name: str) -> tuple[str, ...]:
    """The folders and the name of a member. Raises ArchiveError for a name that could lead outside the archive."""
    if not name or len(name) > LONGEST_NAME:
        raise ArchiveError(_length_of(name))
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in name):
        raise ArchiveError(f"The name {shown(name)} has control characters in it.")
    plain = name.replace("\\", "/")
    if plain.startswith("/") or re.match(r"[A-Za-z]:", plain):
        raise ArchiveError(f"The name {shown(name)} is an absolute path.")
    parts = tuple(part for part in plain.split("/") if part not in ("", "."))
    if ".." in parts:
        raise ArchiveError(f"The name {shown(name)} leads out of the archive.")
    if not parts or len(parts) > MOST_LEVELS:
        raise ArchiveError(f"The name {shown(name)} has {len(parts)} levels; 1 to {MOST_LEVELS} are allowed.")
    for part in parts:
        if part != part.rstrip(". ") or ":" in part or RESERVED.fullmatch(part):
            raise ArchiveError(f"The name {shown(name)} means something else on Windows.")
    return parts


def _length_of(name: str) -> str:
    return f"A name has {len(name):,} characters; 1 to {LONGEST_NAME:,} are allowed."


def shown(name: str) -> str:
    """An untrusted name in a form that can be printed anywhere."""
    return ascii(name[:120])


def _members(file: BinaryIO) -> Iterator[_Entry]:
    file.seek(0)
    if zipfile.is_zipfile(file):
        return _zip_members(file)
    file.seek(0)
    magic = file.read(2)
    file.seek(0)
    return _tar_members(gzip.GzipFile(fileobj=file) if magic == b"\x1f\x8b" else file)


def _zip_members(file: BinaryIO) -> Iterator[_Entry]:
    _need_few_entries(file)
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            mode = stat.S_IFMT(info.external_attr >> 16)
            kind = {0: "", stat.S_IFREG: "", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}.get(mode, "device")
            try:
                time = datetime.datetime(*info.date_time)
            except ValueError:
                time = None
            # The name as it is in the archive: zipfile cuts info.filename at a null byte.
            name, kind = _name_in_zip(info), "folder" if info.is_dir() else kind
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                kind = kind or "file in a compression that is seldom used"  # its memory use can't be limited
            yield _Entry(name, kind, time, info.file_size, lambda info=info: archive.open(info))


def _name_in_zip(info: zipfile.ZipInfo) -> str:
    """The name of an entry. Some tools write UTF-8 without the flag; code page 437 is practically never valid UTF-8."""
    name = info.orig_filename
    if info.flag_bits & NAME_IS_UTF_8 or name.isascii():
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _need_few_entries(file: BinaryIO) -> None:
    """Count the entries before zipfile creates an object for each."""
    file.seek(0)
    entries, end = 0, b""
    while block := file.read(BLOCK):
        entries += (end + block).count(ZIP_ENTRY)
        end = block[-len(ZIP_ENTRY) + 1 :]
        if entries > MOST_MEMBERS:
            raise ArchiveError(f"It has more than {MOST_MEMBERS:,} files.")
    file.seek(0)


def _tar_members(file: BinaryIO) -> Iterator[_Entry]:
    with tarfile.open(fileobj=_SizeLimitedFile(file), mode="r|", tarinfo=_TarMember) as archive:
        for info in archive:
            archive.header_bytes = 0
            kind = "" if info.isreg() else "folder" if info.isdir() else "device"
            kind = "link" if info.issym() or info.islnk() else kind
            try:
                time = datetime.datetime.fromtimestamp(info.mtime, datetime.timezone.utc)
            except (ValueError, OverflowError, OSError):
                time = None
            yield _Entry(info.name, kind, time, info.size, lambda info=info: archive.extractfile(info))
            archive.members = []  # tarfile keeps them all


class _TarMember(tarfile.TarInfo):
    """A tar member whose headers are checked before tarfile reads them. Otherwise they may have any size and number;
    tarfile before Python 3.11.10 and 3.12.6 takes quadratic time for digits in them (CVE-2024-6232); and maps of sparse
    files, with one object per 24 bytes, fill the memory.
    """

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in HEADERS:
            archive.header_bytes = getattr(archive, "header_bytes", 0) + tarfile.BLOCKSIZE + max(0, self.size)
            if archive.header_bytes > LARGEST_HEADERS:
                raise ArchiveError(f"It describes one file in more than {LARGEST_HEADERS // 1024} KB: {PACK}")
            content = archive.fileobj.read(-(-max(0, self.size) // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE)
            if MOST_DIGITS.search(content) and self.type not in HEADERS[:2]:
                raise ArchiveError("It describes a file with a number of more than 100 digits.")
            archive.fileobj = _ReplayedStream(archive, content)
        elif self.type == tarfile.GNUTYPE_SPARSE:
            self._sparse()
        return super()._proc_member(archive)

    def _sparse(self, *arguments: object) -> None:
        raise ArchiveError(f"It contains a sparse file: {PACK}")

    _proc_gnusparse_00 = _proc_gnusparse_01 = _proc_gnusparse_10 = _sparse


class _ReplayedStream:
    """A tar's stream that returns the inspected content again."""

    def __init__(self, archive: tarfile.TarFile, content: bytes) -> None:
        self.archive, self.stream, self.content = archive, archive.fileobj, content

    def read(self, size: int) -> bytes:
        self.archive.fileobj = self.stream
        return self.content

    def __getattr__(self, name: str) -> object:
        return getattr(self.stream, name)


class _SizeLimitedFile:
    """A file that raises an error after too many bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.left = file, LARGEST_TAR

    def read(self, size: int) -> bytes:
        block = self.file.read(min(size, self.left + 1))
        self.left -= len(block)
        if self.left < 0:
            raise ArchiveError(f"Unpacked, it would be larger than {LARGEST_TAR // 1024 // 1024:,} MB.")
        return block


def _checked(entry: _Entry, names: dict[str, str]) -> tuple[str, ...]:
    """The path of a wanted file. names: the earlier names, with which it must not collide."""
    path = checked_path(entry.name)
    if entry.kind:
        raise ArchiveError(f"{shown(entry.name)} is a {entry.kind}. Pack the file itself.")
    if entry.size > LARGEST_MEMBER:
        raise ArchiveError(f"{shown(entry.name)} is larger than {LARGEST_MEMBER // 1024 // 1024} MB.")
    # On a system that ignores case or accents, it would be random which of two such files is used.
    name = "/".join(path)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    if folded in names:
        raise ArchiveError(f"{shown(name)} and {shown(names[folded])} are the same file on some systems.")
    names[folded] = name
    return path


def _content(entry: _Entry, budget: Budget) -> bytes:
    """The bytes of a member, counted while they are unpacked, since the size in the archive may be wrong."""
    content = io.BytesIO()
    with entry.unpacked() as file:
        while block := file.read(BLOCK):
            budget.take(len(block))
            content.write(block)
            if content.tell() > LARGEST_MEMBER:
                raise ArchiveError(f"{shown(entry.name)} is larger than {LARGEST_MEMBER // 1024 // 1024} MB.")
    return content.getvalue()


def _unwanted_member(entry: _Entry, budget_of: Callable[[tuple[str, ...]], Budget]) -> Member | None:
    """A file with an unknown name; None if the name can't be used."""
    try:
        path, content = checked_path(entry.name), None
    except ArchiveError:
        return None
    if not entry.kind and entry.size <= LARGEST_OTHER:
        try:
            content = _content(entry, budget_of(path))
        except (ArchiveError, *UNREADABLE):
            content = None  # still listed
    return Member(path, entry.time, content)


def _is_litter(path: list[str]) -> bool:
    """Whether a system or a tool created this file: macOS's resource forks, caches, version control."""
    return path[0] == "__MACOSX" or any(part.startswith(".") and part.strip(".") for part in path)
