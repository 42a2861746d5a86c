"""Data files of part 2: text files as people save them, drawn anew on every run."""


def files(draw):
    names = [draw.word() for _ in range(8)]
    names[3] = names[3][0]  # a name of one letter is a name
    rows = [*names[:5], names[1], *names[5:], names[7], names[0], names[1]]  # some rows stand there again
    padded = [draw.choice(["", " ", "\t", "  "]) + name + draw.choice([" ", "\t ", "   "]) for name in rows]
    gaps = [text for name in rows for text in (name, draw.choice(["", "   ", "\t"]), "")]
    kept = [draw.word().capitalize(), f"{draw.word()} {draw.word()}", f"zo\u00eb{draw.word()}", f"{draw.word()}-o'neil"]
    return {
        "plain.txt": _text(rows),
        "padded.txt": _text(padded),
        "gaps.txt": _text(["", *gaps, ""]),
        "kept.txt": _text([*kept, *rows[:3]]).rstrip(b"\n"),  # the last line has no end
        "windows.txt": "\r\n".join(rows).encode("utf-8"),
    }


def _text(lines):
    return "".join(line + "\n" for line in lines).encode("utf-8")
