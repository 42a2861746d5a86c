"""End a short command without the 30 ms that Python takes to free its objects."""

from __future__ import annotations

import atexit
import os
import sys
import threading


def end(status: object) -> None:
    """End the process with this status. Python's normal exit frees every object one by one, which takes 30 ms after a
    check, although the system frees the memory anyway. Exit handlers still run, and output is still flushed. If that
    fails, or a thread is still running, the process exits normally.
    """
    working = [each for each in threading.enumerate() if not each.daemon and each is not threading.main_thread()]
    if isinstance(status, (int, type(None))) and not working:
        atexit._run_exitfuncs()
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except (OSError, ValueError, AttributeError):  # the reader is gone, or there is no console
            sys.exit(status)
        os._exit(status or 0)
    sys.exit(status)
