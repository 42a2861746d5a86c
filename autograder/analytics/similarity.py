"""Find submissions of a part that share more than the stub explains. It only suggests what to read.

Modules are compared in normal form, in passages of a few tokens, as in MOSS. Passages from the stub are left out, and
passages that the reference also has are counted separately. Each module is read in a separate process. `compare_class`
compares; `similarity_lines` and `write_similarity` show groups and pairs on a terminal and side by side on a page.
"""

from __future__ import annotations

import ast
import hashlib
import heapq
import statistics
import sys
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from autograder.analytics.normal_form import normal_form, parsed
from autograder.batch.find_tasks import find_tasks
from autograder.course import LARGEST_FILE, SOLUTIONS, Part
from autograder.intake.archives import ArchiveError
from autograder.intake.isolated_reader import Allowance, read_isolated
from autograder.render.templates import write_private_page
from autograder.stubs import make_stub
from autograder.text import clean_text, first_few, plural

PASSAGE = 12  # tokens: with fewer, independent solutions look similar; with more, small changes hide a copy
LEAST = 5  # tokens of a shorter function, which is one passage
SECONDS = 3  # processor time for one module; a solution takes 0.05
DEEPEST = 20_000  # recursion limit: Python reads expressions with thousands of levels
MOST_PAIRS = 50  # more than anybody will read
PAIRS_OF_ONE = 3  # closest pairs to list per learner
NEARLY_ALL = 0.9  # of the shorter one's passages; the rest may be padding, or a line of the learner's own
NOT_MUCH_SHORTER = 0.5  # a learner with one task of five is not grouped with everybody who has written that task too
MOST_LINES = 15  # groups, and pairs, to list in the terminal
MOST_NAMES = 6  # names per group in the terminal
CAUTION = (
    "Similar code does not prove copying. Short tasks have few right answers, and people who study together write "
    "similar code. Read both submissions and talk to both people before you decide."
)
MEANING = (
    f"A passage is {PASSAGE} consecutive steps of what the code does. Names, comments, type hints, statements without "
    "effect, wrapped expressions and the order of definitions make no difference. Passages of the stub do not count. "
    "Start with the column Beyond: it counts the shared passages that the reference solution does not have."
)
GROUPS = "Groups of learners with the same code, or nearly the same"
PAIRS = "Pairs that share most beyond the reference"


@dataclass(frozen=True)
class Fingerprint:
    """A module in comparable form. hashes: of passages, each from token `starts` to token `ends`; lines: of tokens."""

    hashes: array
    starts: array
    ends: array
    lines: array


@dataclass
class ComparedModule:
    """A submission. own: its passages that are not in the stub; like_reference: the share of these, 0 to 1, that the
    reference also has; closest: the largest share that one other learner has.
    """

    learner: str
    content: bytes
    fingerprint: Fingerprint
    own: frozenset[int]
    like_reference: float
    closest: float = 0.0

    def marked(self, shared: frozenset[int]) -> list[tuple[str, bool]]:
        """The module, line by line, and whether most of each line is in one of these passages."""
        tokens = set()
        for passage, start, end in zip(self.fingerprint.hashes, self.fingerprint.starts, self.fingerprint.ends):
            if passage in shared:
                tokens.update(range(start, end))
        of_line, marked = Counter(self.fingerprint.lines), Counter(self.fingerprint.lines[token] for token in tokens)
        text = self.content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode("utf-8", "replace")
        return [
            (clean_text(line, len(line), keep="\t"), 2 * marked[number] > of_line[number])
            for number, line in enumerate(text.split("\n"), 1)
        ]


@dataclass(frozen=True)
class SimilarPair:
    """Two learners. shared: passages that both have but not the stub; beyond: those also not in the reference."""

    first: ComparedModule
    second: ComparedModule
    shared: frozenset[int]
    beyond: int

    @property
    def shares(self) -> tuple[float, float]:
        """The share of the first one's own passages that the second has, and vice versa, 0 to 1."""
        return len(self.shared) / len(self.first.own), len(self.shared) / len(self.second.own)


@dataclass(frozen=True)
class SimilarGroup:
    """Learners with nearly the same module. shared: passages that all of them have but not the stub; beyond: how many
    of these are not in the reference either. widest: the longest module and the one that shares least with it.
    """

    modules: tuple[ComparedModule, ...]
    shared: frozenset[int]
    beyond: int
    widest: SimilarPair


@dataclass
class Similarity:
    """groups: those who share most beyond the reference come first. pairs: each learner's closest, in the same order;
    only the first member of a group takes part. compared: the number of pairs; usual: the median share of the shorter
    one's passages. nothing_own: learners with too little code to compare; problems: learners who could not be read,
    with the reason.
    """

    part: Part
    modules: list[ComparedModule] = field(default_factory=list)
    groups: list[SimilarGroup] = field(default_factory=list)
    pairs: list[SimilarPair] = field(default_factory=list)
    compared: int = 0
    usual: float = 0.0
    nothing_own: list[str] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)


