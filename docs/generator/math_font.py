"""docs/_static/fonts/stix-two-math.woff2: STIX Two Math, reduced to the characters that formulas of a course use.

    python -m venv /tmp/font && /tmp/font/bin/pip install "fonttools[woff]==4.68.0" ziamath==0.13
    /tmp/font/bin/python docs/generator/math_font.py

The package ziamath contains the font. It is under the SIL Open Font License, docs/_static/fonts/OFL.txt. A character
that is missing here comes from the next font in docs/_static/course.css.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

FONT = Path(__file__).resolve().parents[1] / "_static" / "fonts" / "stix-two-math.woff2"
CHARACTERS = [
    (0x20, 0x7E),  # letters, digits
    (0xA0, 0xFF),  # ± × · ²
    (0x2BC, 0x2DD),  # accents
    (0x300, 0x332),
    (0x391, 0x3F5),  # Greek
    (0x2016, 0x205F),  # dots, primes, spaces
    (0x2061, 0x2064),
    (0x20D0, 0x20D7),
    (0x2102, 0x2134),  # ℝ, ℓ and the like
    (0x2190, 0x21D5),  # arrows
    (0x2200, 0x22EF),  # operators
    (0x2308, 0x230B),
    (0x23B4, 0x23E1),  # braces above and below
    (0x27E6, 0x27EB),
    (0x2A00, 0x2A06),
    (0x1D400, 0x1D467),  # bold and italic letters
    (0x1D49C, 0x1D4CF),  # script
    (0x1D538, 0x1D56B),  # double-struck
    (0x1D6A8, 0x1D71B),  # Greek, bold and italic
]


def main() -> None:
    """Write the font."""
    from fontTools import subset

    package = Path(importlib.util.find_spec("ziamath").origin).parent
    options = subset.Options(flavor="woff2", layout_features=["*"], hinting=False, notdef_outline=True)
    options.name_IDs = ["*"]
    font = subset.load_font(str(package / "fonts" / "STIXTwoMath-Regular.ttf"), options)
    chosen = subset.Subsetter(options)
    chosen.populate(unicodes=[code for first, last in CHARACTERS for code in range(first, last + 1)])
    chosen.subset(font)
    FONT.parent.mkdir(parents=True, exist_ok=True)
    subset.save_font(font, str(FONT), options)
    print(f"Written: {FONT}, {FONT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
