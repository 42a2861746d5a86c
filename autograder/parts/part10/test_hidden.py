"""Hidden checks of part 10: the same sentences at the edges."""

from autograder.grading.checks import check
from autograder.parts.part10.expected import LETTERS, attention_map, draw_names, model_sizes


@check("10.1", points=1)
def test_a_name_longer_than_the_model_reads(student, draw):
    sizes, seed = model_sizes(layers=2, heads=1, positions=4), draw.randrange(1000)
    for name in (draw.word(6, 6, LETTERS), draw.word(4, 4, LETTERS), draw.word(3, 3, LETTERS)):
        student.attention_map(name, LETTERS, sizes, seed).must_be(
            attention_map(name, sizes, seed),
            likely="the model has block_size positions: read the first block_size tokens, BOS included, and no more.",
        )


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
    names, ranked = draw_names(draw, sizes, seed, count=6)
    twice = draw.choice(names)
    at = ranked.index(twice)
    student.rank_names([twice, *names], LETTERS, sizes, seed).must_be(
        {"ranked": ranked[:at] + [twice] + ranked[at:], "names": [twice, *names]},
        likely="return every name as often as it was given. Of a name longer than block_size, held_out_loss counts the "
        "predictions that the model makes.",
    )
