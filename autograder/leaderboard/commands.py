"""`python -m autograder leaderboard ...`, the commands of learners: parse, call, print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.course import EXERCISES
from autograder.leaderboard.console import enter, progress, record_acts, sentences

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
    from autograder.leaderboard.as_data import dumped, score_data
    from autograder.leaderboard.board import new_seeds
    from autograder.leaderboard.data import baselines, load_split
    from autograder.leaderboard.rank import standings
    from autograder.leaderboard.recipes import score
    from autograder.leaderboard.show import score_lines
    from autograder.leaderboard.source import RecipeError, read_source
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
    from autograder.leaderboard.source import this_user

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
    from autograder.leaderboard.as_data import dumped, history_data, table_data
    from autograder.leaderboard.schema import Entry
    from autograder.leaderboard.show import board_lines, history_lines

    with sentences():
        found = main_board(board)
        table, mine = found.table(me=me), found.store.entries(Entry.learner_id == me)
        if as_json:
            own = {} if me is None else {"entries": history_data(mine)}
            typer.echo(dumped(table_data(table, top, me) | own))
            return
        print_lines(board_lines(table, top, me))
        if me is not None:
            print_lines(history_lines(mine, found.store.tries_today(me), found.most_tries))
