"""Archives that attack whoever opens them are refused with a sentence; honest ones come out as they went in."""

from __future__ import annotations

import io
import stat
import struct
import tarfile
import unicodedata
import warnings
import zipfile
import zlib
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.intake import archives
from autograder.intake.archives import ArchiveError, Budget, checked_path, read_archive


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", method) as archive:
        warnings.simplefilter("ignore")  # of names that are there twice
        for name, content in members:
            archive.writestr(name, content)
    return file


def tarred(*members: tuple[str | tarfile.TarInfo, bytes], mode: str = "w:gz") -> io.BytesIO:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for name, content in members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file


def contents(file: io.BytesIO, **options) -> dict[str, bytes]:
    return {"/".join(member.path): member.content for member in read_archive(file, lambda name: True, **options)}


def entry(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3  # Unix, whose modes those are
    info.external_attr = mode << 16
    return info


def tar_entry(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize("make", [zipped, tarred, lambda *members: tarred(*members, mode="w")])
def test_an_honest_archive_comes_out_as_it_went_in(make):
    members = {"part05/part05_gpt.py": b"print(1)\n" * 1000, "Zo\u00eb/part05.ipynb": b"{}", "empty.py": b""}
    assert contents(make(*members.items())) == members


def test_litter_of_systems_and_folders_is_left_out():
    names = ["__MACOSX/._a.py", ".git/config", "a/.DS_Store", ".venv/bin/b.py", "folder/", "folder/a.py"]
    assert list(contents(zipped(*((name, b"") for name in names)))) == ["folder/a.py"]
    folder = tar_entry("./", tarfile.DIRTYPE)
    assert list(contents(tarred((folder, b""), ("./a.py", b"")))) == ["a.py"]


def test_what_nobody_wants_is_never_unpacked():
    bomb = zipped(("film.mp4", b"\0" * 40_000_000), ("a.py", b"x"))
    (member,) = read_archive(bomb, lambda name: name.endswith(".py"))
    assert member.content == b"x"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../a.py", "leads out of the archive"),
        ("a/../../b.py", "leads out"),
        ("a\\..\\..\\b.py", "leads out"),
        ("/etc/passwd", "is an absolute path"),
        ("\\\\server\\share\\a.py", "is an absolute path"),
        ("C:\\a.py", "is an absolute path"),
        ("c:a.py", "is an absolute path"),
        ("a.py:stream", "something else on Windows"),
        ("folder./a.py", "something else on Windows"),
        ("nul.py", "something else on Windows"),
        ("a\x1b[31m.py", "control characters"),
        ("a\u202eyp.b", "control characters"),
        ("a" * 1001, "1,001 characters"),
        ("a/" * 25 + "b.py", "26 levels"),
    ],
)
@pytest.mark.parametrize("make", [zipped, tarred])
def test_a_name_that_leads_elsewhere_is_refused(make, name, said):
    with pytest.raises(ArchiveError, match=said) as error:
        contents(make(("good.py", b""), (name, b"")))
    assert str(error.value).isascii() and str(error.value).isprintable()


@pytest.mark.parametrize(
    ("make", "member", "said"),
    [
        (zipped, entry("a.py", stat.S_IFLNK | 0o777), "is a link"),
        (zipped, entry("a.py", stat.S_IFCHR | 0o666), "is a device"),
        (zipped, entry("a.py", stat.S_IFIFO | 0o666), "is a device"),
        (tarred, tar_entry("a.py", tarfile.SYMTYPE, "/etc/passwd"), "is a link"),
        (tarred, tar_entry("a.py", tarfile.LNKTYPE, "b.py"), "is a link"),
        (tarred, tar_entry("a.py", tarfile.CHRTYPE), "is a device"),
        (tarred, tar_entry("a.py", tarfile.FIFOTYPE), "is a device"),
    ],
)
def test_links_and_devices_are_refused(make, member, said):
    with pytest.raises(ArchiveError, match=said):
        contents(make((member, b"" if make is tarred else b"/etc/passwd")))


@pytest.mark.parametrize("other", ["PART05.py", "part05.py", "\uff50art05.py"])
@pytest.mark.parametrize("make", [zipped, tarred])
def test_two_names_for_one_file_are_refused(make, other):
    with pytest.raises(ArchiveError, match="the same file"):
        contents(make(("part05.py", b"1"), (other, b"2")))


def test_accents_written_in_two_ways_are_one_name():
    with pytest.raises(ArchiveError, match="the same file"):
        contents(zipped(("Zo\u00eb.py", b"1"), (unicodedata.normalize("NFD", "Zo\u00eb.py"), b"2")))


@pytest.mark.parametrize("make", [zipped, tarred])
def test_a_bomb_is_refused_before_it_is_unpacked(make):
    with pytest.raises(ArchiveError, match="larger than 32 MB"):
        contents(make(("a.py", b"\0" * (archives.LARGEST_MEMBER + 1))))


def test_a_bomb_that_lies_about_its_size_is_stopped_while_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(archives, "LARGEST_MEMBER", 100_000)
    honest = zipped(("a.py", b"\0" * 5_000_000)).getvalue()
    lie = honest.replace(struct.pack("<L", 5_000_000), struct.pack("<L", 50))
    assert lie != honest
    with pytest.raises(ArchiveError):
        contents(io.BytesIO(lie))


@pytest.mark.parametrize("make", [zipped, tarred])
def test_too_many_files_are_refused(make, monkeypatch):
    monkeypatch.setattr(archives, "MOST_MEMBERS", 5)
    assert len(contents(make(*((f"{i}.py", b"x") for i in range(5))))) == 5
    with pytest.raises(ArchiveError, match="more than 5 files"):
        contents(make(*((f"{i}.py", b"x") for i in range(6))))


