"""Fills the disk, wherever something can be written."""

import os


def attack(tools):
    for place in tools.places():
        path = os.path.join(place, "written-by-an-attack.bin")
        tools.attempt("wrote " + path, lambda path=path: tools.write(path, bytes(1024 * 1024)))


def honest(tools):
    import io

    io.BytesIO().write(bytes(1024 * 1024))
    assert os.sep
