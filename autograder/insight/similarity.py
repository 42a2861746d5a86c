"""Which submissions of a part share more than the stub explains. It finds what a person should look at, and no more.

Passages are those of copydetect, as in MOSS: 25 signs of a module in which names, texts and comments do not count. What
stands in the stub is left out; what both have from the reference, or hit upon as it did, is told apart.
"""

from __future__ import annotations

import heapq
import io
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from copydetect import CodeFingerprint, compare_files

from autograder.batch.batch import find_tasks
from autograder.course import SOLUTIONS, Part
from autograder.sandbox.text import clean_text
from autograder.stubs import make_stub

LARGEST = (
    24 * 1024
)  # characters of a module: four times the largest solution. Some texts take the square of it in time.
PASSAGE = 25  # signs of a tokenised module: copydetect's own default
MOST_PAIRS = 50  # that a person will look at
PAIRS_OF_ONE = 3  # each learner's closest: a group who all have the same module must not hide every other pair


@dataclass
class Module:
    """What somebody handed in. own: its passages that are not in the stub; like_reference: the share of these, 0 to 1,
    that the reference has as well, and closest the largest share that one other learner has.
    """

    learner: str
    fingerprint: CodeFingerprint
    own: frozenset
    like_reference: float
    closest: float = 0.0


@dataclass(frozen=True)
class Pair:
    """Two learners. shared: passages that both have and the stub has not; beyond: of these, those that the reference
    has not either.
    """

    first: Module
    second: Module
    shared: int
    beyond: int

    @property
    def shares(self) -> tuple[float, float]:
        """What part of the first one's own passages the second has, and the other way, 0 to 1."""
        return self.shared / len(self.first.own), self.shared / len(self.second.own)

    def texts(self) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
        """Both modules, in pieces: text, and whether it is shared."""
        _, _, (first, second) = compare_files(self.first.fingerprint, self.second.fingerprint)
        return _pieces(self.first.fingerprint.raw_code, first), _pieces(self.second.fingerprint.raw_code, second)


@dataclass
class Similarity:
    """pairs: those to look at, of each learner's closest; first those who share most beyond the reference.
    compared: how many pairs there were; usual: the share of the shorter one's passages that half of them have in
    common, or more. nothing_own: who wrote too little to compare; problems: who could not be read, and why.
    """

    part: Part
    modules: list[Module] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    compared: int = 0
    usual: float = 0.0
    nothing_own: list[str] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)


def compare_class(submitted: Path, part: Part, most: int = MOST_PAIRS) -> Similarity:
    """Compare what everybody handed in of a part, whatever shape it came in. Raises ValueError for an input that can't
    be used, or with fewer than two submissions.
    """
    found = find_tasks(submitted, [part])
    outcome = Similarity(part, problems=found.problems)
    reference = (SOLUTIONS / part.file_name).read_text(encoding="utf-8")
    stub = _fingerprint(part, make_stub(reference, part.file_name)).hashes
    of_reference = _fingerprint(part, reference).hashes - stub
    for task in found.tasks:
        try:
            content = task.read().modules[part.file_name]
        except (OSError, ValueError) as error:
            outcome.problems.append((task.learner, f"It can't be read: {error}"))
            continue
        except KeyError:
            outcome.problems.append((task.learner, f"There is no {part.file_name} that can be read."))
            continue
        if len(content) > LARGEST:
            outcome.problems.append((task.learner, f"{part.file_name} is too long to compare: {len(content):,} bytes."))
            continue
        fingerprint = _fingerprint(part, content.decode("utf-8", "replace"))
        own = frozenset(fingerprint.hashes - stub)
        if own:
            outcome.modules.append(Module(task.learner, fingerprint, own, len(own & of_reference) / len(own)))
        else:
            outcome.nothing_own.append(task.learner)
        fingerprint.hashes = set(own)  # so that nothing of the stub is marked side by side
    if len(outcome.modules) < 2:
        raise ValueError(f"Nothing to compare: fewer than two learners in {submitted} wrote something of {part.name}.")
    _compare(outcome, of_reference, most)
    return outcome


def _compare(outcome: Similarity, of_reference: set, most: int) -> None:
    usual: list[float] = []
    best: dict[str, list[Pair]] = {module.learner: [] for module in outcome.modules}
    for first, second in combinations(outcome.modules, 2):
        shared = first.own & second.own
        usual.append(len(shared) / min(len(first.own), len(second.own)))
        if shared:
            pair = Pair(first, second, len(shared), len(shared - of_reference))
            for module, share in zip((first, second), pair.shares):
                module.closest = max(module.closest, share)
                theirs = best[module.learner]
                theirs[:] = heapq.nsmallest(PAIRS_OF_ONE, [*theirs, pair], key=_rank)
    found = {id(pair): pair for theirs in best.values() for pair in theirs}
    outcome.pairs = heapq.nsmallest(most, found.values(), key=_rank)
    outcome.compared, outcome.usual = len(usual), statistics.median(usual)


def _rank(pair: Pair) -> tuple:
    """Who shares most beyond the reference comes first."""
    return -pair.beyond, -min(pair.shares), pair.first.learner, pair.second.learner


def _fingerprint(part: Part, text: str) -> CodeFingerprint:
    """All passages of a module. Not a sample, as copydetect takes by hashes that differ from run to run."""
    cleaned = clean_text(text.replace("\r\n", "\n"), len(text), keep="\n\t")
    without_gaps = re.sub(r"[ \t]*\n(?:[ \t]*\n)+", "\n\n", cleaned)
    return CodeFingerprint(part.file_name, PASSAGE, 1, language="python", fp=io.StringIO(without_gaps))


def _pieces(text: str, slices: Sequence) -> list[tuple[str, bool]]:
    """The text in pieces. slices: beginnings and ends of what is marked, in order."""
    pieces, at = [], 0
    for begin, end in zip(*slices) if len(slices) else ():
        begin, end = max(at, int(begin)), max(at, int(end))
        pieces += [(text[at:begin], False), (text[begin:end], True)]
        at = end
    return [piece for piece in (*pieces, (text[at:], False)) if piece[0]]
