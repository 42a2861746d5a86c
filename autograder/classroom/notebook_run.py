"""Run a learner's notebook in the sandbox, so that the instructor can read its output.

There is no Jupyter kernel, so pictures and magic commands don't work. There is no network, the only files are the
learner's own and the released ones, and time, memory and output are limited.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from autograder.course import Part
from autograder.grading.reference import reference_files
from autograder.notebooks.companions import companions
from autograder.sandbox import Limits, Tier, Worker
from autograder.text import clean_text

NOTEBOOK = Limits(cpu_seconds=60, call_seconds=60.0, total_seconds=90.0, idle_seconds=20.0, reply_bytes=256 * 1024)
PROBES = Path(__file__).with_name("notebook_probes.py")
LONGEST = 20_000


def run_cells(
    sources: Sequence[str], modules: Mapping[str, bytes], part: Part, tier: Tier
) -> Iterator[tuple[str, str]]:
    """The output of each cell, including errors, and the text of its value. After a cell that ends the run, such as an
    endless loop, no more cells run. The reference replaces missing parts. Raises SandboxUnavailable.
    """
    files = {"probes.py": PROBES.read_bytes()}
    for name, content in {**companions(part), **reference_files(part), **modules}.items():
        files[name if "/" in name else f"submission/{name}"] = content
    with Worker(files, tier, NOTEBOOK) as worker:
        ended = False
        for source in sources:
            if ended:
                yield "Not run, since a cell above ended the run.\n", ""
                continue
            reply = worker.call("run_cell", [source])
            answer = reply.value
            if isinstance(answer, list) and len(answer) == 3 and all(type(text) is str for text in answer):
                printed, value, error = (clean_text(text, LONGEST, keep="\n\t") for text in answer)
                yield printed + (f"{error}\n" if error else ""), value
            else:
                ended = True
                yield f"The run ended here: {reply.failure or 'protocol'}. {clean_text(reply.message, 300)}\n", ""
