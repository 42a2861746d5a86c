"""nbgrader's settings, from autograder/course.toml. Name your exchange last: c.Exchange.root = "/srv/exchange"."""

import sys
from pathlib import Path

HERE = str(Path(__file__).resolve().parent)
if HERE not in sys.path:  # nbgrader reads this file more than once
    sys.path.insert(0, HERE)

from autograder.classroom.nbgrader_configuration import configure  # noqa: E402

c = get_config()  # noqa: F821 - nbgrader defines it
configure(c)
