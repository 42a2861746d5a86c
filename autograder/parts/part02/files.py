"""Data files of part 2: text files as people save them. The small ones are read at a glance, the others drawn."""


def files(draw):
    names = list(dict.fromkeys(draw.word() for _ in range(60)))
    names[3] = names[3][0]  # a name of one letter is a name
    names[4] = draw.word(30, 40)  # longer than the model's block_size
    padded = [draw.choice(["", " ", "\t", "  "]) + name + draw.choice([" ", "\t ", "   "]) for name in names]
    gaps = [text for name in names for text in (name, draw.choice(["", "   ", "\t"]), "")]
    again = [*names, names[1], *names[20:40], names[7], names[0], names[1]]
    kept = [draw.word().capitalize(), f"{draw.word()} {draw.word()}", f"zo\u00eb{draw.word()}", f"{draw.word()}-o'neil"]
    return {
        "pad.txt": b"  emma \nava",  # the last line has no end
        "padded.txt": _text(padded),
        "gap.txt": b"emma\n\n \nava\n",
        "gaps.txt": _text(["", *gaps, ""]),
        "twice.txt": b"mia\nava\nmia\neve\n",
        "again.txt": _text(again),
        "inside.txt": "Mary Ann\nzo\u00eb\n".encode(),
        "kept.txt": _text([*kept, *names[5:8]]),
        "windows.txt": "\r\n".join(names).encode("utf-8"),
    }


def _text(lines):
    return "".join(line + "\n" for line in lines).encode("utf-8")
