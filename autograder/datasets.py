"""Where the data sets are. datasets/rebuild.py makes and checks them."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "datasets"
