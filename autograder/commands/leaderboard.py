"""`python -m autograder leaderboard ...`: learners score and submit recipes, the instructor keeps the board."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.board_entries import record_achievements, record_entries, training_progress
from autograder.console import failure, misuse, print_lines, reports_errors
from autograder.course import EXERCISES

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The board of training recipes: same model, different training.",
)

BOARD_HELP = "The folder of the board (default: runs/leaderboard)."
BoardOption = Annotated[Path | None, typer.Option("--board", envvar="LEADERBOARD", help=BOARD_HELP)]
DisplayOption = Annotated[str | None, typer.Option("--name", help="The name to show (default: a pseudonym).")]
PublicOption = Annotated[bool | None, typer.Option("--public/--hidden", help="Whether the page shows the learner.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON and nothing else.")]


def main_board(folder: Path | None):
    """The board in this folder, or in the default one."""
    from autograder.leaderboard.board import DEFAULT_FOLDER, Board

    return Board(folder or DEFAULT_FOLDER)


@app.command("try")
@reports_errors()
def try_recipe(
    recipe: Annotated[Path, typer.Argument(help="A recipe, or a folder with one.")] = EXERCISES,
    seed: Annotated[
        list[int] | None, typer.Option(help="A seed of an earlier try, to repeat it; may be repeated.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Score a recipe without recording it, as often as you like.

    Example: python -m autograder leaderboard try --seed 1 --seed 2 --seed 3
    """
    from autograder.check import choose_tier
    from autograder.leaderboard.board import new_seeds
    from autograder.leaderboard.data import baselines, load_split
    from autograder.leaderboard.listing import dumped, score_data
    from autograder.leaderboard.noise import standings
    from autograder.leaderboard.recipe_source import read_source
    from autograder.leaderboard.recipes import score
    from autograder.leaderboard.score_lines import score_lines
    from autograder.sandbox import MachineBusy

    source = read_source(recipe)
    tier = choose_tier(recipe if recipe.is_dir() else recipe.parent, None)
    seeds = seed or new_seeds()
    try:
        with training_progress(len(seeds)) as on_step:
            scored = score(source.content, load_split(), seeds, tier=tier, on_step=on_step)
    except MachineBusy as error:
        raise failure(str(error)) from error
    half_width = standings([scored.losses])[0].half_width
    if as_json:
        typer.echo(dumped(score_data(scored, half_width, baselines(load_split()))))
    else:
        print_lines(score_lines(scored, half_width, baselines(load_split())))


@app.command()
@reports_errors()
def submit(
    recipe: Annotated[Path, typer.Argument(help="Your recipe.")] = EXERCISES,
    name: DisplayOption = None,
    public: PublicOption = None,
    board: BoardOption = None,
) -> None:
    """Score your recipe with new seeds and record it on the board. --public shows it there, under a pseudonym.

    Example: python -m autograder leaderboard submit --public --board class
    """
    from autograder.leaderboard.recipe_source import this_user

    class_board = main_board(board)
    (entry,) = record_entries([(recipe, this_user())], name, public, class_board)
    record_achievements(entry, class_board)


