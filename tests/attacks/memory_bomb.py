"""Takes 700 MB."""


def attack(tools):
    taken = bytearray(700 * 1024 * 1024)
    tools.gained(f"{len(taken)} bytes")


def honest(tools):
    assert len(bytearray(10 * 1024 * 1024))
