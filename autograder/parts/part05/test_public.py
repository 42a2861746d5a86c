"""Public checks of part 5. Expected values come from oracle.py, slopes too (exact ones, of the oracle's functions)."""

from autograder.grading.checks import check
from autograder.parts.part05 import oracle

# All sizes differ where they can, so that nothing mixed up can hide: three heads of two numbers, two layers.
SIZES = {"vocab_size": 7, "n_embd": 6, "n_head": 3, "n_layer": 2, "block_size": 5}
CUT = "when the numbers above are right, a .data or Value(...) in your code cuts the graph: use Values all the way."


def draw_attention(draw, sizes=SIZES, layer=1, positions=3):
    """Arguments of multi_head_attention: x, layer, keys, values, sizes and the seed of the weights."""
    x, width = draw.numbers(sizes["n_embd"], -2, 2), sizes["n_embd"]
    # Only this layer's caches are filled: few numbers, so that a message shows them all.
    past = [[draw.matrix(positions, width, -2, 2) if i == layer else [] for i in range(sizes["n_layer"])] for _ in "kv"]
    return [x, layer, *past, sizes, draw.randrange(1000)]


def attention(x, layer, keys, values, sizes, seed):
    """What multi_head_attention gives: output, weights by head, and the caches afterwards."""
    return oracle.attention(x, layer, keys, values, oracle.draw_weights(sizes, seed), sizes)


@check("5.1", points=0.75)
def test_the_weights_are_the_softmax_of_the_scaled_scores(student, draw):
    query, keys, values = draw.numbers(3), draw.matrix(5, 3), draw.matrix(5, 3)
    student.attention_weights(query, keys, values).must_be(
        oracle.attend(query, keys, values)[1],
        likely="one score per position, query times key, divided by the root of the query's length; then softmax.",
    )


@check("5.1", points=0.75)
def test_the_output_is_the_weighted_sum_of_the_values(student, draw):
    query, keys, values = draw.numbers(3), draw.matrix(4, 3), draw.matrix(4, 3)
    student.attention_output(query, keys, values).must_be(
        oracle.attend(query, keys, values)[0],
        likely="number j of the output is the sum, over all positions, of weight times number j of that value.",
    )


@check("5.1", points=0.5)
def test_gradients_flow_back_to_query_keys_and_values(student, draw):
    """Gradients flow back to query, keys and values."""
    inputs = {"query": draw.numbers(2), "keys": draw.matrix(3, 2), "values": draw.matrix(3, 2)}
    factors = draw.numbers(2)
    answer = student.attend_gradients(*inputs.values(), factors)
    expected = {
        name: oracle.slopes(lambda: oracle.weighted(factors, oracle.attend(*inputs.values())[0]), inputs[name])
        for name in inputs
    }
    answer.must_be(expected, likely=CUT)


@check("5.2", points=0.75)
def test_every_head_has_weights_of_its_own(student, draw):
    drawn = draw_attention(draw)
    student.head_weights(*drawn).must_be(
        attention(*drawn)[1],
        likely="a list of weights per head, each from that head's slice of the query and of every key, its own too.",
    )


@check("5.2", points=0.75)
def test_the_heads_are_joined_and_go_through_attn_wo(student, draw):
    """The heads are joined in order and go through attn_wo."""
    drawn = draw_attention(draw)
    student.attention_block(*drawn).must_be(
        attention(*drawn)[0],
        likely="join the outputs of the heads in order to n_embd numbers, and multiply attn_wo with them.",
    )


@check("5.2", points=0.5)
def test_key_and_value_are_appended_to_the_caches_of_the_layer(student, draw):
    x, layer, _, _, sizes, seed = draw_attention(draw)
    keys, values = ([draw.matrix(2, sizes["n_embd"], -2, 2) for _ in range(sizes["n_layer"])] for _ in "kv")
    _, _, keys_after, values_after = attention(x, layer, keys, values, sizes, seed)
    student.caches_after(x, layer, keys, values, sizes, seed).must_be(
        {"keys": keys_after, "values": values_after},
        likely="keys[layer] gets one more vector (attn_wk times x) and values[layer] too (attn_wv times x), once each.",
    )


