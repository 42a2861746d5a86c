"""Write the pages and pictures of docs/experiments again from their records: `python -m experiments.redraw`."""

from experiments import NAMES, run

if __name__ == "__main__":
    for name in NAMES:
        for path in run.write(run.read(name), run.PAGES):
            print(f"Written: {path}")
