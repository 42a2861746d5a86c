"""Installed packages that a lab's code may import, such as torch. Only the local sandbox has them."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder.sandbox.tiers import SandboxUnavailable, Tier

# Loading PyTorch 2.13 takes 3 seconds of processor time, more on a busy machine, and with one thread it reserves 0.6 GB
# of addresses.
PACKAGES_MEMORY = 4 * 1024**3
PACKAGES_SECONDS = 20.0
# The first optimiser loads 800 more modules, in 1.3 seconds. A call that is timed should not pay for that.
WARM_UP = {"torch": "import torch; torch.optim.Adam([torch.zeros(1)])"}
CPU_BUILD = "https://download.pytorch.org/whl/cpu"  # on Linux, the usual build needs 3 GB more for graphics cards


class PackageMissing(ValueError):
    """A package that the code imports is not installed; the message says how to install it."""


def package_setup(names: Sequence[str], tier: Tier) -> dict[str, list[str]]:
    """What to tell a worker about these packages. Raises PackageMissing, or SandboxUnavailable if the tier has none."""
    if tier is not Tier.LOCAL:
        raise SandboxUnavailable(
            f"This code may import {' and '.join(names)}, but the sandbox for other people's code has no packages."
        )
    folders = [str(installed_or_raise(name)) for name in names]
    return {"packages": [WARM_UP.get(name, f"import {name}") for name in names], "package_folders": folders}


def installed_or_raise(name: str) -> Path:
    """The folder that holds this package. Raises PackageMissing, with the command that installs it."""
    spec = importlib.util.find_spec(name)
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parent.parent
    index = f" --extra-index-url {CPU_BUILD}" if sys.platform == "linux" else ""
    python = f'"{sys.executable}"' if " " in sys.executable else sys.executable
    raise PackageMissing(
        f"This needs the package {name}, which the course's set-up leaves out because of its size: 200 MB to download, "
        f"1 GB on the disk. Install it once, in the course's folder:\n"
        f'  {python} -m pip install{index} --editable ".[{name}]"\nThen run the same command again.'
    )
