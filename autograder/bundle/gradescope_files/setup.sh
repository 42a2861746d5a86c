#!/usr/bin/env bash
# Runs once, as root, when Gradescope builds the image: Python, the packages, the strict sandbox.
set -eu
root=/autograder
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends bubblewrap libseccomp2

# The system call filter requires Python 3.11 or newer.
python=
for version in 3.13 3.12 3.11; do
    if apt-get install -y --no-install-recommends "python$version" "python$version-venv"; then
        python="python$version"
        break
    fi
done
if [ -z "$python" ]; then
    echo "This image has no Python 3.11 or newer. Choose Ubuntu 22.04 or newer under Base Image OS." >&2
    exit 1
fi
"$python" -m venv "$root/venv"
"$root/venv/bin/python" -m pip install --no-input -c "$root/source/course/constraints.txt" \
    pytest pytest-timeout numpy pyseccomp

# Only for the build's output. Each run tests again, since it may have another machine and other permissions.
(cd "$root/source/course" && "$root/venv/bin/python" -c '
from autograder.sandbox import SandboxUnavailable, strict_tier
try:
    print(f"The {strict_tier().value} sandbox holds here: submissions can be graded.")
except SandboxUnavailable as error:
    print(f"WARNING: no sandbox holds while this image is built. Try a solution before students do. {error}")
')

# Only root can read solutions and hidden checks; submissions run as another user.
chmod -R go-rwx "$root/source"
