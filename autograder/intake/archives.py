"""Archives from strangers, read without ever unpacking them to disk: zip, and tar plain or with gzip.

What an archive says about itself (sizes, names, kinds) is checked but not trusted: bytes are counted as they are read.
Files that are not needed are ignored: a learner who packs the entire folder, with .venv, is not an attacker.
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
LARGEST_OTHER = 4 * 1024 * 1024  # bytes, unpacked, of a file that nobody asked for; a notebook with pictures has 2 MB
LARGEST_OTHERS = 16 * 1024 * 1024  # bytes, unpacked, of all such files of one person
LONGEST_NAME = 1000
MOST_LEVELS = 20
BLOCK = 1024 * 1024
SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # what Windows takes for a device
ZIP_ENTRY = b"PK\x01\x02"
NAME_IS_UTF_8 = 0x800
# RuntimeError: a zip with a password, or a name in a name in a name; the rest: fields that make no sense.
UNREADABLE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, struct.error, EOFError, OSError, RuntimeError)
UNREADABLE += (ValueError, TypeError, LookupError, AttributeError, OverflowError)
LARGEST_HEADERS = 64 * 1024  # bytes of what a tar says of one member; a name has 1,000, macOS adds a few thousand
MOST_DIGITS = re.compile(rb"\d{100}")
PACK = "pack only the files of the course."
HEADERS = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE)
HEADERS += (tarfile.SOLARIS_XHDTYPE,)


class ArchiveError(ValueError):
    """The archive can't be read, or is not what a learner would make: a sentence."""


@dataclass(frozen=True)
class Member:
    """A file in an archive. path: its folders and its name; time: as the archive says, in no time zone or in UTC.
    content: None when the file is only listed.
    """

    path: tuple[str, ...]
    time: datetime.datetime | None
    content: bytes | None


@dataclass
class Budget:
    """How many bytes one person's files may still have, unpacked."""

    bytes: int = LARGEST_TOTAL

    def take(self, count: int) -> None:
        self.bytes -= count
        if self.bytes < 0:
            raise ArchiveError(f"Unpacked it would be larger than {LARGEST_TOTAL // 1024 // 1024} MB.")


@dataclass(frozen=True)
class _Entry:
    """A member as the archive describes it, before it is unpacked."""

    name: str
    kind: str  # "" for a file, else what it is instead
    time: datetime.datetime | None
    size: int
    unpacked: Callable[[], BinaryIO]


def is_archive(name: str) -> bool:
    """Whether a file of this name is an archive that we read."""
    return name.lower().endswith(SUFFIXES)


def read_archive(
    file: BinaryIO,
    is_wanted: Callable[[str], bool],
    budget_of: Callable[[tuple[str, ...]], Budget] | None = None,
    refuse: Callable[[ArchiveError], None] | None = None,
    others: Callable[[tuple[str, ...]], Budget] | None = None,
) -> Iterator[Member]:
    """The files of an archive whose name (without folders) is wanted, one at a time; no other is unpacked.

    others: list all other files too, with the content of small ones while this budget of their path lasts.

    Raises ArchiveError for an archive that can't be read or holds more than a class needs. A wanted file with a name
    that leads elsewhere, that is a link or a device, that is there twice or too large, is given to `refuse` and left
    out; without `refuse` it is raised, too. budget_of: whose budget a path is charged to; one for all if not given.
    """
    whole = Budget()
    names: dict[str, str] = {}
    try:
        for number, entry in enumerate(_members(file)):
            if number >= MOST_MEMBERS:
                raise ArchiveError(f"It has more than {MOST_MEMBERS:,} files.")
            if len(entry.name) > LONGEST_NAME:  # before it is taken apart: that would take 30 times its memory
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
    """The folders and the name of a member. Raises ArchiveError for a name that could mean a place elsewhere."""
    if not name or len(name) > LONGEST_NAME:
        raise ArchiveError(_length_of(name))
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in name):
        raise ArchiveError(f"The name {shown(name)} has control characters in it.")
    plain = name.replace("\\", "/")
    if plain.startswith("/") or re.match(r"[A-Za-z]:", plain):
        raise ArchiveError(f"The name {shown(name)} is a place on the disk, not one in the archive.")
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
    """A stranger's name as it can be printed anywhere."""
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
                kind = kind or "file in a compression that is seldom used"  # whose memory can't be bounded
            yield _Entry(name, kind, time, info.file_size, lambda info=info: archive.open(info))


