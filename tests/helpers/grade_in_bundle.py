"""Grades many files with the modules of an unzipped bundle: `python grade_in_bundle.py FOLDER`.

Standard input: a JSON list of [part, file name -> text]. Standard output: a JSON report each.
"""

import json
import sys

sys.path[0] = sys.argv[1]

from autograder.bundle.replay import check_part  # noqa: E402
from autograder.course import part  # noqa: E402

for number, texts in json.load(sys.stdin):
    files = {name: text.encode("utf-8") for name, text in texts.items()}
    print(json.dumps(check_part(files, part(number), None, None).to_json()), flush=True)
