"""Reads the memory and the environment of the grader and of neighbours, through /proc and by system calls."""

import ctypes
import os


def look(path):
    with open(path, "rb") as file:
        file.read(9)


def attack(tools):
    for number in (tools.neighbour, os.getppid(), 1):
        for name in ("maps", "environ"):
            path = f"/proc/{number}/{name}"
            tools.attempt(path, lambda path=path: look(path))
    tools.attempt("all processes", lambda: os.listdir("/proc"))
    tools.attempt("memory of the machine", lambda: look("/dev/mem"))

    def read_other():
        libc = ctypes.CDLL(None, use_errno=True)
        here = ctypes.create_string_buffer(8)
        local = (ctypes.c_void_p * 2)(ctypes.addressof(here), 8)
        far = (ctypes.c_void_p * 2)(0x400000, 8)
        if libc.process_vm_readv(tools.neighbour, local, 1, far, 1, 0) < 0:
            raise OSError

    tools.attempt("memory of a neighbour", read_other)


def honest(tools):
    assert ctypes.sizeof(ctypes.c_double) == 8 and os.getpid()
