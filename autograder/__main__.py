"""Install what is missing, then hand over to the command line.

Standard library only, in syntax that any Python version can read, so that an old one can report what is required.
"""

import os
import sys

if sys.version_info < (3, 10):  # noqa: UP036 - whoever has an older one shall read a sentence, not a traceback
    found = ".".join(str(number) for number in sys.version_info[:2])
    sys.stderr.write(
        "The course requires Python 3.10 or newer. This is Python " + found + ". Install a newer version.\n"
    )
    sys.exit(2)

if __name__ == "__main__":
    if sys.stdin is None:  # closed by who called, as in `<&-`; in this order, each file gets the number of its stream
        sys.stdin = open(os.devnull, encoding="utf-8")
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")
    here = os.path.dirname(os.path.abspath(__file__))
    if os.path.abspath(sys.path[0]) == here:
        # When called by its path (`python /some/where/autograder`), our modules' names must not hide other packages.
        sys.path[0] = os.path.dirname(here)

    try:
        from autograder.command_table import make_targets
        from autograder.setup_environment import go_on_in_venv, missing_extra, stop

        if make_targets.asks_for_help(sys.argv[1:]):
            sys.stdout.write(make_targets.help_text())
            sys.exit(0)
        try:
            calls = make_targets.calls_of(sys.argv[1:])
        except make_targets.MakeError as error:
            stop(str(error))
        extra = missing_extra(calls[0])
        if extra is not None:
            from autograder.install import install

            install(extra)
            go_on_in_venv()
        make_targets.forget_call()

        from autograder.cli import app

        for call in calls:
            sys.argv[1:] = call
            try:
                app(prog_name="python -m autograder")
            except SystemExit as ended:
                if call is not calls[-1] and not ended.code:
                    continue
                if call[:1] != ["check"]:
                    raise
                from autograder.fast_exit import end

                end(ended.code)
    except KeyboardInterrupt:  # before or after the command, which prints its own message
        sys.exit(130)
