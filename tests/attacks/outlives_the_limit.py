"""Stays when its time is over: ignores signals, leaves its session, starts a child and threads, and spins."""

import os
import signal
import threading
import time


def attack(tools):
    for number in range(1, 64):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass

    def leave():
        if os.fork() == 0:
            try:
                os.setsid()
                for descriptor in range(3, 64):
                    try:
                        os.close(descriptor)
                    except OSError:
                        pass
                with open(os.path.join(tools.folder, "survivor"), "w", encoding="utf-8") as file:
                    file.write(str(os.getpid()))
                time.sleep(15)  # where nothing stops it, the test ends it before
            finally:
                os._exit(0)

    tools.attempt("a child that stays", leave)
    for _ in range(4):
        try:
            threading.Thread(target=spin).start()
        except RuntimeError:
            pass
    spin()


def spin():
    while True:
        pass


def honest(tools):
    assert signal.SIGTERM and threading.active_count() and time.time() and os.getpid()
