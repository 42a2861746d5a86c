"""Run the calls of one check on the learner's file, in a separate process, at the learner's terminal.

Started by debug.py as a program: `python debug_child.py FOLDER`, the folder with job.json. Standard library only, and
no limits: breakpoint() works, and an error can be looked into where it happened.
"""

import bdb
import importlib.util
import json
import os
import pdb
import sys
import traceback
import types


def load(name, path):
    """Import the learner's file from where it is, so that the debugger shows that file."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)


def learner_frames(trace, path):
    """The traceback from the learner's first frame to the last; all of it when no frame is the learner's."""
    steps = []
    while trace is not None:
        steps.append(trace)
        trace = trace.tb_next
    own = [i for i, step in enumerate(steps) if step.tb_frame.f_code.co_filename == path]
    steps = steps[own[0] : own[-1] + 1] if own else steps
    rebuilt = None
    for step in reversed(steps):
        rebuilt = types.TracebackType(rebuilt, step.tb_frame, step.tb_lasti, step.tb_lineno)
    return rebuilt


def report(error, path):
    """Show an error, and let the learner look around where it happened, if somebody is there."""
    trace = learner_frames(error.__traceback__, path)
    print("".join(traceback.format_exception(type(error), error, trace)).rstrip())
    if sys.stdin.isatty():
        print("\nYou are where it happened: p NAME prints a value, l the code, u and d go up and down, q ends.")
        pdb.post_mortem(trace)


def stop_here(*unused, **options):
    """breakpoint(): stop in the code that called it.

    From Python 3.14 on, the default asks before it quits, because that kills the program. This program has nothing to
    lose. So q ends it at once in every version.
    """
    DEBUGGER.set_trace(sys._getframe(1))


DEBUGGER = pdb.Pdb()


def main(folder):
    """Make the calls of job.json; the exit status is 1 when the code stopped with an error."""
    with open(os.path.join(folder, "job.json"), encoding="utf-8") as file:
        job = json.load(file)
    sys.stdout.reconfigure(errors="backslashreplace")
    sys.dont_write_bytecode = True
    if "PYTHONBREAKPOINT" not in os.environ:  # the learner's own choice of a debugger
        sys.breakpointhook = stop_here
    sys.path[0] = os.path.join(folder, "common")
    probes_path = os.path.join(folder, "probes.py")
    try:
        load(job["module"], job["file"])
        with open(probes_path, encoding="utf-8") as file:
            code = compile(file.read(), probes_path, "exec")
        probes = {"__name__": "probes", "__file__": probes_path, "progress": lambda data: None}
        exec(code, probes)
        for number, call in enumerate(job["calls"], 1):
            print(f"Call {number} of {len(job['calls'])}: {call['called']}", flush=True)
            value = probes[call["probe"]](*call["arguments"])
            print(f"Returned: {ascii(value)[:600]}\n", flush=True)
    except bdb.BdbQuit:
        print("Ended.")
    except (Exception, KeyboardInterrupt) as error:  # Ctrl-C: out of a loop that never ends, to look at it
        report(error, job["file"])
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
