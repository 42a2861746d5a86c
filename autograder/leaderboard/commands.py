"""`python -m autograder leaderboard ...`: parse, call, print."""

from __future__ import annotations

import getpass
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
TriesOption = Annotated[int, typer.Option(min=1, help="Tries of a learner in 24 hours.")]


def main_board(folder: Path | None, **options: object):
    """The board in the folder that was named."""
    from autograder.leaderboard.board import DEFAULT_FOLDER, Board

    return Board(folder or DEFAULT_FOLDER, **options)


@app.command("try")
def try_recipe(
    recipe: Annotated[Path, typer.Argument(help="A recipe, or a folder with one.")] = EXERCISES,
    seed: Annotated[list[int] | None, typer.Option(help="Repeat a try with its seeds; three new ones if none.")] = None,
) -> None:
    """Score a recipe; nothing is recorded and there is no limit.

    Example: python -m autograder leaderboard try --seed 1 --seed 2 --seed 3
    """
    from autograder.check import choose_tier
    from autograder.console import failure, misuse, print_lines
    from autograder.leaderboard.board import new_seeds
    from autograder.leaderboard.data import baselines, load_split
    from autograder.leaderboard.rank import standings
    from autograder.leaderboard.recipes import score
    from autograder.leaderboard.show import score_lines
    from autograder.leaderboard.source import RecipeError, read_source
    from autograder.sandbox import SandboxUnavailable

    try:
        source = read_source(recipe)
        tier = choose_tier(recipe if recipe.is_dir() else recipe.parent, None)
        found = score(source.content, load_split(), seed or new_seeds(), tier=tier, on_step=progress())
    except RecipeError as error:
        raise failure(str(error)) from error
    except SandboxUnavailable as error:
        raise misuse(str(error)) from error
    print_lines(score_lines(found, standings([found.losses])[0].half_width, baselines(load_split())))


@app.command()
def add(
    recipes: Annotated[list[Path], typer.Argument(metavar="SUBMISSION...", help="Recipes, or folders with one each.")],
    learner: Annotated[str | None, typer.Option("--as", help="Whose it is; the folder's name if none.")] = None,
    name: DisplayOption = None,
    public: PublicOption = None,
    board: BoardOption = None,
    tries: TriesOption = 5,
) -> None:
    """Score recipes with fresh seeds and record each as an entry. `ada/leaderboard_recipe.py` is ada's.

    Example: python -m autograder leaderboard add submitted/*
    """
    from autograder.console import misuse
    from autograder.leaderboard.board import learner_of

    if len(recipes) > 1 and (learner or name):
        raise misuse("--as and --name are of one learner: give one submission with them.")
    enter([(path, learner or learner_of(path)) for path in recipes], name, public, main_board(board, tries=tries))


@app.command()
def submit(
    recipe: Annotated[Path, typer.Argument(help="Your recipe.")] = EXERCISES,
    name: DisplayOption = None,
    public: PublicOption = None,
    board: BoardOption = None,
    tries: TriesOption = 5,
) -> None:
    """Score your recipe with fresh seeds and record it on the board. --public shows it there, under a pseudonym.

    Example: python -m autograder leaderboard submit --public --board class
    """
    found = main_board(board, tries=tries)
    (entry,) = enter([(recipe, getpass.getuser())], name, public, found)
    record_acts(entry, found)


@app.command()
def show(
    me: Annotated[str | None, typer.Option(help="Also your place and your neighbours; your id.")] = None,
    top: Annotated[int, typer.Option(min=1, help="How many entries.")] = 20,
    board: BoardOption = None,
) -> None:
    """Show the board in the terminal.

    Example: python -m autograder leaderboard show --me ada
    """
    from autograder.console import print_lines
    from autograder.leaderboard.show import board_lines

    with sentences():
        print_lines(board_lines(main_board(board).table(me=me), top, me))


@app.command()
def page(
    roster: Annotated[Path | None, typer.Option(help="Real names for your page: CSV, id,name. Kept.")] = None,
    board: BoardOption = None,
) -> None:
    """Write the page anew: public/index.html for all, instructor.html with the learners' ids and real names.

    Example: python -m autograder leaderboard page --roster class.csv
    """
    from autograder.leaderboard.roster import keep_roster

    with sentences():
        found = main_board(board)
        if roster is not None:
            keep_roster(roster, found.folder)
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
    from autograder.leaderboard.schema import Entry
    from autograder.leaderboard.show import review_lines

    with sentences():
        found = main_board(board)
        if release is not None and found.store.release(release) is None:
            raise misuse(f"There is no entry {release}.")
        if release is not None:
            found.write_pages()
        if source is not None:
            entries = found.store.entries(Entry.number == source)
            if not entries:
                raise misuse(f"There is no entry {source}.")
            print_lines(ascii(line)[1:-1] for line in entries[0].source.decode("utf-8").splitlines())
            return
        print_lines(review_lines(found.store.entries(), found.table(everybody=True).ranked[:3]))


@app.command()
def close(
    split_seed: Annotated[int | None, typer.Option(min=0, help="Of your secret split; drawn if none.")] = None,
    board: BoardOption = None,
) -> None:
    """Close the board: run each learner's best entry once more, with new seeds and another split. It takes no more.

    Example: python -m autograder leaderboard close
    """
    from autograder.console import misuse
    from autograder.sandbox import SandboxUnavailable, strict_tier

    with sentences():
        try:
            count = main_board(board).close(
                split_seed, strict_tier(), lambda entry, _: typer.echo(f"Entry {entry.number} was run again.")
            )
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
    from autograder.leaderboard.serve import serve_folder

    with sentences():
        found = main_board(board)
        found.write_pages()
        serve_folder(found.folder / "public", port)
