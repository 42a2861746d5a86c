"""The workflows of this repository, and of the template for classes."""

import re

from autograder.course import ROOT

PLACES = (ROOT / ".github", ROOT / "autograder" / "bundle")
USES = re.compile(r"^ *(?:- )?uses: *(.*)$", re.MULTILINE)
PINNED = re.compile(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def test_every_action_is_pinned_to_one_commit_in_all_workflows():
    files = [path for place in PLACES for path in place.rglob("*.y*ml")]
    used = {path: USES.findall(path.read_text(encoding="utf-8")) for path in files}
    assert len([path for path in files if used[path]]) >= 4
    for path, actions in used.items():
        assert all(map(PINNED.fullmatch, actions)), (path, actions)
    pins = {action for actions in used.values() for action in actions}
    assert len({action.partition("@")[0] for action in pins}) == len(pins), sorted(pins)
