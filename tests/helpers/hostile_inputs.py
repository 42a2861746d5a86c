"""Submissions that attack whoever reads them: archives, folders, clones and notebooks, each written into a folder.

Each writes what one learner, mallory, submits. All are made here, so that no bomb is in the repository.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import struct
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

MODULE = "part01_autograd.py"
TAR_END = b"\0" * 1024


def header(kind: bytes, size: int, name: bytes = b"x") -> bytes:
    info = tarfile.TarInfo(name.decode("ascii"))
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


def padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 512)


def record(kind: bytes, data: bytes) -> bytes:
    return header(kind, len(data)) + padded(data)


MEMBER = header(b"0", 5, MODULE.encode()) + padded(b"pass\n")


def pax(**facts: str) -> bytes:
    """A record of pax with these facts."""
    lines = b""
    for key, value in facts.items():
        text = f" {key.replace('__', '.')}={value}\n".encode()
        length = len(text)
        while len(str(length)) + len(text) != length:
            length = len(str(length)) + len(text)
        lines += str(length).encode() + text
    return record(b"x", lines)


def tar(*blocks: bytes) -> bytes:
    return gzip.compress(b"".join(blocks) + TAR_END, 1)


def sparse() -> bytes:
    """An old GNU sparse file whose map goes on and on."""
    first = bytearray(header(b"S", 5, MODULE.encode()))
    first[386:483] = (b"00000000000\x0000000000001\0" * 4) + b"\1"
    first[148:156] = b" " * 8
    first[148:156] = b"%06o\0 " % sum(first)
    return bytes(first) + (b"00000000000\x0000000000001\0" * 21 + b"\1").ljust(512, b"\0") * 40_000


def lying_zip() -> bytes:
    honest = zipped((MODULE, b"\0" * 60_000_000))
    return honest.replace(struct.pack("<L", 60_000_000), struct.pack("<L", 50))


def zipped(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def directory(
    entries: int, name: bytes = MODULE.encode(), flags: int = 0, extra: bytes = b"", offset: int = 0
) -> bytes:
    """A zip whose directory has this number of entries, all for one block."""
    block = zlib.compress(b"\0" * 4_000_000, 9)[2:-4]
    facts = struct.pack("<HHHHLLL", flags, 8, 0, 33, zlib.crc32(b"\0" * 4_000_000), len(block), 4_000_000)
    body = b"PK\3\4" + struct.pack("<H", 20) + facts + struct.pack("<HH", len(name), 0) + name + block
    one = b"PK\1\2" + struct.pack("<HH", 20, 20) + facts
    one += struct.pack("<HHHHHLL", len(name), len(extra), 0, 0, 0, 0, offset) + name + extra
    end = struct.pack(
        "<4sHHHHLLH", b"PK\5\6", 0, 0, entries & 0xFFFF, entries & 0xFFFF, len(one) * entries, len(body), 0
    )
    return body + one * entries + end


def nested(levels: int) -> bytes:
    content = b"\0" * 1_000_000
    for _ in range(levels):
        content = zipped(("inner.zip", content))
    return content


ARCHIVES: dict[str, Callable[[], bytes]] = {
    "pax_digits_that_take_seconds.tar.gz": lambda: tar(record(b"x", b"1" * 50_000), MEMBER),
    "pax_digits_that_take_hours.tar.gz": lambda: tar(record(b"x", b"1" * 1_000_000), MEMBER),
    "pax_digits_of_solaris.tar.gz": lambda: tar(record(b"X", b"1" * 60_000), MEMBER),
    "pax_digits_in_a_value.tar.gz": lambda: tar(pax(comment="1" * 60_000), MEMBER),
    "pax_digits_for_all.tar.gz": lambda: tar(record(b"g", b"1" * 60_000), MEMBER),
    "pax_again_and_again.tar.gz": lambda: tar(*[pax(comment="x" * 1000)] * 20_000, MEMBER),
    "pax_for_all_again_and_again.tar.gz": lambda: tar(*[record(b"g", b"12 a=bcdefg\n")] * 5000, MEMBER),
    "pax_size_below_nothing.tar.gz": lambda: tar(pax(size="-512"), MEMBER),
    "pax_size_beyond_all.tar.gz": lambda: tar(pax(size="9" * 40), MEMBER),
    "pax_time_beyond_all.tar.gz": lambda: tar(pax(mtime="9" * 90), MEMBER),
    "pax_time_that_is_none.tar.gz": lambda: tar(pax(mtime="nan"), MEMBER),
    "pax_name_without_letters.tar.gz": lambda: tar(pax(path=""), MEMBER),
    "pax_length_that_lies.tar.gz": lambda: tar(record(b"x", b"99999 path=a\n"), MEMBER),
    "pax_sparse_map.tar.gz": lambda: tar(pax(GNU__sparse__map="0,1," * 10_000 + "0,1"), MEMBER),
    "pax_sparse_in_data.tar.gz": lambda: tar(
        pax(GNU__sparse__major="1", GNU__sparse__minor="0"), header(b"0", 9_000_000), b"9999999\n" + b"1\n" * 4_500_000
    ),
    "long_name.tar.gz": lambda: tar(record(b"L", b"ab/" * 8_000_000 + MODULE.encode() + b"\0"), MEMBER),
    "long_link.tar.gz": lambda: tar(record(b"K", b"ab/" * 8_000_000 + b"\0"), MEMBER),
    "names_of_names.tar.gz": lambda: tar(*[record(b"L", b"a\0")] * 5000, MEMBER),
    "name_of_any_length.tar.gz": lambda: tar(header(b"L", 8**10), b"a" * 1000),
    "sparse_map_without_end.tar.gz": lambda: tar(sparse()),
    "too_many_files.tar.gz": lambda: tar(header(b"0", 0, b"a") * 60_000),
    "bomb_that_nobody_wants.tar.gz": lambda: tar(header(b"0", 300_000_000, b"a.mp4"), b"\0" * 300_000_000),
    "bomb.tar.gz": lambda: tar(header(b"0", 60_000_000, MODULE.encode()), b"\0" * 60_000_000),
    "gzip_of_many_pieces.tar.gz": lambda: gzip.compress(b"") * 300_000,
    "cut_off.tar.gz": lambda: tar(MEMBER * 50)[:90],
    "wrong_checksum.tar": lambda: MEMBER[:148] + b"0" * 8 + MEMBER[156:] + TAR_END,
    "device.tar": lambda: header(b"3", 0, MODULE.encode()) + TAR_END,
    "link.tar": lambda: header(b"2", 0, MODULE.encode()) + TAR_END,
    "bomb.zip": lambda: zipped((MODULE, b"\0" * 60_000_000)),
    "bomb_that_lies.zip": lying_zip,
    "one_block_many_names.zip": lambda: directory(10_000),
    "too_many_entries.zip": lambda: directory(60_000),
    "password.zip": lambda: directory(1, flags=1),
    "long_names.zip": lambda: directory(200, name=b"a/" * 30_000 + MODULE.encode()),
    "sixty_four_bits.zip": lambda: directory(1, extra=struct.pack("<HH", 1, 60_000)),
    "elsewhere.zip": lambda: directory(1, offset=2**31),
    "archives_in_archives.zip": lambda: nested(50),
    "noise.zip": lambda: b"PK\3\4" + bytes(range(256)) * 2000,
    "nothing.zip": lambda: b"",
}


def many_archives(folder: Path) -> None:
    content = tar(record(b"x", b"1" * 50_000), MEMBER)
    for number in range(1000):
        (folder / f"work{number}.tar.gz").write_bytes(content)


def deep_folders(folder: Path) -> None:
    place = folder
    for _ in range(400):
        place = place / "abcd"
        place.mkdir()
    (place / MODULE).write_bytes(b"pass\n")


def pipes(folder: Path) -> None:
    os.mkfifo(folder / MODULE)
    os.mkfifo(folder / "work.zip")


def files_of_holes(folder: Path) -> None:
    for number in range(40):
        (folder / f"a{number}").mkdir()
        with open(folder / f"a{number}" / MODULE, "wb") as file:
            file.truncate(32 * 1024 * 1024)


def link_to_all(folder: Path) -> None:
    (folder / "all").symlink_to("/")


FOLDERS: dict[str, Callable[[Path], None]] = {
    "many_archives": many_archives,
    "deep_folders": deep_folders,
    "pipes": pipes,
    "files_of_holes": files_of_holes,
    "link_to_all": link_to_all,
}


def clone(folder: Path, lines: list[str]) -> None:
    """A repository made by git fast-import."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True, env=environment)
    subprocess.run(
        ["git", "-C", str(folder), "fast-import", "--quiet", "--force"], input="\n".join(lines).encode(), check=True
    )


