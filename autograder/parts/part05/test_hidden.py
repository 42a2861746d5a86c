"""Hidden checks of part 5: the same sentences of the docstrings, at other sizes and at the edges."""

from autograder.grading.checks import check
from autograder.parts.part05 import oracle


@check("5.1", points=0.5)
def test_attention_of_any_length_and_with_large_scores(student, draw):
    query, keys, values = draw.numbers(8, -60, 60), draw.matrix(3, 8, -60, 60), draw.matrix(3, 8)
    for i in (1, 2):  # large scores that are near each other, so that all three weights count
        keys[i] = [round(number + 0.01 * i, 2) for number in keys[0]]
    student.attention_output(query, keys, values).must_be(
        oracle.attend(query, keys, values)[0],
        likely="use the softmax of part 3, which takes large scores, and the length of the query that you are given.",
    )
    query, keys, values = draw.numbers(1), draw.matrix(6, 1), draw.matrix(6, 1)
    student.attention_output(query, keys, values).must_be(
        oracle.attend(query, keys, values)[0], likely="a head may be one number wide, and look at many positions."
    )


@check("5.2", points=0.5)
def test_one_head_and_heads_of_one_number(student, draw):
    for heads in (1, 5):
        sizes = {"vocab_size": 3, "n_embd": 5, "n_head": heads, "n_layer": 3, "block_size": 4}
        x, layer, seed = draw.numbers(5, -2, 2), draw.randrange(3), draw.randrange(1000)
        keys, values = ([draw.matrix(2, 5, -2, 2) for _ in range(3)] for _ in "kv")
        answer = student.attention_block(x, layer, keys, values, sizes, seed)
        expected = oracle.attention(x, layer, keys, values, oracle.draw_weights(sizes, seed), sizes)[0]
        answer.must_be(expected, likely="head_dim follows from the config; take the matrices of the layer asked for.")


@check("5.3", points=0.5)
def test_mlp_of_other_sizes(student, draw):
    for width in (1, 3):
        sizes = {"vocab_size": 2, "n_embd": width, "n_head": 1, "n_layer": 4, "block_size": 5}
        x, layer, seed = draw.numbers(width, -30, 30), draw.randrange(4), draw.randrange(1000)
        student.mlp(x, layer, sizes, seed).must_be(
            oracle.mlp(x, layer, oracle.draw_weights(sizes, seed)),
            likely="the matrices say how many numbers there are: write no size into the code. ReLU has no upper end.",
        )


@check("5.4", points=0.5)
def test_as_many_tokens_as_the_model_has_positions(student, draw):
    sizes = {"vocab_size": 3, "n_embd": 4, "n_head": 1, "n_layer": 3, "block_size": 6}
    tokens, seed = [draw.randrange(3) for _ in range(6)], draw.randrange(1000)
    student.logits_of_tokens(tokens, sizes, seed).must_be(
        oracle.read(tokens, oracle.draw_weights(sizes, seed), sizes)[0],
        likely="the first position is 0, the last one block_size - 1; a token that comes again is read again.",
    )


@check("5.4", points=0.5)
def test_a_new_name_starts_with_empty_caches(student, draw):
    sizes = {"vocab_size": 4, "n_embd": 6, "n_head": 2, "n_layer": 1, "block_size": 5}
    first, second = [draw.randrange(4) for _ in range(3)], [draw.randrange(4) for _ in range(2)]
    seed = draw.randrange(1000)
    weights = oracle.draw_weights(sizes, seed)
    student.logits_of_two_names(first, second, sizes, seed).must_be(
        [oracle.read(first, weights, sizes)[0], oracle.read(second, weights, sizes)[0]],
        likely="all that is remembered between calls stands in keys and values: keep nothing else, no global list.",
    )
