"""The rows of the command table, grouped by the people who need them. The students' zip has its own table."""

from autograder.command_table.record import Command, Switch, command

TABLE: dict[str, tuple[Command, ...]] = {
    "For learners": (
        command(
            "check", "", "check your work",
            ": all parts, or part=5, or one task, part=5.2", argument="part", options=("seed",),
            always=("--exit-zero",),
        ),
        command(
            "train", "training", "train the reference model on names, and show what it learnt",
            "; fast=1 takes seconds", options=("steps", "seed", "data", "layers", "width"),
            switches=(Switch("fast"),),
        ),
        command("capstone", "capstone", "train the full model with your own parts 1 to 8"),
        command(
            "card", "capstone", "draw your last capstone's result as a card to share",
            ": runs/card.svg and runs/card.png; name=ADA puts your name on it", extra="plots", options=("name",),
        ),
        command(
            "experiment", "training", "run an experiment on the model, with a table and a picture",
            "; name=heads, or a list without name", extra="plots", argument="name", options=("seeds", "steps"),
        ),
        command("quick", "development", "verify in seconds that the reference works"),
        command(
            "watch", "learner", "check a part each time you save it",
            ": part=5, or the first unfinished one", argument="part",
        ),
        command(
            "lesson", "learner", "read a part's lesson in your browser",
            ": part=5, or at a task, part=5.2; the first unfinished part without one", argument="part",
        ),
        command(
            "notebooks", "learner", "open a lesson and its stub side by side in JupyterLab",
            ": part=5, or the first unfinished one", extra="notebooks", argument="part",
        ),
        command(
            "hint", "learner", "show a hint for the first failing check",
            "; each call shows one more, finally code with blanks; insert=1 puts that into your file", argument="part",
            switches=(Switch("insert"),),
        ),
        command(
            "context", "learner", "print what a tutor needs to know to help you",
            ", such as an AI assistant: part=3", argument="part",
        ),
        command(
            "progress", "learner", "show what is done and what is left",
            "; tick=ID ticks an achievement", options=("tick",),
        ),
        command(
            "compare", "learner", "show your functions next to the reference's",
            ", once you have passed: part=5 or part=5.2", argument="part",
        ),
        command(
            "harden", "harden", "find a mistake that is planted in your own code",
            ", once you have passed: part=5, then answer=2", argument="part", options=("answer", "seed"),
        ),
        command(
            "recall", "recall", "answer a question about your own code",
            ", which comes again after 1, 3, 7 and 21 days; then answer=2", argument="part", options=("answer",),
        ),
        command(
            "debug", "learner", "call your code with a check's inputs",
            ", breakpoint() works: part=1 check=NAME", argument="part", options=("check",),
        ),
        command(
            "trace", "learner", "show how your model reads a name",
            ", every vector next to the reference's: name=emma", options=("name",), always=("--exit-zero",),
        ),
        command(
            "lab", "learner", "list the optional labs, or run the experiment of one",
            ", once you have passed it: part=lab1", argument="part", options=("steps",),
        ),
        command(
            "appeal", "appeal", "ask your instructor for a regrade of a check",
            ': check=NAME reason="why it is wrong"', argument="part", options=("check", "reason"),
        ),
        command(
            "reset", "learner", "restore the original stub of a part or task",
            ": part=5 or part=5.2; asks first and keeps a copy", argument="part",
        ),
        command("undo", "learner", "restore what the last reset, update, harden or hint replaced"),
        command(
            "update", "learner", "update your exercises to a new version of the course",
            ", or bring in work from an older copy: from=FOLDER", options=("from",),
        ),
        command(
            "leaderboard try", "leaderboard", "score a recipe without recording it",
            target="", extra="instructor",
        ),
        command(
            "leaderboard submit", "leaderboard", "score your recipe and record it on the board",
            ': board=FOLDER public=1 name="..."', target="submit", extra="instructor", options=("board", "name"),
            switches=(Switch("public"),),
        ),
        command(
            "leaderboard show", "leaderboard", "show the board of recipes",
            " and write its page", target="leaderboard", extra="instructor", options=("board",),
            then="leaderboard page",
        ),
        command(
            "leaderboard serve", "leaderboard", "serve the board's page at http://127.0.0.1:8000/",
            target="serve", extra="instructor", options=("board",),
        ),
    ),
    "For instructors": (
        command(
            "release", "release", "write the students' files to release/",
            ", unless they give an answer away: all, or part=5; class=FOLDER", extra="classroom", argument="part",
            options=("class",),
        ),
        command(
            "grade", "grade", "grade a class's submissions with nbgrader",
            ": all, or part=5; class=FOLDER notebooks=run", extra="classroom", options=("class", "part"),
            switches=(Switch("notebooks", "--run-notebooks", "to run the cells of notebooks"),),
        ),
        command(
            "repeat", "grade", "repeat a verdict from its line in the ledger",
            ", for an appeal: name=ada/part05 class=FOLDER", extra="instructor", argument="name", options=("class",),
        ),
        command(
            "roster", "gradebook", "import the class list into the gradebook",
            ": file=participants.csv class=FOLDER", extra="classroom", argument="file", options=("class",),
        ),
        command(
            "collect", "gradebook", "put submissions where the grader expects them",
            ": file=submissions.zip (or a folder) part=5", extra="classroom", argument="file",
            options=("part", "worksheet", "class"),
        ),
        command(
            "grades", "gradebook", "show the grades of a class",
            ": points by part, lateness, the weighted total", extra="classroom", options=("class",),
        ),
        command(
            "feedback", "gradebook", "pack the feedback of a part for Moodle or Canvas",
            ": file=submissions.zip (the download) part=5 class=FOLDER", extra="classroom", argument="file",
            options=("part", "worksheet", "class"),
        ),
        command(
            "export", "gradebook", "write the grades as CSV for Canvas and Moodle",
            ": template=FILE fills in one of their files", extra="classroom",
            options=("template", "part", "class"),
        ),
        command(
            "errata", "gradebook", "regrade a part after its checks were fixed",
            ", and show whose points change: part=5 apply=1", extra="classroom", argument="part", options=("class",),
            switches=(Switch("apply"),),
        ),
        command(
            "appeals", "gradebook", "show regrade requests, or decide one",
            ': decide=accept request=ada/part05/CHECK alike=1 reason="..."', extra="classroom",
            options=("request", "decide", "reason", "class"), switches=(Switch("alike"),),
        ),
        command(
            "demo", "release", "run the whole grading cycle on a sample class of twelve",
            ": about a minute", extra="classroom",
        ),
        command(
            "viva", "viva", "ask three questions about a learner's own code",
            ", with the answers for you: part=5 from=FOLDER", extra="instructor", argument="part",
            options=("from", "seed"),
        ),
        command(
            "analytics", "analytics", "show what a class has passed, and where learners are stuck",
            target="", extra="instructor",
        ),
        command(
            "similarity", "analytics", "list groups and pairs of learners with similar code",
            target="", extra="instructor",
        ),
        command(
            "bundle", "release", "write a zip for students, without answers, to dist/",
            extra="classroom",
        ),
        command(
            "template", "release", "write a template repository for GitHub to dist/",
            "template, after make bundle: url=https://... of the release", argument="url",
        ),
        command(
            "classroom50", "release", "write autograders for Classroom 50 to dist/",
            "classroom50, after make bundle: url=https://... of the release", argument="url",
        ),
        command(
            "gradescope", "release", "write an autograder for Gradescope to dist/",
            ": part=5", argument="part",
        ),
        command("sandbox", "", "attack the sandbox, and say which tier is secure here", extra="instructor"),
        command(
            "doctor", "", "say whether a class can be graded on this machine",
            ", and if not, what to do: class=FOLDER", extra="instructor", options=("class",),
        ),
        command(
            "leaderboard add", "leaderboard", "score recipes and record each as an entry",
            target="", extra="instructor",
        ),
        command(
            "leaderboard page", "leaderboard", "regenerate the pages of the board",
            target="", extra="instructor",
        ),
        command(
            "leaderboard review", "leaderboard", "list entries to review, and the top three",
            target="", extra="instructor",
        ),
        command(
            "leaderboard close", "leaderboard", "close the board and run the best entries once more",
            target="", extra="instructor",
        ),
    ),
    "For contributors": (
        command(
            "stubs", "development", "regenerate exercises/ from solutions/",
            "; files that you changed stay as they are",
        ),
        command(
            "tutorial", "release", "build the tutorial, all parts in one notebook",
            ": solutions/microgpt_tutorial.ipynb; args=--check", extra="notebooks",
        ),
        command(
            "site", "site", "build the site of the guides in dist/site",
            "; class=FOLDER as that class wants it; page=ADDRESS of the course's page; args=--links checks every link",
            extra="docs", options=("class", "page"),
        ),
        command(
            "page", "page", "build the course as a web page in dist/page",
            "; class=FOLDER with that class's parts, dates and links; args=--serve serves it, too", extra="docs",
            options=("class",),
        ),
        command("test", "development", "run the project's own tests", extra="development"),
        command(
            "test", "development", "run the long tests: known mistakes, attacks, interruptions, notebooks, a browser",
            target="gates", extra="development", always=("-m", "gate and not slow"),
        ),
        command(
            "test", "development", "run the tests that take minutes",
            target="slow", extra="development", always=("-m", "slow"),
        ),
        command("lint", "development", "check format and rules", "; args=--fix fixes them", extra="development"),
        command("versions", "development", "check each part with every Python on your machine"),
        command(
            "mutation", "development", "change the reference in many ways, and see if checks notice",
            extra="mutation",
        ),
    ),
}  # fmt: skip

# Commands of the last release: the current name (or none) and a message. Delete them at the next release.
FORMER = {
    "dataset": ("", "datasets/makemore_names.txt is part of the course now: there is nothing to download."),
}

# Targets of the Makefile that have no row, so no list shows them.
UNLISTED = tuple(FORMER)

# Learners' commands that run other people's code in the strict sandbox when given --from, and need its packages.
STRICT_WITH_FROM = ("check", "capstone")

# Disk space and time for each extra, measured with an empty cache. README.md repeats the sizes.
COST = {
    "": "about 125 MB, usually less than a minute",
    "instructor": "about 125 MB, usually less than a minute",
    "notebooks": "about 325 MB, usually less than a minute",
    "plots": "about 225 MB, usually less than a minute",
    "docs": "about 200 MB, usually less than a minute",
    "classroom": "about 400 MB, usually one or two minutes",
    "development": "about 670 MB, usually less than a minute",
    "mutation": "about 160 MB, usually less than a minute",
}

# What to say before an extra is installed that a learner can do without, with the command that works without it.
WITHOUT = {
    "notebooks": (
        "Notebooks need JupyterLab, which is installed now. To read a lesson without it: ",
        "lesson",
    ),
}