@app.command()
@reports_errors()
def show(
    me: Annotated[
        str | None, typer.Option(help="Your id: also show your place, your neighbours and your entries.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Number of entries to show.")] = 20,
    board: BoardOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the board in the terminal; with --me, also your place, your neighbours and all your entries.

    Example: python -m autograder leaderboard show --me ada
    """
    from autograder.leaderboard.database_tables import BoardEntry
    from autograder.leaderboard.listing import board_lines, dumped, history_data, history_lines, table_data

    class_board = main_board(board)
    table, mine = class_board.table(me=me), class_board.store.entries(BoardEntry.learner_id == me)
    if as_json:
        own = {} if me is None else {"entries": history_data(mine)}
        typer.echo(dumped(table_data(table, top, me) | own))
        return
    print_lines(board_lines(table, top, me))
    if me is not None:
        print_lines(history_lines(mine, class_board.store.tries_today(me), class_board.most_tries))


@app.command()
@reports_errors()
def add(
    recipes: Annotated[list[Path], typer.Argument(metavar="SUBMISSION...", help="Recipes, or folders with one each.")],
    learner: Annotated[str | None, typer.Option("--as", help="The learner's id (default: the folder's name).")] = None,
    name: DisplayOption = None,
    public: PublicOption = None,
    board: BoardOption = None,
) -> None:
    """Score recipes with new seeds and record each as an entry. The folder is the id: `ada/leaderboard_recipe.py`.

    Example: python -m autograder leaderboard add submitted/*
    """
    from autograder.leaderboard.recipe_source import learner_of

    if len(recipes) > 1 and (learner or name):
        raise misuse("--as and --name are for one learner: use them with one submission only.")
    record_entries([(path, learner or learner_of(path)) for path in recipes], name, public, main_board(board))


@app.command()
@reports_errors()
def page(
    roster: Annotated[Path | None, typer.Option(help="A CSV file with lines id,name, for your page. Saved.")] = None,
    tries: Annotated[int | None, typer.Option(min=1, help="Tries per learner in 24 hours (at first 5). Saved.")] = None,
    board: BoardOption = None,
) -> None:
    """Write the pages again: public/index.html for everybody, instructor.html with ids and real names for you.

    Example: python -m autograder leaderboard page --roster class.csv
    """
    from autograder.leaderboard.real_names import keep_roster

    class_board = main_board(board)
    if roster is not None:
        keep_roster(roster, class_board.folder)
    if tries is not None:
        class_board.store.write_setting("tries", tries)
    class_board.write_pages()
    typer.echo(f"Written: {class_board.folder / 'public' / 'index.html'} and {class_board.folder / 'instructor.html'}.")


@app.command()
@reports_errors()
def review(
    release: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="Let this entry count, after your review.")
    ] = None,
    source: Annotated[int | None, typer.Option(metavar="NUMBER", help="Print the recipe of this entry.")] = None,
    board: BoardOption = None,
) -> None:
    """For the instructor: list the entries held for review, and the top three, which you should review too.

    Example: python -m autograder leaderboard review --release 17
    """
    from autograder.leaderboard.database_tables import BoardEntry
    from autograder.leaderboard.listing import review_lines

    class_board = main_board(board)
    if release is not None and class_board.store.release(release) is None:
        raise misuse(f"There is no entry {release}.")
    if release is not None:
        class_board.write_pages()
    if source is not None:
        entries = class_board.store.entries(BoardEntry.number == source)
        if not entries:
            raise misuse(f"There is no entry {source}.")
        print_lines(ascii(line)[1:-1] for line in entries[0].source.decode("utf-8").splitlines())
        return
    print_lines(review_lines(class_board.store.entries(), class_board.table(everybody=True).ranked[:3]))


@app.command()
@reports_errors()
def close(
    split_seed: Annotated[int | None, typer.Option(min=0, help="Seed of the secret split (default: random).")] = None,
    board: BoardOption = None,
) -> None:
    """Close the board: run each learner's best entry again, with new seeds and another split, and accept no more.

    Example: python -m autograder leaderboard close
    """
    from autograder.sandbox import MachineBusy, strict_tier

    try:
        count = main_board(board).close(
            split_seed, strict_tier(), lambda entry: typer.echo(f"Entry {entry.number} was run again.")
        )
    except MachineBusy as error:
        words = "Finished runs are kept. Run the same command again for the others."
        raise failure(f"{error} {words}") from error
    typer.echo(f"Closed. Entries run with new seeds and another split: {count}.")


@app.command()
@reports_errors()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    board: BoardOption = None,
) -> None:
    """Serve the public page to this computer's browsers. Ctrl-C ends it.

    Example: python -m autograder leaderboard serve --port 8080
    """
    from autograder.commands.local_server import open_server, serve_until_ctrl_c

    class_board = main_board(board)
    class_board.write_pages()
    server = open_server(class_board.folder / "public", port)
    print_lines([f"The board is at http://127.0.0.1:{port}/ - press Ctrl-C to stop."])
    serve_until_ctrl_c(server)
