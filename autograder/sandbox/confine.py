"""The second tier: a worker restricts itself by Landlock, then by a system call filter.

It is copied next to the worker only if needed. Standard library only, Python 3.9 and newer. If the kernel refuses
anything, OSError is raised: a worker never starts without these restrictions.
"""

import ctypes
import os

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
PATH_BENEATH = 1
READ_FILE, WRITE_FILE, READ_DIR = 1 << 2, 1 << 1, 1 << 3
FILE_RIGHTS = {
    1: (1 << 13) - 1,
    2: (1 << 14) - 1,
    3: (1 << 15) - 1,
    4: (1 << 15) - 1,
}  # by ABI version; later ones have all
ALL_FILE_RIGHTS = (1 << 16) - 1
NETWORK_RIGHTS = 3  # bind and connect, from ABI 4
SCOPES = 3  # abstract sockets and signals, from ABI 6
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, FILTER_MODE = 38, 22, 2

O_PATH = getattr(os, "O_PATH", 0o10000000)  # PyPy does not define it

libc = ctypes.CDLL(None, use_errno=True)


class Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64)]


class PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("rights", ctypes.c_uint64), ("folder", ctypes.c_int32)]


class FilterProgram(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def checked(result):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def landlock_version():
    """The ABI version of this kernel's Landlock. Raises OSError if there is none."""
    return checked(libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1)))


def allow(ruleset, path, rights):
    """Allow `rights` on `path` and everything below it. A path that does not exist needs no rule."""
    try:
        descriptor = os.open(path, O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rule = PathRule(rights, descriptor)
        checked(libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), ctypes.c_uint32(0)))
    finally:
        os.close(descriptor)


def allow_library(ruleset, folder, covered):
    """Allow the standard library entry by entry: its names can be listed, but packages installed inside stay closed."""
    if not os.path.isdir(folder):
        allow(ruleset, folder, READ_FILE)
        return
    allow(ruleset, folder, READ_DIR)
    for entry in os.scandir(folder):
        if entry.path not in covered:
            allow(ruleset, entry.path, READ_FILE | (READ_DIR if entry.is_dir() else 0))


def restrict_files(libraries, covered, files, folders):
    version = landlock_version()
    rights = Ruleset(
        FILE_RIGHTS.get(version, ALL_FILE_RIGHTS), NETWORK_RIGHTS if version >= 4 else 0, SCOPES if version >= 6 else 0
    )
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = checked(libc.syscall(CREATE_RULESET, ctypes.byref(rights), ctypes.c_size_t(size), ctypes.c_uint32(0)))
    for library in libraries:
        allow_library(ruleset, library, covered)
    for path in files:
        allow(ruleset, path, READ_FILE)
    for path in folders:
        allow(ruleset, path, READ_FILE | READ_DIR)
    allow(ruleset, "/dev/null", READ_FILE | WRITE_FILE)
    allow(ruleset, "/dev/urandom", READ_FILE)
    checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    checked(libc.syscall(RESTRICT_SELF, ruleset, ctypes.c_uint32(0)))
    os.close(ruleset)


def restrict_calls(program):
    """Load a BPF program, with 8 bytes per instruction."""
    filter_program = FilterProgram(len(program) // 8, program)
    checked(libc.prctl(PR_SET_SECCOMP, FILTER_MODE, ctypes.byref(filter_program), 0, 0))
