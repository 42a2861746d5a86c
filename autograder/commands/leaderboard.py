"""`python -m autograder leaderboard ...`, the commands of who keeps the board: parse, call, print."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from autograder.course import EXERCISES
from autograder.invocation import command

# What the commands of the board share: sentences for failures, a line of progress, the recording of submissions.


def enter(submissions: list[tuple[Path, str]], name: str | None, public: bool | None, board) -> list:
    """Record each submission, say what became of it, and return the entries. Exit status 1 when one has no score or is
    not recorded.
    """
    from autograder.console import misuse, print_lines
    from autograder.leaderboard.board import DEFAULT_FOLDER
    from autograder.leaderboard.listing import entry_lines
    from autograder.leaderboard.recipe_source import RUNS, RecipeError
    from autograder.leaderboard.store import StoreError
    from autograder.sandbox import MachineBusy, SandboxUnavailable

    failed, entries = False, []
    for path, learner in submissions:
        try:
            there = {entry.number for entry in board.open_store().entries()}
            with progress(RUNS + 1) as on_step:
                entry = board.submit(path, learner, display=name, public=public, on_step=on_step)
            print_lines(entry_lines(entry, again=entry.number in there))
            if len(submissions) == 1:
                where = None if board.folder == DEFAULT_FOLDER else board.folder
                shown = command("leaderboard show", board=where, me=ascii(learner)[1:-1])
                typer.echo(f"Place, neighbours and all entries: {shown}")
            entries.append(entry)
            failed |= entry.loss is None
        except (RecipeError, StoreError) as error:
            typer.echo(f"{ascii(learner)[1:-1]}: {error}", err=True)
            failed = True
        except MachineBusy as error:
            words = "Nothing is recorded, and no try is used: submit it again."
            typer.echo(f"{ascii(learner)[1:-1]}: {error} {words}", err=True)
            failed = True
        except SandboxUnavailable as error:
            raise misuse(str(error)) from error
    if failed:
        raise typer.Exit(1)
    return entries


def record_acts(entry, board) -> None:
    """Note what the learner at this machine has achieved with an entry that has a score."""
    from autograder.leaderboard.data import MICROGPT
    from autograder.leaderboard.ranking import standings
    from autograder.learner import local_state

    local_state.record("board")
    (standing,) = standings([entry.run_losses])
    if not entry.held and entry.loss + standing.half_width < board.baselines(entry.split_seed)[MICROGPT]:
        local_state.record("beat-microgpt")


class sentences:  # noqa: N801 - a context manager, written like a function
    """What a board can't do is said in a sentence, with exit status 1."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type | None, error: BaseException | None, traceback: object) -> None:
        from autograder.console import failure
        from autograder.leaderboard.store import StoreError

        if isinstance(error, StoreError):
            raise failure(str(error)) from error


