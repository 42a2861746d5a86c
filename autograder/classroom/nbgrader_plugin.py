"""Our steps in nbgrader's autograde: they replace the submitted notebook by a clean one, and insert our verdicts.

nbgrader's configuration lists them, so they also work for `nbgrader autograde` and formgrader.
"""

from __future__ import annotations

import contextlib
import functools
import shutil
from pathlib import Path

from nbconvert.exporters import Exporter, NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import from_dict
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Unicode

from autograder.batch.ledger import Ledger
from autograder.class_folder.collected import collect_modules, copy_exchange_notes
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.released_verdicts import record_released
from autograder.class_folder.verdict import decided, grade_submission
from autograder.class_folder.verdict_store import open_store
from autograder.classroom.feedback import learner_page
from autograder.classroom.late_policy import class_folder
from autograder.classroom.notebook_run import run_cells
from autograder.classroom.submitted_notebook import GRADER_CELL, grader_cell, rebuild_notebook
from autograder.course import Part, part_named
from autograder.grading.request import Conditions
from autograder.grading.store import key
from autograder.notebooks.lesson_notebooks import grade_id
from autograder.notebooks.release import released_notebook
from autograder.render.graded_notebook import summary_sentences, task_outputs
from autograder.sandbox import Tier, strict_tier

REPORT = "autograder_report"  # the key in nbconvert's resources under which a step passes the report to a later one


@functools.lru_cache(maxsize=16)
def released(part: Part, source: Path) -> dict:
    """The part's notebook as it is released now."""
    return released_notebook(part, source)


class SubmissionExporter(NotebookExporter):
    """Read a submitted notebook and rebuild it from the released one; read our own notebooks unchanged."""

    def from_filename(self, filename, resources=None, **options):
        directory = self.parent.coursedir
        learner, assignment = resources["nbgrader"]["student"], resources["nbgrader"]["assignment"]
        submitted = directory.format_path(directory.submitted_directory, learner, assignment)
        if Path(filename).parent != Path(submitted):
            return super().from_filename(filename, resources=resources, **options)
        part = part_named(assignment)
        source = Path(directory.format_path(directory.source_directory, ".", assignment)).parent
        # Use the part's name, not the file's, so that a missing or renamed notebook is graded too.
        sound = rebuild_notebook(released(part, source.resolve()), Path(submitted) / f"{part.name}.ipynb")
        sound.notebook["cells"].insert(0, grader_cell(sound.remarks))
        metadata = ResourcesDict(name=part.name, path=submitted)
        return self.from_notebook_node(from_dict(sound.notebook), resources={**resources, "metadata": metadata})


class FeedbackExporter(Exporter):
    """Write our own feedback page, since nbgrader's HTML loads scripts from other servers."""

    file_extension = ".html"

    def from_notebook_node(self, nb, resources=None, **options):
        folder = ClassFolder(Path(self.parent.coursedir.root))
        name, learner = resources["nbgrader"]["assignment"], resources["nbgrader"]["student"]
        return learner_page(folder, part_named(name), learner), self._init_resources(resources)


class SandboxStep(NbGraderPreprocessor):
    """A step that runs a learner's code."""

    sandbox = Unicode("strict", help="strict, or local, which runs code without isolation.").tag(config=True)

    def tier(self) -> Tier:
        """Raises SandboxUnavailable if this machine has no secure sandbox for other people's code."""
        return Tier.LOCAL if self.sandbox == "local" else strict_tier()


class GradeModule(SandboxStep):
    """Grade the submitted module, record the verdict, and keep the report for WriteVerdict."""

    lower = Bool(False, help="Use the new verdict even if the previous one is better.").tag(config=True)

    def preprocess(self, nb, resources):
        learner, part = resources["nbgrader"]["student"], part_named(resources["nbgrader"]["assignment"])
        folder, tier = class_folder(self), self.tier()
        verdict = grade_submission(folder, learner, part, tier, self.lower)
        if not verdict.is_older:  # an older verdict already has its line
            with self._ledger() as ledger:
                modules = verdict.collected.modules
                name = key(modules, part, Conditions(tier))
                ledger.record(learner, part, verdict.report, modules, open_store(folder.verdicts), name)
        record_released(folder, learner, part, verdict.report)
        report, decisions = decided(folder, learner, part, verdict.report)
        resources[REPORT] = (report, (*verdict.remarks, *decisions.values()))
        return nb, resources

    def _ledger(self) -> contextlib.AbstractContextManager[Ledger]:
        """The ledger that our command has open; for nbgrader's commands and formgrader, open one."""
        ledger = getattr(self.parent.parent, "ledger", None)
        return contextlib.nullcontext(ledger) if ledger else Ledger.opened(class_folder(self).verdicts)


class RunNotebook(SandboxStep):
    """Run the cells that are not graded, so that the instructor can read their output. Not a default step."""

    def preprocess(self, nb, resources):
        learner, part = resources["nbgrader"]["student"], part_named(resources["nbgrader"]["assignment"])
        modules = collect_modules(class_folder(self).submitted / learner, part).modules
        cells = [cell for cell in nb.cells if cell.cell_type == "code" and "nbgrader" not in cell.metadata]
        results = run_cells([cell.source for cell in cells], modules, part, self.tier())
        for number, (cell, (printed, value)) in enumerate(zip(cells, results), start=1):
            cell.execution_count = number
            cell.outputs = [new_output("stream", name="stdout", text=printed)] if printed else []
            if value:
                cell.outputs.append(new_output("execute_result", {"text/plain": value}, execution_count=number))
        return nb, resources


class WriteVerdict(NbGraderPreprocessor):
    """Write the report and the points where nbgrader expects them: into the graded cells' outputs."""

    def preprocess(self, nb, resources):
        part = part_named(resources["nbgrader"]["assignment"])
        report, remarks = resources[REPORT]
        tasks = {grade_id(task): task for task in part.tasks}
        for cell in nb.cells:
            task = tasks.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
            if task is not None and cell.cell_type == "code":
                cell.outputs = from_dict(task_outputs(report, task))
                cell.execution_count = 1
            if cell.id == GRADER_CELL:
                sentences = [line[2:] for line in cell.source.splitlines() if line.startswith("- ")]
                cell.source = grader_cell([*summary_sentences(report), *remarks, *sentences])["source"]
        folder = Path(resources["metadata"]["path"])
        self._keep_only(folder, {report.file, f"{part.name}.ipynb"})
        copy_exchange_notes(class_folder(self).submitted / resources["nbgrader"]["student"] / part.name, folder)
        return nb, resources

    def _keep_only(self, folder: Path, names: set[str]) -> None:
        """Delete all but the graded files from the copy of a submission: other files, and the targets of links, would
        be returned with the feedback. submitted/ still has them.
        """
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name not in names:
                path.unlink()
