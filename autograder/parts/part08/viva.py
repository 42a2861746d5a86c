"""Calls of part 8 that can be worked out on paper."""

from autograder.grading.part_probes import Call


def calls(draw):
    """Equal logits, very different ones, and numbers of names."""
    count, level = draw.choice((2, 4, 5)), draw.choice((-3, 2, 7))
    first = draw.choice((1, 2, 3))
    model = ("abc", [4, 2, 1, 1, 4], 1, 0.5)
    return [
        Call(
            "8.1", "probabilities", ([level] * count, 0.5), "equal logits get equal probabilities at every temperature."
        ),
        Call(
            "8.1",
            "probabilities",
            ([0, 400, 0], 0.5),
            "the differences are divided by the temperature, 800 here: the others' probabilities round to 0.",
        ),
        Call(
            "8.1",
            "probabilities",
            ([level, level + 300, level + 300], 1.0),
            "the two largest are equal and share everything: the other's probability rounds to 0.",
        ),
        Call(
            "8.2",
            "names_one_by_one",
            ("abc", [4, 2, 1, 1, 1], 1, 0.5, 1.0, count, first),
            "with a block_size of 1 a name has one draw: a character, or BOS for an empty name.",
            only_lengths=True,
        ),
        Call(
            "8.3",
            "many_names_twice",
            (*model, [first, 0, first + 1], 1.0, 3),
            "count names, and none for count 0.",
            only_lengths=True,
        ),
    ]
