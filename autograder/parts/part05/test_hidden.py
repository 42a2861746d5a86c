"""Hidden checks of part 5: the same promises of the docstrings, at other sizes and in edge cases."""

from autograder.grading.checks import check
from autograder.parts.part05 import oracle


@check("5.1", points=0.5)
def test_attention_of_any_length_and_with_large_scores(student, draw):
    query, keys, values = draw.numbers(8, -60, 60), draw.matrix(3, 8, -60, 60), draw.matrix(3, 8)
    for i in (1, 2):  # large scores that are near each other, so that all three weights count
        keys[i] = [round(number + 0.01 * i, 2) for number in keys[0]]
    student.attention_output(query, keys, values).must_be(
        oracle.attend(query, keys, values)[0],
        likely="use softmax of part 3, which works for large scores, and the length of the query that you are given.",
    )
    for positions, width in ((6, 1), (19, 17)):
        query, keys, values = draw.numbers(width), draw.matrix(positions, width), draw.matrix(positions, width)
        student.attention_output(query, keys, values).must_be(
            oracle.attend(query, keys, values)[0],
            likely="a head may have any number of numbers and look at any number of positions: write no size into the "
            "code.",
        )


@check("5.2", points=0.5)
def test_one_head_and_heads_of_one_number(student, draw):
    for heads, width, layers, positions in ((1, 5, 3, 2), (5, 5, 3, 2), (6, 18, 1, 17)):
        sizes = {"vocab_size": 3, "n_embd": width, "n_head": heads, "n_layer": layers, "block_size": 20}
        layer = draw.randrange(1, layers) if layers > 1 else 0  # not 0: code that always uses layer 0 would pass
        x, seed = draw.numbers(width, -2, 2), draw.randrange(1000)
        keys, values = ([draw.matrix(positions, width, -2, 2) for _ in range(layers)] for _ in "kv")
        answer = student.attention_block(x, layer, keys, values, sizes, seed)
        expected = oracle.attention(x, layer, keys, values, oracle.draw_weights(sizes, seed), sizes)[0]
        answer.must_be(expected, likely="head_dim is n_embd // n_head: write neither it nor a layer into the code.")


@check("5.3", points=0.5)
def test_mlp_of_other_sizes(student, draw):
    for width, layers in ((1, 4), (3, 4), (17, 1)):
        sizes = {"vocab_size": 2, "n_embd": width, "n_head": 1, "n_layer": layers, "block_size": 5}
        layer = draw.randrange(1, layers) if layers > 1 else 0
        x, seed = oracle.draw_mlp(draw, sizes, layer, 30.0)
        student.mlp(x, layer, sizes, seed).must_be(
            oracle.mlp(x, layer, oracle.draw_weights(sizes, seed)),
            likely="the matrices say how many numbers there are: write no size into the code. ReLU has no upper limit.",
        )


@check("5.4", points=0.5)
def test_as_many_tokens_as_the_model_has_positions(student, draw):
    for heads, layers, block, vocab in ((2, 3, 5, 3), (1, 1, 19, 4)):
        sizes = {"vocab_size": vocab, "n_embd": 2, "n_head": heads, "n_layer": layers, "block_size": block}
        tokens, seed = [draw.randrange(vocab) for _ in range(block)], draw.randrange(1000)
        student.logits_of_tokens(tokens, sizes, seed).must_be(
            oracle.read(tokens, oracle.draw_weights(sizes, seed), sizes)[0],
            likely="the first position is 0, the last one is block_size - 1. A token that occurs again is read again.",
        )


@check("5.4", points=0.5)
def test_a_new_name_starts_with_empty_caches(student, draw):
    sizes = {"vocab_size": 4, "n_embd": 4, "n_head": 2, "n_layer": 2, "block_size": 5}
    first, second = [draw.randrange(4) for _ in range(3)], [draw.randrange(4) for _ in range(2)]
    seed = draw.randrange(1000)
    logits, again = (oracle.read(name, oracle.draw_weights(sizes, seed), sizes)[0] for name in (first, second))
    likely = "everything that is kept between calls is in keys and values: keep nothing else, and no list outside."
    student.logits_of_two_names(first, second, sizes, seed).must_be([logits, again], likely=likely)
    student.logits_of_names_in_turns([first, second], sizes, seed).must_be(
        [list(pair) for pair in zip(logits, again)], likely=likely
    )
    student.logits_of_two_models(second, sizes, [seed, seed + 1]).must_be(
        [again, oracle.read(second, oracle.draw_weights(sizes, seed + 1), sizes)[0]],
        likely="the second model has other matrices: keep nothing of the first one.",
    )