def commit(number: int, *changes: str, time: str = "1700000000 +0000") -> list[str]:
    return ["commit refs/heads/main", f"mark :{number}", f"committer a <a@b> {time}", "data 1", "x", *changes, ""]


BLOB = ["blob", "mark :1", "data 5", "pass", ""]


def many_wanted_files(folder: Path) -> None:
    clone(folder, [*BLOB, *commit(2, *(f"M 100644 :1 d{i}/{MODULE}" for i in range(20_000)))])


def wanted_files_and_commits(folder: Path) -> None:
    lines = [*BLOB, *commit(2, *(f"M 100644 :1 d{i}/{MODULE}" for i in range(100)))]
    for number in range(3, 5000):
        lines += commit(number, f"M 100644 inline z{number % 100}", "data 5", f"{number:05d}")
    clone(folder, lines)


def time_beyond_all(folder: Path) -> None:
    clone(folder, [*BLOB, *commit(2, f"M 100644 :1 {MODULE}", time="18446744073709551615 +0000")])


def link_in_a_clone(folder: Path) -> None:
    clone(folder, [*BLOB, *commit(2, f"M 120000 :1 {MODULE}")])


def pipe_for_objects(folder: Path) -> None:
    time_beyond_all(folder)
    os.mkfifo(folder / ".git" / "objects" / "pack" / "pack-0.idx")


