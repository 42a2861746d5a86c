"""The process of a lab's experiment: python lab_child.py FOLDER EXPERIMENT ARGUMENT ... FOLDER holds the modules."""

import os
import runpy
import sys
import traceback

if __name__ == "__main__":
    folder, experiment = sys.argv[1:3]
    sys.argv = [experiment, *sys.argv[3:]]
    sys.path[0] = folder
    try:
        runpy.run_path(experiment, run_name="__main__")
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        sys.exit(130)
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{os.path.basename(last.filename)}, line {last.lineno}"
        print(f"The experiment stopped: {type(error).__name__} in {where}: {error}", file=sys.stderr)
        sys.exit(1)