def _name_in_zip(info: zipfile.ZipInfo) -> str:
    """The name of an entry. Some tools of macOS and PHP write UTF-8 and do not say so; other names in code page 437
    are practically never valid UTF-8.
    """
    name = info.orig_filename
    if info.flag_bits & NAME_IS_UTF_8 or name.isascii():
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _need_few_entries(file: BinaryIO) -> None:
    """Count before zipfile makes an object of each entry."""
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
    """A member of a tar whose description is bounded before tarfile reads it. It may have any size and number of
    records, tarfile before Python 3.11.10 and 3.12.6 takes quadratic time for digits in them (CVE-2024-6232), and
    maps of sparse files, which hold one object per 24 bytes, fill the memory.
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
        raise ArchiveError(f"It holds a sparse file: {PACK}")

    _proc_gnusparse_00 = _proc_gnusparse_01 = _proc_gnusparse_10 = _sparse


class _ReplayedStream:
    """The stream of a tar which returns the inspected content once more."""

    def __init__(self, archive: tarfile.TarFile, content: bytes) -> None:
        self.archive, self.stream, self.content = archive, archive.fileobj, content

    def read(self, size: int) -> bytes:
        self.archive.fileobj = self.stream
        return self.content

    def __getattr__(self, name: str) -> object:
        return getattr(self.stream, name)


class _SizeLimitedFile:
    """A file that ends with an error after too many bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.left = file, LARGEST_TAR

    def read(self, size: int) -> bytes:
        block = self.file.read(min(size, self.left + 1))
        self.left -= len(block)
        if self.left < 0:
            raise ArchiveError(f"Unpacked it would be larger than {LARGEST_TAR // 1024 // 1024:,} MB.")
        return block


def _checked(entry: _Entry, names: dict[str, str]) -> tuple[str, ...]:
    """The path of a wanted file. names: those before it, which it must not stand for as well."""
    path = checked_path(entry.name)
    if entry.kind:
        raise ArchiveError(f"{shown(entry.name)} is a {entry.kind}: put in the file itself.")
    if entry.size > LARGEST_MEMBER:
        raise ArchiveError(f"{shown(entry.name)} is larger than {LARGEST_MEMBER // 1024 // 1024} MB.")
    # Of two names for one file, on a system that takes capitals or accents for the same, chance would choose.
    name = "/".join(path)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    if folded in names:
        raise ArchiveError(f"{shown(name)} and {shown(names[folded])} are the same file on some systems.")
    names[folded] = name
    return path


def _content(entry: _Entry, budget: Budget) -> bytes:
    """The bytes of a member, counted while they are unpacked: the size in the archive is only a claim."""
    content = io.BytesIO()
    with entry.unpacked() as file:
        while block := file.read(BLOCK):
            budget.take(len(block))
            content.write(block)
            if content.tell() > LARGEST_MEMBER:
                raise ArchiveError(f"{shown(entry.name)} is larger than {LARGEST_MEMBER // 1024 // 1024} MB.")
    return content.getvalue()


def _unwanted_member(entry: _Entry, budget_of: Callable[[tuple[str, ...]], Budget]) -> Member | None:
    """A file that nobody asked for; None when its name can't be used."""
    try:
        path, content = checked_path(entry.name), None
    except ArchiveError:
        return None
    if not entry.kind and entry.size <= LARGEST_OTHER:
        try:
            content = _content(entry, budget_of(path))
        except (ArchiveError, *UNREADABLE):
            content = None  # listed all the same
    return Member(path, entry.time, content)


def _is_litter(path: list[str]) -> bool:
    """Whether a system or a tool left this file: macOS' second halves of files, caches, version control."""
    return path[0] == "__MACOSX" or any(part.startswith(".") and part.strip(".") for part in path)
