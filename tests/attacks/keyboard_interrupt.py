"""Raises what means that somebody at the keyboard pressed Ctrl-C."""


def attack(tools):
    raise KeyboardInterrupt


def honest(tools):
    try:
        raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
