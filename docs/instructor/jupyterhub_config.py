"""JupyterHub for a class on one machine: `jupyterhub -f jupyterhub_config.py`, as root. See jupyterhub.md.

Who may log in are the members of the system's groups `students` and `teachers`, with their passwords. Everybody's
server runs as that user, with the programs of the environment that this hub runs in.
"""

import grp
import sys
from pathlib import Path

ENVIRONMENT = Path(sys.prefix)
PROGRAMS = {"PATH": f"{ENVIRONMENT / 'bin'}:/usr/local/bin:/usr/bin:/bin"}  # terminals find the same ones
WITHOUT_FORMGRADER = {"JUPYTER_CONFIG_PATH": str(ENVIRONMENT / "etc" / "students")}

c = get_config()  # noqa: F821 - JupyterHub defines it

# Passwords are sent to this address: let a web server that speaks TLS stand before it.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.ConfigurableHTTPProxy.command = str(ENVIRONMENT / "node_modules" / ".bin" / "configurable-http-proxy")

c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {"students", "teachers"}

c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.cmd = [str(ENVIRONMENT / "bin" / "jupyterhub-singleuser")]
c.Spawner.default_url = "/lab"


def choose_tools(spawner) -> None:
    """Formgrader, and the list of courses that one grades, are shown to teachers only."""
    teacher = spawner.user.name in grp.getgrnam("teachers").gr_mem
    spawner.environment = PROGRAMS if teacher else {**PROGRAMS, **WITHOUT_FORMGRADER}


c.Spawner.pre_spawn_hook = choose_tools