@check("5.2", points=0.5)
def test_gradients_reach_all_four_matrices(student, draw):
    sizes = {"vocab_size": 3, "n_embd": 4, "n_head": 2, "n_layer": 1, "block_size": 3}
    x, layer, keys, values, _, seed = draw_attention(draw, sizes, layer=0, positions=2)
    factors, weights = draw.numbers(4), oracle.draw_weights(sizes, seed)

    def result():
        return oracle.weighted(factors, oracle.attention(x, layer, keys, values, weights, sizes)[0])

    answer = student.attention_gradients(x, layer, keys, values, sizes, seed, factors)
    names = [f"layer0.attn_w{letter}" for letter in "qkvo"]
    expected = {"x": oracle.slopes(result, x), **{name: oracle.slopes(result, weights[name]) for name in names}}
    answer.must_be(expected, likely=CUT)


@check("5.3", points=0.75)
def test_mlp_is_fc1_then_relu_then_fc2(student, draw):
    x, seed = draw.numbers(6, -2, 2), draw.randrange(1000)
    student.mlp(x, 1, SIZES, seed).must_be(
        oracle.mlp(x, 1, oracle.draw_weights(SIZES, seed)),
        likely="fc1 of this layer gives 4 times n_embd numbers, relu() each, fc2 of this layer brings them back.",
    )


@check("5.3", points=0.25)
def test_gradients_flow_through_the_mlp(student, draw):
    sizes = {"vocab_size": 3, "n_embd": 2, "n_head": 1, "n_layer": 1, "block_size": 3}
    x, seed, factors = draw.numbers(2), draw.randrange(1000), draw.numbers(2)
    weights = oracle.draw_weights(sizes, seed)
    answer = student.mlp_gradients(x, 0, sizes, seed, factors)
    names = ["layer0.mlp_fc1", "layer0.mlp_fc2"]

    def result():
        return oracle.weighted(factors, oracle.mlp(x, 0, weights))

    expected = {"x": oracle.slopes(result, x), **{name: oracle.slopes(result, weights[name]) for name in names}}
    answer.must_be(expected, likely=CUT)


@check("5.4", points=0.75)
def test_the_logits_of_one_token(student, draw):
    sizes = {"vocab_size": 5, "n_embd": 6, "n_head": 2, "n_layer": 1, "block_size": 7}
    token, position = draw.sample(range(5), 2)
    seed = draw.randrange(1000)
    student.logits_of_one_token(token, position, sizes, seed).must_be(
        oracle.read([token], oracle.draw_weights(sizes, seed), sizes, position)[0][0],
        likely="go through steps 1 to 3 one by one: which row, where the norm stands, what is added to what.",
    )


@check("5.4", points=0.5)
def test_the_logits_of_a_sequence_in_two_layers(student, draw):
    first, second, last = draw.sample(range(7), 3)
    tokens, seed = [first, second, first, last], draw.randrange(1000)
    student.logits_of_tokens(tokens, SIZES, seed).must_be(
        oracle.read(tokens, oracle.draw_weights(SIZES, seed), SIZES)[0],
        likely="every layer has its own matrices and its own cache, and takes the x that the layer before it made.",
    )


@check("5.4", points=0.25)
def test_the_attention_list_gets_each_layers_weights(student, draw):
    """The attention list gets each layer's weights."""
    tokens, seed = [draw.randrange(7) for _ in range(3)], draw.randrange(1000)
    looks = oracle.read(tokens, oracle.draw_weights(SIZES, seed), SIZES)[1]
    student.attention_of_tokens(tokens, SIZES, seed).must_be(
        [by_head for by_layer in looks for by_head in by_layer],
        likely="when attention is a list (an empty one too), append the weights of all heads once per layer.",
    )


@check("5.4", points=0.5)
def test_gradients_reach_every_matrix(student, draw):
    sizes = {"vocab_size": 3, "n_embd": 4, "n_head": 2, "n_layer": 2, "block_size": 5}
    first, second = draw.sample(range(3), 2)
    tokens, seed = [first, second, first], draw.randrange(1000)
    factors, weights = draw.matrix(3, 3), oracle.draw_weights(sizes, seed)
    rows = {name: draw.randrange(len(weights[name])) for name in weights}
    rows.update(wte=first, wpe=draw.randrange(3))  # rows that are used: others have no gradient
    answer = student.logits_gradients(tokens, factors, rows, sizes, seed)

    def result():
        return oracle.weighted(factors, oracle.read(tokens, weights, sizes)[0])

    answer.must_be({name: oracle.slopes(result, weights[name][rows[name]]) for name in rows}, likely=CUT)