def compare_class(submitted: Path, part: Part) -> Similarity:
    """Compare all submissions for a part. Raises ValueError for unusable input, or with fewer than two submissions."""
    submissions = find_tasks(submitted, [part])
    outcome = Similarity(part, problems=submissions.problems)
    reference = (SOLUTIONS / part.file_name).read_text(encoding="utf-8")
    stub = set(fingerprint_of(make_stub(reference, part.file_name).encode("utf-8")).hashes)
    of_reference = set(fingerprint_of(reference.encode("utf-8")).hashes) - stub
    for task in submissions.tasks:
        try:
            content = task.read().modules[part.file_name]
            fingerprint = fingerprint_isolated(content)
        except (OSError, ValueError) as error:
            outcome.problems.append((task.learner, str(error)))
            continue
        except KeyError:
            outcome.problems.append((task.learner, f"There is no readable {part.file_name}."))
            continue
        own_passages = frozenset(fingerprint.hashes).difference(stub)
        if own_passages:
            outcome.modules.append(
                ComparedModule(
                    task.learner,
                    content,
                    fingerprint,
                    own_passages,
                    len(own_passages & of_reference) / len(own_passages),
                )
            )
        else:
            outcome.nothing_own.append(task.learner)
    if len(outcome.modules) < 2:
        raise ValueError(f"Nothing to compare: fewer than two learners in {submitted} wrote something of {part.name}.")
    groups = _groups(outcome.modules)
    outcome.groups = _ranked_groups(groups, of_reference)
    _compare(outcome, [group[0] for group in groups], of_reference)
    return outcome


def fingerprint_isolated(content: bytes) -> Fingerprint:
    """The form of a learner's module, read in a separate process. Raises ArchiveError if it can't be read."""
    if len(content) > LARGEST_FILE:
        raise ArchiveError(f"The file is too long to compare: it has more than {LARGEST_FILE:,} bytes.")
    items = read_isolated(_fingerprint_columns, content=content, allowance=Allowance(SECONDS, advice=""))
    return Fingerprint(*(array(kind, data) for kind, data in items))


