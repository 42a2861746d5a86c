"""Show a figure with its text alternative. The colours are told apart by colour-blind readers too."""

from __future__ import annotations

import base64
import html
import io

# Okabe and Ito, Color Universal Design, 2008: https://jfly.uni-koeln.de/color/
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]
HEAT = "cividis"  # one direction from dark to light, alike for every kind of colour vision


def new(width: float, height: float):
    """An empty matplotlib figure of so many inches. It is shown by `show` alone: pyplot knows nothing of it."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def show(figure, description: str) -> None:
    """Display a matplotlib figure. description: what a reader who can't see it needs to know."""
    import matplotlib.pyplot as plt
    from IPython.display import display

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110, bbox_inches="tight", metadata={"Software": None})
    plt.close(figure)  # else the notebook shows a figure of pyplot's a second time
    image = base64.b64encode(buffer.getvalue()).decode("ascii")
    picture = f'<img alt="{html.escape(description)}" src="data:image/png;base64,{image}">'
    display({"text/html": picture, "text/plain": f"[Picture: {description}]"}, raw=True)
