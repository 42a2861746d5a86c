"""The process that runs JupyterLab. First it saves the arrangement of JupyterLab's page. That needs code which
JupyterLab loads anyway, so the process that starts this one need not load it too.
"""

from __future__ import annotations

import sys

import typer
from jupyterlab.labapp import main

from autograder.console import reports_errors
from autograder.course import parse_target
from autograder.notebooks.side_by_side import save_workspace

if __name__ == "__main__":
    try:
        with reports_errors():
            save_workspace(*parse_target(sys.argv.pop(1)).parts)
    except typer.Exit as ended:
        sys.exit(ended.exit_code)
    sys.exit(main())