@contextlib.contextmanager
def progress(runs: int) -> Iterator[Callable[[int, int, float], None] | None]:
    """Yield what to call after each step, for a line on standard error that says how far a try is and goes with it;
    None where that is no terminal.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from autograder.leaderboard.recipe_source import NUM_STEPS

    text = TextColumn(f"run {{task.fields[run]}} of {runs}, step {{task.fields[step]:4}}")
    columns = text, BarColumn(bar_width=16), TextColumn("loss {task.fields[loss]:.3f}"), TimeRemainingColumn()
    with Progress(*columns, TextColumn("left"), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=runs * NUM_STEPS, run=1, step=0, loss=float("nan"))
        yield lambda run, step, loss: bar.update(
            task, completed=run * NUM_STEPS + step + 1, run=run + 1, step=step + 1, loss=loss
        )


# `python -m autograder leaderboard ...`, the commands of learners: parse, call, print.

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The board of recipes: same model, different training.",
)

BOARD_HELP = "The class folder with the board; runs/leaderboard when not given."
BoardOption = Annotated[Path | None, typer.Option("--board", envvar="LEADERBOARD", help=BOARD_HELP)]
DisplayOption = Annotated[str | None, typer.Option("--name", help="The name to show; a pseudonym when not given.")]
PublicOption = Annotated[bool | None, typer.Option("--public/--hidden", help="Whether the page shows the learner.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON and nothing else.")]


def main_board(folder: Path | None):
    """The board in the folder that was named."""
    from autograder.leaderboard.board import DEFAULT_FOLDER, Board

    return Board(folder or DEFAULT_FOLDER)


@app.command("try")
def try_recipe(
    recipe: Annotated[Path, typer.Argument(help="A recipe, or a folder with one.")] = EXERCISES,
    seed: Annotated[list[int] | None, typer.Option(help="Repeat a try with its seeds; three new ones if none.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Score a recipe; nothing is recorded and there is no limit.

    Example: python -m autograder leaderboard try --seed 1 --seed 2 --seed 3
    """
    from autograder.check import choose_tier
    from autograder.console import failure, misuse, print_lines
    from autograder.leaderboard.board import new_seeds
    from autograder.leaderboard.data import baselines, load_split
    from autograder.leaderboard.listing import dumped, score_data, score_lines
    from autograder.leaderboard.ranking import standings
    from autograder.leaderboard.recipe_source import RecipeError, read_source
    from autograder.leaderboard.recipes import score
    from autograder.sandbox import MachineBusy, SandboxUnavailable

    try:
        source = read_source(recipe)
        tier = choose_tier(recipe if recipe.is_dir() else recipe.parent, None)
        seeds = seed or new_seeds()
        with progress(len(seeds)) as on_step:
            found = score(source.content, load_split(), seeds, tier=tier, on_step=on_step)
    except (RecipeError, MachineBusy) as error:
        raise failure(str(error)) from error
    except SandboxUnavailable as error:
        raise misuse(str(error)) from error
    half_width = standings([found.losses])[0].half_width
    if as_json:
        typer.echo(dumped(score_data(found, half_width, baselines(load_split()))))
    else:
        print_lines(score_lines(found, half_width, baselines(load_split())))


@app.command()
def submit(
    recipe: Annotated[Path, typer.Argument(help="Your recipe.")] = EXERCISES,
    name: DisplayOption = None,
    public: PublicOption = None,
    board: BoardOption = None,
) -> None:
    """Score your recipe with fresh seeds and record it on the board. --public shows it there, under a pseudonym.

    Example: python -m autograder leaderboard submit --public --board class
    """
    from autograder.leaderboard.recipe_source import this_user

    found = main_board(board)
    (entry,) = enter([(recipe, this_user())], name, public, found)
    record_acts(entry, found)


