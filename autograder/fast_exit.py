"""End a short command without the 30 ms that Python takes to free its objects."""

from __future__ import annotations

import atexit
import os
import sys
import threading


def end(status: object) -> None:
    """End the process with this status. Python's own end frees every object, one by one, and the system would do that
    anyway: 30 ms, with all that a check loads. Exit handlers run as ever, and what was printed is written; where that
    fails, or a thread still works, this is Python's own end.
    """
    working = [each for each in threading.enumerate() if not each.daemon and each is not threading.main_thread()]
    if isinstance(status, (int, type(None))) and not working:
        atexit._run_exitfuncs()
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except (OSError, ValueError, AttributeError):  # nobody reads, or there is no console
            sys.exit(status)
        os._exit(status or 0)
    sys.exit(status)
