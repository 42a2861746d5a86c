"""Hidden checks of part 10: edge cases."""

from autograder.grading.checks import check
from autograder.parts.part10.expected import LETTERS, attention_map, draw_names, likely_of_map, model_sizes, shape


@check("10.1", points=1)
def test_a_name_longer_than_the_model_reads(student, draw):
    sizes, seed = model_sizes(layers=2, heads=1, positions=4), draw.randrange(1000)
    for name in (draw.word(6, 6, LETTERS), draw.word(4, 4, LETTERS), draw.word(3, 3, LETTERS)):
        answer, expected = student.attention_map(name, LETTERS, sizes, seed), attention_map(name, sizes, seed)
        answer.must_be(expected, likely_of_map(answer.value, expected))


@check("10.1", points=0.5)
def test_maps_of_several_names_one_after_the_other(student, draw):
    sizes, seed = model_sizes(layers=1, heads=2), draw.randrange(1000)
    names = [draw.word(3, 5, LETTERS), "", *(draw.word(1, 2, LETTERS) for _ in range(10))]
    student.attention_maps(names, LETTERS, sizes, seed).must_be(
        {"maps": [attention_map(name, sizes, seed) for name in names], "the model is as it was": True},
        likely="create new, empty caches and lists for each name, and change nothing in the model. An empty name is "
        "BOS alone, one row.",
    )


@check("10.2", points=1)
def test_equal_names_and_names_that_are_cut(student, draw):
    sizes, seed = model_sizes(layers=1, heads=2, positions=5), draw.randrange(1000)
    names, ranked = draw_names(draw, sizes, seed, count=9)
    twice = draw.choice(names)
    at = ranked.index(twice)
    answer = student.rank_names([twice, *names], LETTERS, sizes, seed)
    expected = {"ranked": ranked[:at] + [twice] + ranked[at:], "names": [twice, *names]}
    all_there = type(answer.value) is dict and shape(answer.value.get("ranked")) == shape(expected["ranked"])
    answer.must_be(
        expected,
        likely="sort a copy by the loss per predicted token. Of a name longer than block_size, only those predictions "
        "count that the model makes, as in held_out_loss."
        if all_there
        else "return a list with every name as often as it was given.",
    )
