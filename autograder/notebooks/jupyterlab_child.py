"""JupyterLab in a process of its own: first saves the arrangement of its page, with the code that JupyterLab loads
anyway. Loading that in the process that starts this one would take another second.
"""

from __future__ import annotations

import sys

from jupyterlab.labapp import main

from autograder.course import parse_target
from autograder.notebooks.side_by_side import save_workspace

if __name__ == "__main__":
    try:
        save_workspace(*parse_target(sys.argv.pop(1)).parts)
    except OSError as error:
        sys.exit(f"Can't write {error.filename}: {error.strerror}.")
    sys.exit(main())
