"""JupyterLab with the learner's copy of a lesson and its stub side by side."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.course import EXERCISES, ROOT, Part
from autograder.errors import Failure
from autograder.files import shown_path, write_atomically

RELEASE = ROOT / "release"  # without the sample answers of source/
NOTEBOOKS = ROOT / "notebooks"  # two folders deep, from where a notebook finds exercises/ and notebook_tools/
OURS = ROOT / "runs" / "jupyterlab"  # so that a learner's own settings of JupyterLab stay as they are
WORKSPACES = OURS / "workspaces"
# JupyterLab would ask at each first start whether it may fetch news from the network, over the lesson.
SETTINGS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}


def own_copy(part: Part, copies: Path = NOTEBOOKS) -> Path:
    """The learner's copy of a part's notebook. Made when there is none; one that is there is left as it is. Raises
    Failure if a folder is in its place.
    """
    copy = copies / part.name / f"{part.name}.ipynb"
    if copy.is_dir():
        raise Failure(f"{shown_path(copy)} is a folder, but it must be a file. Move it to another place.")
    if not copy.exists():
        write_atomically(copy, (RELEASE / part.name / copy.name).read_bytes())
    return copy


def open_jupyterlab(part: Part, arguments: Sequence[str]) -> int:
    """Run JupyterLab until it is ended, with this part's notebook next to its stub; return its exit status."""
    settings = OURS / "labconfig" / "default_setting_overrides.json"
    write_atomically(settings, json.dumps(SETTINGS).encode("ascii"))
    options = [
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.workspaces_dir={WORKSPACES}",
        f"--LabApp.default_url=/lab/workspaces/{part.name}",
        *(["--allow-root"] if needs_allow_root(arguments) else []),
    ]
    path = os.pathsep.join(filter(None, [str(OURS), os.environ.get("JUPYTER_CONFIG_PATH")]))
    environment = {**os.environ, "JUPYTER_CONFIG_PATH": path}
    child = "autograder.notebooks.jupyterlab_child"
    command = [sys.executable, "-m", child, part.target, *options, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def opening_lines(part: Part, arguments: Sequence[str]) -> Iterator[str]:
    """What a learner reads before JupyterLab's own messages."""
    yield f"JupyterLab opens the lesson of part {part.number}, with {EXERCISES.name}/{part.file_name} next to it."
    yield "Save the file, then run a cell of the lesson again. To end JupyterLab, press Ctrl-C twice here."
    if needs_allow_root(arguments):
        yield (
            "You are root. JupyterLab refuses to run as root unless it gets --allow-root, so this command adds it. "
            "Whoever opens its page can change any file, but only on this machine, and with the token in the address."
        )


def needs_allow_root(arguments: Sequence[str]) -> bool:
    """Whether JupyterLab would refuse to start for this user."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and "--allow-root" not in arguments


def save_workspace(part: Part, folder: Path = WORKSPACES) -> None:
    """Write the arrangement of JupyterLab's page: the notebook on the left, the stub on the right."""
    from jupyterlab_server.workspaces_handler import WorkspacesManager

    WorkspacesManager(str(folder)).save(part.name, json.dumps(workspace(part)))


def workspace(part: Part) -> dict:
    """The arrangement, as JupyterLab stores it."""
    shown = {
        "notebook": ("Notebook", f"{NOTEBOOKS.name}/{part.name}/{part.name}.ipynb"),
        "editor": ("Editor", f"{EXERCISES.name}/{part.file_name}"),
    }
    tabs = [{"type": "tab-area", "currentIndex": 0, "widgets": [f"{kind}:{path}"]} for kind, (_, path) in shown.items()]
    dock = {"type": "split-area", "orientation": "horizontal", "sizes": [0.5, 0.5], "children": tabs}
    layout = {
        "main": {"dock": dock, "current": tabs[0]["widgets"][0]},
        "left": {"collapsed": True, "visible": True, "current": None, "widgets": []},
        "right": {"collapsed": True, "visible": True, "current": None, "widgets": []},
        "relativeSizes": [0, 1, 0],
    }
    widgets = {f"{kind}:{path}": {"data": {"path": path, "factory": name}} for kind, (name, path) in shown.items()}
    return {"data": {"layout-restorer:data": layout, **widgets}, "metadata": {"id": part.name}}