def broken_objects(folder: Path) -> None:
    time_beyond_all(folder)
    for path in (folder / ".git" / "objects").rglob("*"):
        if path.is_file():
            path.chmod(0o600)
            path.write_bytes(os.urandom(1000))


def head_of_itself(folder: Path) -> None:
    time_beyond_all(folder)
    (folder / ".git" / "refs" / "heads" / "main").write_bytes(b"ref: refs/heads/main\n")


CLONES: dict[str, Callable[[Path], None]] = {
    "many_wanted_files": many_wanted_files,
    "wanted_files_and_commits": wanted_files_and_commits,
    "time_beyond_all": time_beyond_all,
    "link_in_a_clone": link_in_a_clone,
    "pipe_for_objects": pipe_for_objects,
    "broken_objects": broken_objects,
    "head_of_itself": head_of_itself,
}


def notebook(*cells: str) -> bytes:
    return f'{{"nbformat": 4, "nbformat_minor": 5, "metadata": {{}}, "cells": [{",".join(cells)}]}}'.encode()


def markdown(**facts: object) -> str:
    return json.dumps({"cell_type": "markdown", "metadata": {}, "source": "", **facts})


NOTEBOOKS: dict[str, Callable[[], bytes]] = {
    "many_cells": lambda: notebook(*['{"cell_type": "code", "source": "1"}'] * 300_000),
    "many_lists": lambda: notebook(*["[]"] * 6_000_000),
    "many_objects": lambda: notebook(*['{"":0}'] * 2_800_000),
    "deep": lambda: notebook("[" * 1_000_000 + "]" * 1_000_000),
    "deep_objects": lambda: notebook('{"a":' * 500_000 + "1" + "}" * 500_000),
    "lines_without_end": lambda: notebook(markdown(source=["a"] * 3_000_000)),
    "one_long_line": lambda: notebook(markdown(source="a" * 19_000_000)),
    "pictures_without_end": lambda: notebook(markdown(source="![](attachment:a" * 1250)),
    "open_brackets": lambda: notebook(*[markdown(source="![" * 10_000)] * 900),
    "pasted_noise": lambda: notebook(
        markdown(source="![a](attachment:a)" * 1000, attachments={"a": {"image/png": "A" * 2_700_000}})
    ),
    "a_number_without_end": lambda: notebook("1" * 10_000_000),
    "half_a_character": lambda: notebook(markdown(source="\ud800" * 1000)),
    "cells_that_are_none": lambda: b'{"cells": {"a": 1}}',
    "nothing": lambda: b"",
}
