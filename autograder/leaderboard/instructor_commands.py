"""`python -m autograder leaderboard ...`, the commands of who keeps the board: parse, call, print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.leaderboard import commands
from autograder.leaderboard.commands import BoardOption, DisplayOption, PublicOption, app
from autograder.leaderboard.console import enter, sentences


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
    from autograder.leaderboard.source import learner_of

    if len(recipes) > 1 and (learner or name):
        raise misuse("--as and --name are of one learner: give one submission with them.")
    enter([(path, learner or learner_of(path)) for path in recipes], name, public, commands.main_board(board))


@app.command()
def page(
    roster: Annotated[Path | None, typer.Option(help="Real names for your page: CSV, id,name. Kept.")] = None,
    tries: Annotated[int | None, typer.Option(min=1, help="Tries of a learner in 24 hours, 5 at first. Kept.")] = None,
    board: BoardOption = None,
) -> None:
    """Write the page anew: public/index.html for all, instructor.html with the learners' ids and real names.

    Example: python -m autograder leaderboard page --roster class.csv
    """
    from autograder.leaderboard.roster import keep_roster

    with sentences():
        found = commands.main_board(board)
        if roster is not None:
            keep_roster(roster, found.folder)
        if tries is not None:
            found.store.put("tries", tries)
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
        found = commands.main_board(board)
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
    from autograder.console import failure, misuse
    from autograder.sandbox import MachineBusy, SandboxUnavailable, strict_tier

    with sentences():
        try:
            count = commands.main_board(board).close(
                split_seed, strict_tier(), lambda entry, _: typer.echo(f"Entry {entry.number} was run again.")
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
    from autograder.leaderboard.serve import serve_folder

    with sentences():
        found = commands.main_board(board)
        found.write_pages()
        serve_folder(found.folder / "public", port)