def _fingerprint_columns(content: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        tree = parsed(content)
    except SyntaxError as error:
        reason = clean_text(str(error.msg), 100)
        raise ArchiveError(f"Syntax error on line {error.lineno or 1} of the file ({reason}).") from error
    except MemoryError:  # some versions of Python raise it for an expression that is too deep
        raise ArchiveError("The file is nested too deeply for Python to read it.") from None
    sys.setrecursionlimit(DEEPEST)
    fingerprint = _fingerprint(tree)
    for column in (fingerprint.hashes, fingerprint.starts, fingerprint.ends, fingerprint.lines):
        yield column.typecode, column.tobytes()


def fingerprint_of(content: bytes) -> Fingerprint:
    """The form of a trusted module, such as the reference."""
    return _fingerprint(parsed(content))


def _fingerprint(tree: ast.Module) -> Fingerprint:
    fingerprint = Fingerprint(array("Q"), array("I"), array("I"), array("I"))
    for tokens in normal_form(tree):
        first, size = len(fingerprint.lines), min(PASSAGE, len(tokens))
        fingerprint.lines.extend(line for _, line in tokens)
        labels = [label for label, _ in tokens]
        for place in range(len(tokens) - size + 1 if size >= LEAST else 0):
            text = "\0".join(labels[place : place + size]).encode("utf-8", "surrogatepass")
            fingerprint.hashes.append(int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big"))
            fingerprint.starts.append(first + place)
            fingerprint.ends.append(first + place + size)
    return fingerprint


def _groups(modules: list[ComparedModule]) -> list[list[ComparedModule]]:
    """Group all submissions with nearly the same module. The longest comes first in its group."""
    groups: list[list[ComparedModule]] = []
    for module in sorted(modules, key=lambda module: (-len(module.own), module.learner)):
        for group in groups:
            least = NEARLY_ALL * len(module.own)
            if len(module.own) >= NOT_MUCH_SHORTER * len(group[0].own) and len(module.own & group[0].own) >= least:
                group.append(module)
                break
        else:
            groups.append([module])
    return groups


def _ranked_groups(groups: list[list[ComparedModule]], of_reference: set[int]) -> list[SimilarGroup]:
    ranked = []
    for first, *others in groups:
        pairs = [_pair(first, other, of_reference) for other in others]
        if pairs:
            members = sorted((first, *others), key=lambda module: module.learner)
            shared = first.own.intersection(*(other.own for other in others))
            widest = min(pairs, key=lambda pair: (len(pair.shared), pair.second.learner))
            ranked.append(SimilarGroup(tuple(members), shared, len(shared - of_reference), widest))
    return sorted(ranked, key=lambda group: (-group.beyond, -len(group.modules), group.modules[0].learner))


def _compare(outcome: Similarity, modules: list[ComparedModule], of_reference: set[int]) -> None:
    usual: list[float] = []
    best: dict[str, list[SimilarPair]] = {module.learner: [] for module in modules}
    for first, second in combinations(sorted(modules, key=lambda module: module.learner), 2):
        pair = _pair(first, second, of_reference)
        usual.append(max(pair.shares))
        if pair.shared:
            for closest_of_learner in (best[first.learner], best[second.learner]):
                closest_of_learner[:] = heapq.nsmallest(PAIRS_OF_ONE, [*closest_of_learner, pair], key=_rank)
    closest = {id(pair): pair for closest_of_learner in best.values() for pair in closest_of_learner}
    outcome.pairs = heapq.nsmallest(MOST_PAIRS, closest.values(), key=_rank)
    outcome.compared, outcome.usual = len(usual), statistics.median(usual or [0])


def _pair(first: ComparedModule, second: ComparedModule, of_reference: set[int]) -> SimilarPair:
    shared = first.own & second.own
    pair = SimilarPair(first, second, shared, len(shared - of_reference))
    for module, share in zip((first, second), pair.shares):
        module.closest = max(module.closest, share)
    return pair


def _rank(pair: SimilarPair) -> tuple:
    """Sort key: those who share most beyond the reference come first."""
    return -pair.beyond, -min(pair.shares), pair.first.learner, pair.second.learner


def similarity_lines(similarity: Similarity) -> Iterator[str]:
    """Lines with groups and the closest pairs, and a caution."""
    yield CAUTION
    yield ""
    yield counts(similarity)
    yield MEANING
    if similarity.groups:
        yield ""
        yield f"{GROUPS}:"
        yield f"  {'Beyond':>6} {'Shared':>6}  learners"
    for group in similarity.groups[:MOST_LINES]:
        names = [clean_text(module.learner, 40) for module in group.modules]
        yield f"  {group.beyond:>6} {len(group.shared):>6}  {first_few(names, MOST_NAMES)}"
    yield from _more(similarity.groups)
    if similarity.pairs:
        yield ""
        yield f"{PAIRS}:"
        yield f"  {'Beyond':>6} {'Shared':>6}  learner (share that the other has, share that the reference has)"
    for pair in similarity.pairs[:MOST_LINES]:
        learners = " and ".join(
            f"{clean_text(module.learner, 40)} ({percent(share)}, {percent(module.like_reference)})"
            for module, share in zip((pair.first, pair.second), pair.shares)
        )
        yield f"  {pair.beyond:>6} {len(pair.shared):>6}  {learners}"
    yield from _more(similarity.pairs)
    if similarity.problems:
        yield ""
        yield f"{plural(len(similarity.problems), 'submission')} could not be compared:"
        yield from (
            f"  {clean_text(learner, 60)}: {clean_text(reason, 300)}" for learner, reason in similarity.problems
        )


def _more(listed: list) -> Iterator[str]:
    if len(listed) > MOST_LINES:
        yield f"  and {len(listed) - MOST_LINES} more, which are on the page."


def write_similarity(path: Path, similarity: Similarity) -> None:
    """Write the page. Only its owner can read it, since it contains real ids. Raises OSError."""
    write_private_page(
        path,
        Path(__file__).with_name("similarity.html"),
        found=similarity,
        caution=CAUTION,
        meaning=MEANING,
        counts=counts(similarity),
        groups=GROUPS,
        pairs=PAIRS,
        group_of=_group_of(similarity.groups),
        percent=percent,
    )


def _group_of(groups: list[SimilarGroup]) -> dict[str, int]:
    """The number of each learner's group."""
    return {module.learner: number for number, group in enumerate(groups, 1) for module in group.modules}


def counts(similarity: Similarity) -> str:
    """Sentences about how much was compared, and what is usual."""
    sentences = f"Part {similarity.part.number}: {plural(len(similarity.modules), 'submission')} compared."
    if similarity.nothing_own:
        sentences += f" {plural(len(similarity.nothing_own), 'submission')} had too little code to compare."
    if similarity.compared:
        one_of = ", with one submission from each group" if similarity.groups else ""
        sentences += (
            f" Usually, two submissions share {percent(similarity.usual)} of the shorter one's passages "
            f"(the median of {plural(similarity.compared, 'pair')}{one_of})."
        )
    return sentences


def percent(share: float) -> str:
    """`42%`."""
    return f"{round(100 * share)}%"
