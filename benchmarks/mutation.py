"""Mutation testing of the suites: every small change of a solution must cost points.

    make mutation            all parts, and the table in benchmarks/mutation.md
    python benchmarks/mutation.py --part 5

cosmic-ray creates the mutants (arithmetic signs, numbers, comparisons, booleans, loops that never run), and statements
are also deleted. Only the lines between the solution marks are changed. A mutant that passes every check survives: it
is either equivalent (benchmarks/survivors.toml explains why) or a gap in the suite.
"""

from __future__ import annotations

import argparse
import ast
import concurrent.futures
import datetime
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from autograder.course import SOLUTIONS, Part, part, parts
from autograder.grading.grade import grade
from autograder.sandbox import Tier
from autograder.stubs import lines_inside

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).resolve().parent
SIGNS = "Add|Sub|Mul|Div"
OPERATORS = re.compile(
    rf"core/(ReplaceBinaryOperator_({SIGNS})_({SIGNS})|NumberReplacer|ReplaceComparisonOperator_\w+|ZeroIterationForLoop"
    r"|AddNot|ReplaceTrueWithFalse|ReplaceFalseWithTrue|ReplaceAndWithOr|ReplaceOrWithAnd|ReplaceBreakWithContinue"
    r"|ReplaceUnaryOperator_USub_UAdd)"
)
MOST = 1500


@dataclass(frozen=True)
class Mutant:
    """A solution with one small change. The two lines name it, in survivors.toml too."""

    part: int
    before: str
    after: str
    source: str


def mutants_of(its_part: Part) -> list[Mutant]:
    """All different mutants of a part's solution that still are Python."""
    source = (SOLUTIONS / its_part.file_name).read_text(encoding="utf-8")
    changed = [*_operator_mutants(source), *_deletions(source)]
    found: dict[str, Mutant] = {}
    for mutated in changed:
        line = _changed_line(source, mutated)
        if line is not None and mutated not in found:
            found[mutated] = Mutant(its_part.number, *line, mutated)
    return list(found.values())


def _operator_mutants(source: str) -> list[str]:
    inside, tree = {number for number, _ in lines_inside(source)}, get_ast(source)
    mutated = []
    for name in filter(OPERATORS.fullmatch, operator_names()):
        operator = get_operator(name)()
        places = [position for node in ast_nodes(tree) for position in operator.mutation_positions(node)]
        wanted = [i for i, (start, _) in enumerate(places) if start[0] in inside]
        mutated += [mutate_code(source, get_operator(name)(), i) for i in wanted]
    return [text for text in mutated if text is not None and _is_python(text)]


def _deletions(source: str) -> list[str]:
    """The source with one simple statement less, `pass` in its place."""
    inside, lines, mutated = {number for number, _ in lines_inside(source)}, source.splitlines(keepends=True), []
    simple = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return, ast.Break, ast.Raise)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, simple) and node.lineno in inside:
            indent = " " * node.col_offset
            mutated.append("".join([*lines[: node.lineno - 1], f"{indent}pass\n", *lines[node.end_lineno :]]))
    return mutated


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _changed_line(source: str, mutated: str) -> tuple[str, str] | None:
    pairs = zip(source.splitlines(), mutated.splitlines())
    return next(((a.strip(), b.strip()) for a, b in pairs if a != b), None)


def survives(mutant: Mutant) -> bool:
    """Whether the suite gives the mutant all points."""
    its_part = part(mutant.part)
    files = {its_part.file_name: mutant.source.encode("utf-8")}
    report = grade(files, its_part, seed=1, tier=Tier.LOCAL, explain=False)
    return report.earned == report.possible


def main() -> None:
    """Print and write the table; exit status 1 when a part is below 97%."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", type=int, action="append", help="this part only; nothing is written then")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    wanted = [part(number) for number in options.part] if options.part else list(parts())
    mutants = [mutant for its_part in wanted for mutant in mutants_of(its_part)]
    assert len(mutants) <= MOST, f"{len(mutants)} mutants: more than {MOST}"
    with open(HERE / "survivors.toml", "rb") as file:
        equivalent = {(e["part"], e["before"], e["after"]): e["why"] for e in tomllib.load(file).get("equivalent", [])}
    with concurrent.futures.ProcessPoolExecutor(options.workers) as pool:
        outcome = list(zip(mutants, pool.map(survives, mutants, chunksize=4)))
    lines, below = _table(wanted, outcome, equivalent)
    text = "\n".join(lines)
    print(text)
    if not options.part:
        (HERE / "mutation.md").write_text(text + "\n", encoding="utf-8")
    sys.exit(1 if below else 0)


def _table(wanted: list[Part], outcome: list[tuple[Mutant, bool]], equivalent: dict) -> tuple[list[str], bool]:
    today = datetime.date.today().isoformat()
    lines = ["# Mutation testing of the suites", "", f"`make mutation`, {today}, seed 1.", ""]
    lines += ["| part | mutants | killed | equivalent | gaps | killed of those that are not equivalent |"]
    lines += ["|---|---|---|---|---|---|"]
    gaps, below = [], False
    for its_part in wanted:
        alive = [mutant for mutant, lives in outcome if lives and mutant.part == its_part.number]
        total = sum(mutant.part == its_part.number for mutant, _ in outcome)
        same = [mutant for mutant in alive if (mutant.part, mutant.before, mutant.after) in equivalent]
        gaps += [mutant for mutant in alive if mutant not in same]
        share = (total - len(alive)) / max(1, total - len(same))
        below = below or share < 0.97
        counts = f"{total} | {total - len(alive)} | {len(same)} | {len(alive) - len(same)}"
        lines.append(f"| {its_part.number} | {counts} | {share:.1%} |")
    lines += ["", "## Gaps", ""] + [f"- part {m.part}: `{m.before}` as `{m.after}`" for m in gaps]
    lines += ["", "## Equivalent", ""]
    known = [(mutant, equivalent.get((mutant.part, mutant.before, mutant.after))) for mutant, lives in outcome if lives]
    return lines + [f"- part {m.part}: `{m.before}` as `{m.after}`: {why}" for m, why in known if why], below


if __name__ == "__main__":
    main()
