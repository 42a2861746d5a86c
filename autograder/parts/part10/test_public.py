"""Public checks of part 10, and its written answer."""

from autograder.grading.checks import check
from autograder.parts.part10.expected import LETTERS, attention_map, draw_names, likely_of_map, model_sizes


@check("10.1", points=2)
def test_the_map_of_one_layer_and_one_head(student, draw):
    two_letters = model_sizes(layers=1, heads=1, positions=4, letters="ab")
    more_than_the_course_reads = model_sizes(layers=1, heads=1, positions=20)
    for name, letters, sizes in (
        ("ab", "ab", two_letters),
        (draw.word(3, 3, LETTERS), LETTERS, model_sizes(layers=1, heads=1)),
        (draw.word(19, 19, LETTERS), LETTERS, more_than_the_course_reads),
    ):
        seed = draw.randrange(1000)
        answer, expected = student.attention_map(name, letters, sizes, seed), attention_map(name, sizes, seed, letters)
        answer.must_be(expected, likely_of_map(answer.value, expected))


@check("10.1", points=2.5)
def test_every_layer_and_head_has_a_map_of_its_own(student, draw):
    """every layer and head has its own map."""
    for name, sizes in (("A", model_sizes(heads=2)), (draw.word(4, 5, LETTERS), model_sizes())):
        seed = draw.randrange(1000)
        answer, expected = student.attention_map(name, LETTERS, sizes, seed), attention_map(name, sizes, seed)
        answer.must_be(expected, likely_of_map(answer.value, expected))


@check("10.2", points=3)
def test_names_are_ranked_by_their_surprise_per_token(student, draw):
    """names are ranked by their loss per token."""
    for count, longest in ((7, 6), (12, 8)):
        sizes, seed = model_sizes(layers=1, heads=2), draw.randrange(1000)
        names, ranked = draw_names(draw, sizes, seed, count, longest)
        student.rank_names(names, LETTERS, sizes, seed).must_be(
            {"ranked": ranked, "names": names},
            likely="sort a copy by the loss per predicted token (the closing BOS is one), the lowest loss first. "
            "Return the names only, and leave the list that was given as it is.",
        )


@check("10.3", points=2, by_hand=True)
def test_written_an_experiment_of_your_own():
    """Written: an experiment of your own.

    Change one thing of the model or of its training: the number of heads or layers, the embedding's size, the learning
    rate, the number of names per step, the data set, ReLU, a norm, something else. (a) Before you run it, write down
    what you expect of the held-out loss, as a number, and why. (b) Run it with at least three seeds, and the unchanged
    model with the same seeds; show the losses in a table. (c) Is the difference larger than the seeds make it by
    themselves? Say what you conclude, what surprised you, and what you would try next. About 250 words and a table.
    """
