"""JupyterHub for a class on one machine: `jupyterhub -f jupyterhub_config.py`, as root. See jupyterhub.md.

Members of the system groups `students` and `teachers` can log in with their system passwords. Each user's
server runs as that user, with the programs in the hub's environment.
"""

import grp
import sys
from pathlib import Path

ENVIRONMENT = Path(sys.prefix)
PROGRAMS = {"PATH": f"{ENVIRONMENT / 'bin'}:/usr/local/bin:/usr/bin:/bin"}  # also for terminals
WITHOUT_FORMGRADER = {"JUPYTER_CONFIG_PATH": str(ENVIRONMENT / "etc" / "students")}

c = get_config()  # noqa: F821 - JupyterHub defines it

# Browsers send passwords to this address: put a web server with TLS in front of it.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.ConfigurableHTTPProxy.command = str(ENVIRONMENT / "node_modules" / ".bin" / "configurable-http-proxy")

c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {"students", "teachers"}

c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.cmd = [str(ENVIRONMENT / "bin" / "jupyterhub-singleuser")]
c.Spawner.default_url = "/lab"


def choose_tools(spawner) -> None:
    """Show formgrader and the list of courses to grade only to teachers."""
    teacher = spawner.user.name in grp.getgrnam("teachers").gr_mem
    spawner.environment = PROGRAMS if teacher else {**PROGRAMS, **WITHOUT_FORMGRADER}


c.Spawner.pre_spawn_hook = choose_tools