def test_who_uses_up_the_bytes_of_one_person_costs_nobody_else():
    budgets, refused = {"ann": Budget(1000), "ben": Budget(1000)}, []
    members = zipped(("ann/a.py", b"x" * 600), ("ann/b.py", b"x" * 600), ("ben/a.py", b"y" * 600))
    found = contents(members, budget_of=lambda path: budgets[path[0]], refuse=refused.append)
    assert set(found) == {"ann/a.py", "ben/a.py"} and "Unpacked" in str(refused[0])
    with pytest.raises(ArchiveError, match="Unpacked, it would be larger than 256 MB"):
        contents(zipped(("ann/a.py", b"x" * 600)), budget_of=lambda path: budgets["ann"])


def test_a_tar_that_is_a_bomb_among_files_that_nobody_wants_is_stopped(monkeypatch):
    monkeypatch.setattr(archives, "LARGEST_TAR", 1_000_000)
    with pytest.raises(ArchiveError, match="Unpacked"):
        list(read_archive(tarred(("film.mp4", b"\0" * 5_000_000)), lambda name: name.endswith(".py")))


def test_a_bad_file_among_those_of_a_class_costs_only_itself():
    refused = []
    link = entry("link.py", stat.S_IFLNK | 0o777)
    bad = zipped(("a.py", b"1"), ("../b.py", b"2"), (link, b"a.py"), ("A.py", b"3"), ("c.py", b"4"))
    assert contents(bad, refuse=refused.append) == {"a.py": b"1", "c.py": b"4"}
    assert len(refused) == 3


def test_a_compression_whose_memory_nobody_can_bound_is_refused():
    with pytest.raises(ArchiveError, match="seldom used"):
        contents(zipped(("a.py", b"x"), method=zipfile.ZIP_LZMA))


def test_an_archive_within_its_own_bytes_overlapping_itself_is_refused():
    """Members that share one compressed block: small on disk, huge when unpacked."""
    budget, block = Budget(50_000_000), zlib.compress(b"\0" * 4_000_000, 9, -15)
    crc = zlib.crc32(b"\0" * 4_000_000)
    facts = (20, 0, 8, 0, 33, crc, len(block), 4_000_000, 1, 0)
    body = struct.pack("<4sHHHHHLLLHH", b"PK\x03\x04", *facts) + b"a" + block
    directory = b""
    for i in range(40):
        directory += struct.pack("<4sHHHHHHLLLHHHHHLL", b"PK\x01\x02", 20, *facts[:-1], 0, 0, 0, 0, 0, 0) + (
            b"a" if i == 0 else bytes([97 + i % 26])
        )
    end = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 40, 40, len(directory), len(body), 0)
    with pytest.raises(ArchiveError):
        contents(io.BytesIO(body + directory + end), budget_of=lambda path: budget)


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive at all" * 100])
def test_what_is_not_an_archive_is_reported(content):
    with pytest.raises(ArchiveError, match="It can't be read"):
        contents(io.BytesIO(content))


def test_an_archive_that_is_cut_off_or_damaged_is_refused():
    import random

    rng = random.Random(5)
    for make in (zipped, tarred):
        whole = make(("a.py", bytes(rng.randrange(256) for _ in range(3000))), ("b.py", b"b" * 3000)).getvalue()
        with pytest.raises(ArchiveError):
            contents(io.BytesIO(whole[: len(whole) // 2]))
        for _ in range(150):
            damaged = bytearray(whole)
            damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
            try:
                contents(io.BytesIO(bytes(damaged)))
            except ArchiveError:
                pass


def test_a_zip_with_a_password_is_refused():
    locked = bytearray(zipped(("a.py", b"x" * 100)).getvalue())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + offset] |= 1
    with pytest.raises(ArchiveError, match="password|encrypted"):
        contents(io.BytesIO(bytes(locked)))


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8") | st.sampled_from("./\\:~ ab"), max_size=40))
def test_no_accepted_name_leads_out_of_its_folder_on_any_system(name):
    try:
        path = checked_path(name)
    except ArchiveError as error:
        assert str(error).isascii()
        return
    assert path
    for kind in (PurePosixPath, PureWindowsPath):
        base = kind("/class/submitted") if kind is PurePosixPath else kind("C:\\class\\submitted")
        joined = base.joinpath(*path)
        assert base in joined.parents and ".." not in joined.parts
        assert len(joined.parts) == len(base.parts) + len(path)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.text(st.sampled_from("ab/.\\A"), min_size=1, max_size=6), st.binary(max_size=20)), max_size=6)
)
@example([("A", b""), ("A/", b"content of a folder")])
def test_a_zip_of_any_names_gives_exactly_its_files_or_is_refused(members):
    try:
        found = contents(zipped(*members))
    except ArchiveError:
        return
    for name, content in members:
        if name.endswith("/"):
            continue  # a folder, whatever it is said to hold
        plain = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
        if "/".join(plain) in found:
            assert found["/".join(plain)] == content
    assert len(found) <= len(members)


@pytest.mark.parametrize("name", ["B\u00e9n M\u00fcller/a.py", "\u738b/a.py", "Zoe/a.py"])
def test_names_in_utf_8_that_are_not_marked_as_such_are_read_so(name):
    honest = zipped((name, b"1")).getvalue()
    unmarked = bytearray(honest)
    for magic, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = honest.index(magic) + place
        unmarked[at : at + 2] = b"\0\0"
    assert list(contents(io.BytesIO(bytes(unmarked)))) == [name]


def test_names_in_the_code_page_of_dos_stay_what_they_are():
    marked = zipped(("Bxn/a.py", b"1")).getvalue()
    assert list(contents(io.BytesIO(marked.replace(b"Bxn", b"B\x82n")))) == ["B\u00e9n/a.py"]
