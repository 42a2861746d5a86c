"""Starts hundreds of threads."""

import threading


def attack(tools):
    stop, threads = threading.Event(), []
    try:
        for _ in range(300):
            threads.append(threading.Thread(target=stop.wait, args=(5,), daemon=True))
            threads[-1].start()
        tools.gained("300 threads")
    except RuntimeError:
        pass
    finally:
        stop.set()


def honest(tools):
    thread = threading.Thread(target=list)
    thread.start()
    thread.join()