@app.command()
def show(
    me: Annotated[str | None, typer.Option(help="Also your place and your neighbours; your id.")] = None,
    top: Annotated[int, typer.Option(min=1, help="How many entries.")] = 20,
    board: BoardOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the board in the terminal; with --me also your neighbours there, and all your entries.

    Example: python -m autograder leaderboard show --me ada
    """
    from autograder.console import print_lines
    from autograder.leaderboard.listing import board_lines, dumped, history_data, history_lines, table_data
    from autograder.leaderboard.store import BoardEntry

    with sentences():
        found = main_board(board)
        table, mine = found.table(me=me), found.open_store().entries(BoardEntry.learner_id == me)
        if as_json:
            own = {} if me is None else {"entries": history_data(mine)}
            typer.echo(dumped(table_data(table, top, me) | own))
            return
        print_lines(board_lines(table, top, me))
        if me is not None:
            print_lines(history_lines(mine, found.open_store().tries_today(me), found.most_tries))


@app.command()
def add(
    recipes: Annotated[list[Path], typer.Argument(metavar="SUBMISSION...", help="Recipes, or folders with one each.")],
    learner: Annotated[str | None, typer.Option("--as", help="Whose it is; the folder's name if none.")] = None,
    name: DisplayOption = None,
    public: PublicOption = None,
    board: BoardOption = None,
) -> None:
    """Score recipes with fresh seeds and record each as an entry. `ada/leaderboard_recipe.py` is ada's.

    Example: python -m autograder leaderboard add submitted/*
    """
    from autograder.console import misuse
    from autograder.leaderboard.recipe_source import learner_of

    if len(recipes) > 1 and (learner or name):
        raise misuse("--as and --name are of one learner: give one submission with them.")
    enter([(path, learner or learner_of(path)) for path in recipes], name, public, main_board(board))


@app.command()
def page(
    roster: Annotated[Path | None, typer.Option(help="Real names for your page: CSV, id,name. Kept.")] = None,
    tries: Annotated[int | None, typer.Option(min=1, help="Tries of a learner in 24 hours, 5 at first. Kept.")] = None,
    board: BoardOption = None,
) -> None:
    """Write the page anew: public/index.html for all, instructor.html with the learners' ids and real names.

    Example: python -m autograder leaderboard page --roster class.csv
    """
    from autograder.leaderboard.real_names import keep_roster

    with sentences():
        found = main_board(board)
        if roster is not None:
            keep_roster(roster, found.folder)
        if tries is not None:
            found.open_store().write_setting("tries", tries)
        found.write_pages()
        typer.echo(f"Written: {found.folder / 'public' / 'index.html'} and {found.folder / 'instructor.html'}.")


@app.command()
def review(
    release: Annotated[int | None, typer.Option(metavar="NUMBER", help="This entry counts: you have looked.")] = None,
    source: Annotated[int | None, typer.Option(metavar="NUMBER", help="Print the recipe of this entry.")] = None,
    board: BoardOption = None,
) -> None:
    """For the instructor: entries that wait for a person, and the top three, which a person should look at as well.

    Example: python -m autograder leaderboard review --release 17
    """
    from autograder.console import misuse, print_lines
    from autograder.leaderboard.listing import review_lines
    from autograder.leaderboard.store import BoardEntry

    with sentences():
        found = main_board(board)
        if release is not None and found.open_store().release(release) is None:
            raise misuse(f"There is no entry {release}.")
        if release is not None:
            found.write_pages()
        if source is not None:
            entries = found.open_store().entries(BoardEntry.number == source)
            if not entries:
                raise misuse(f"There is no entry {source}.")
            print_lines(ascii(line)[1:-1] for line in entries[0].source.decode("utf-8").splitlines())
            return
        print_lines(review_lines(found.open_store().entries(), found.table(everybody=True).ranked[:3]))


@app.command()
def close(
    split_seed: Annotated[int | None, typer.Option(min=0, help="Of your secret split; drawn if none.")] = None,
    board: BoardOption = None,
) -> None:
    """Close the board: run each learner's best entry once more, with new seeds and another split. It takes no more.

    Example: python -m autograder leaderboard close
    """
    from autograder.console import failure, misuse
    from autograder.sandbox import MachineBusy, SandboxUnavailable, strict_tier

    with sentences():
        try:
            count = main_board(board).close(
                split_seed, strict_tier(), lambda entry: typer.echo(f"Entry {entry.number} was run again.")
            )
        except MachineBusy as error:
            words = "What was run is kept: run the same command again for the rest."
            raise failure(f"{error} {words}") from error
        except SandboxUnavailable as error:
            raise misuse(str(error)) from error
        typer.echo(f"Closed. Entries run with new seeds and another split: {count}.")


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    board: BoardOption = None,
) -> None:
    """Serve the public page to this computer's browsers. Ctrl-C ends it.

    Example: python -m autograder leaderboard serve --port 8080
    """
    from autograder.leaderboard.server import serve_folder

    with sentences():
        found = main_board(board)
        found.write_pages()
        serve_folder(found.folder / "public", port)
