"""Public checks of part 5. Expected values come from oracle.py, slopes too (exact ones, of the oracle's functions).

Each task begins with numbers that can be worked out on paper; random ones follow, some larger than the course's sizes.
"""

from autograder.grading.checks import Answer, check
from autograder.grading.compare import alike
from autograder.parts.part05 import oracle

# All sizes differ where they can, so that nothing mixed up can hide: three heads of two numbers, two layers.
SIZES = {"vocab_size": 7, "n_embd": 6, "n_head": 3, "n_layer": 2, "block_size": 5}
TWO_LAYERS = {"vocab_size": 3, "n_embd": 2, "n_head": 1, "n_layer": 2, "block_size": 4}  # small enough to read

# multi_head_attention on paper: query [2, 1], key [1, -1], value [2, 4], all different from each other and from x, so
# that no two mistakes look alike. Two heads of one number, so the scale is 1.
BY_HAND = {
    "x": [1, 2],
    "keys": [[[0, 1]]],
    "values": [[[3, 1]]],
    "wq": [[0, 1], [1, 0]],
    "wk": [[1, 0], [1, -1]],
    "wv": [[2, 0], [0, 2]],
    "wo": [[1, 0], [1, 1]],
    "n_head": 2,
}


def by_hand():
    """What BY_HAND gives: output, weights by head, and the caches afterwards."""
    weights = {f"layer0.attn_w{letter}": BY_HAND[f"w{letter}"] for letter in "qkvo"}
    sizes = {"n_embd": 2, "n_head": BY_HAND["n_head"]}
    return oracle.attention(BY_HAND["x"], 0, BY_HAND["keys"], BY_HAND["values"], weights, sizes)


def draw_attention(draw, sizes=SIZES, layer=1, positions=3):
    """Arguments of multi_head_attention: x, layer, keys, values, sizes and the seed of the weights."""
    x, width = draw.numbers(sizes["n_embd"], -2, 2), sizes["n_embd"]
    # Only this layer's caches are filled: few numbers, so that a message shows them all.
    past = [[draw.matrix(positions, width, -2, 2) if i == layer else [] for i in range(sizes["n_layer"])] for _ in "kv"]
    return [x, layer, *past, sizes, draw.randrange(1000)]


def attention(x, layer, keys, values, sizes, seed):
    """What multi_head_attention gives: output, weights by head, and the caches afterwards."""
    return oracle.attention(x, layer, keys, values, oracle.draw_weights(sizes, seed), sizes)


def must_be_gradients(answer: Answer, expected: dict) -> None:
    """Fail unless the gradients are the expected ones, and say which of them are missing."""
    got = answer.value if type(answer.value) is dict else {}
    cut = [name for name in expected if name in got and all_zero(got[name]) and not all_zero(expected[name])]
    if cut:
        likely = (
            f"no gradient gets to {', '.join(cut)}: it isn't used, or .data or a new Value(...) cuts the graph between "
            "it and the result."
        )
    else:
        likely = (
            "while another check of this task fails, fix that one first: the gradients follow from the numbers. "
            "Otherwise look for .data or a new Value(...), which cuts the graph."
        )
    answer.must_be(expected, likely=likely)


def all_zero(numbers):
    return all(map(all_zero, numbers)) if isinstance(numbers, (list, tuple)) else numbers == 0


@check("5.1", points=0.75)
def test_the_weights_are_the_softmax_of_the_scaled_scores(student, draw):
    query, keys, values = [1, 2], [[3, 0], [0, 1], [2, 1]], [[4, 0], [2, 8], [1, 2]]
    student.attention_weights(query, keys, values).must_be(
        oracle.attend(query, keys, values)[1],
        likely="compare your steps. The dot products are 3, 2 and 4. Divided by the root of 2, the scores are 2.121, "
        "1.414 and 2.828. Softmax makes the weights 0.284, 0.140 and 0.576, the second of the two results.",
    )
    for positions, width in ((5, 3), (20, 18)):
        query, keys, values = draw.numbers(width), draw.matrix(positions, width), draw.matrix(positions, width)
        student.attention_weights(query, keys, values).must_be(
            oracle.attend(query, keys, values)[1],
            likely="one score per position: the dot product of query and key over the root of len(query). Write no "
            "size into the code.",
        )


OF_LINEAR = (
    "linear(weights, values) returns a number for each position: it multiplies the weights by one value at a time. "
    "Number j of the output is the sum, over all positions, of weight times number j of that value."
)


def mixed(weights, values):
    """What linear(weights, values) gives."""
    return [sum(w * x for w, x in zip(weights, value)) for value in values]


@check("5.1", points=0.75)
def test_the_output_is_the_weighted_sum_of_the_values(student, draw):
    for query, keys, values, likely in (
        (
            [1, 2],
            [[3, 0], [0, 1], [2, 1]],
            [[4, 0], [2, 8], [1, 2]],  # as many positions as numbers in a value would hide that they are mixed up
            "compare your steps. The weights are 0.284, 0.140 and 0.576. The output, the first of the two results, is "
            "[0.284*4 + 0.140*2 + 0.576*1, 0.284*0 + 0.140*8 + 0.576*2].",
        ),
        (
            draw.numbers(3),
            draw.matrix(4, 3),
            draw.matrix(4, 3),
            "number j of the output is the sum, over all positions, of weight times number j of that value.",
        ),
    ):
        output, weights = oracle.attend(query, keys, values)
        answer = student.attention_output(query, keys, values)
        answer.must_be(output, likely=OF_LINEAR if alike(answer.value, mixed(weights, values), 1e-9) else likely)
    student.second_attention_output(query, keys, values).must_be(
        oracle.attend(query, keys, values)[0],
        likely="the first call gives the right output, the second does not: make new lists, change neither query, keys "
        "nor values, and keep nothing between calls.",
    )


@check("5.1", points=0.5)
def test_gradients_flow_back_to_query_keys_and_values(student, draw):
    """gradients flow back to query, keys and values."""
    inputs = {"query": draw.numbers(2), "keys": draw.matrix(2, 2), "values": draw.matrix(2, 2)}
    factors = draw.numbers(2)
    answer = student.attend_gradients(*inputs.values(), factors)

    def result():
        return oracle.weighted(factors, oracle.attend(*inputs.values())[0])

    must_be_gradients(answer, {name: oracle.slopes(result, inputs[name]) for name in inputs})


@check("5.2", points=0.75)
def test_every_head_has_weights_of_its_own(student, draw):
    """every head has its own weights."""
    student.heads_by_hand(*BY_HAND.values()).must_be(
        by_hand()[1],
        likely="compare your steps. Query [2, 1]; key [1, -1], which is appended to keys[0]. Each head has one number: "
        "head 1 has the scores 2*0 and 2*1, head 2 has 1*1 and 1*-1. The weights are the second result.",
    )
    drawn = draw_attention(draw)
    student.head_weights(*drawn).must_be(
        attention(*drawn)[1],
        likely="with head_dim = n_embd // n_head, the first head uses the first head_dim numbers of the query and of "
        "each key in keys[layer], the second head the next head_dim.",
    )


@check("5.2", points=0.75)
def test_the_heads_are_joined_and_go_through_attn_wo(student, draw):
    """the heads are joined in order and go through attn_wo."""
    student.attention_by_hand(*BY_HAND.values()).must_be(
        by_hand()[0],
        likely="compare your steps. Value [2, 4], which is appended to values[0]. Head 1 gives 0.119*3 + 0.881*2 = "
        "2.119, head 2 gives 0.881*1 + 0.119*4 = 1.358. attn_wo times [2.119, 1.358] is the output, the first result.",
    )
    drawn = draw_attention(draw)
    student.attention_block(*drawn).must_be(
        attention(*drawn)[0],
        likely="every head attends with its own slice of query, keys and values. Join the outputs in order, then "
        "multiply attn_wo of this layer with them.",
    )
    x, layer, *caches, sizes, seed = drawn
    weights, outputs = oracle.draw_weights(sizes, seed), []
    for _ in range(2):
        output, _, *caches = oracle.attention(x, layer, *caches, weights, sizes)
        outputs.append(output)
    student.attention_of_two_tokens(*drawn).must_be(
        outputs,
        likely="the second token finds the first one's key and value in the caches. Change neither x nor the matrices, "
        "and keep nothing elsewhere between calls.",
    )


@check("5.2", points=0.5)
def test_key_and_value_are_appended_to_the_caches_of_the_layer(student, draw):
    _, _, keys_after, values_after = by_hand()
    student.caches_by_hand(*BY_HAND.values()).must_be(
        {"keys": keys_after, "values": values_after},
        likely="append to the lists that you were given, once per call: attn_wk times x = [1, -1] to keys[0], attn_wv "
        "times x = [2, 4] to values[0].",
    )
    x, layer, _, _, sizes, seed = draw_attention(draw)
    keys, values = ([draw.matrix(2, sizes["n_embd"], -2, 2) for _ in range(sizes["n_layer"])] for _ in "kv")
    _, _, keys_after, values_after = attention(x, layer, keys, values, sizes, seed)
    student.caches_after(x, layer, keys, values, sizes, seed).must_be(
        {"keys": keys_after, "values": values_after},
        likely="keys[layer] gets one more vector (attn_wk of this layer times x), values[layer] too (attn_wv times x). "
        "The other layers' caches stay as they are.",
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
    must_be_gradients(answer, expected)


@check("5.3", points=0.75)
def test_mlp_is_fc1_then_relu_then_fc2(student, draw):
    # The weights of fc2 differ, so that a hidden list without its zeros, or with other numbers in their places, shows.
    student.mlp_by_hand([3], [[1], [-1], [2], [0]], [[2, 5, 1, 4]]).must_be(
        [12],
        likely="compare your steps. fc1 gives [3, -3, 6, 0]. ReLU makes [3, 0, 6, 0] of it, still four numbers. fc2 "
        "gives 2*3 + 5*0 + 1*6 + 4*0 = 12.",
    )
    x, seed = oracle.draw_mlp(draw, SIZES, 1)
    expected = oracle.mlp(x, 1, oracle.draw_weights(SIZES, seed))
    student.mlp(x, 1, SIZES, seed).must_be(
        expected,
        likely="multiply mlp_fc1 of this layer with x (4 times n_embd numbers), call relu() on each, and multiply "
        "mlp_fc2 of this layer with them. Nothing is added, nothing is normalised.",
    )
    student.second_mlp(x, 1, SIZES, seed).must_be(
        expected,
        likely="the first call gives the right output, the second does not: make new lists, change neither x nor the "
        "matrices, and keep nothing between calls.",
    )


@check("5.3", points=0.25)
def test_gradients_flow_through_the_mlp(student, draw):
    sizes = {"vocab_size": 3, "n_embd": 2, "n_head": 1, "n_layer": 1, "block_size": 3}
    (x, seed), factors = oracle.draw_mlp(draw, sizes, 0), draw.numbers(2)
    weights = oracle.draw_weights(sizes, seed)
    answer = student.mlp_gradients(x, 0, sizes, seed, factors)
    names = ["layer0.mlp_fc1", "layer0.mlp_fc2"]

    def result():
        return oracle.weighted(factors, oracle.mlp(x, 0, weights))

    expected = {"x": oracle.slopes(result, x), **{name: oracle.slopes(result, weights[name]) for name in names}}
    must_be_gradients(answer, expected)


@check("5.4", points=0.75)
def test_the_logits_of_one_token(student, draw):
    # Small embeddings: the eps of rmsnorm counts, so a norm too many shows. A layer of zeros adds nothing to x.
    wte, wpe = [[0.02, 0.01], [0.04, 0.02], [0.01, 0.02]], [[0.03, 0.01], [0.02, 0.02], [0.01, 0.03]]
    lm_head = [[1, 0], [0, 1], [1, 2]]
    x = oracle.rmsnorm([0.03, 0.04])
    student.logits_by_hand(2, 1, wte, wpe, lm_head).must_be(
        oracle.multiply(lm_head, x),
        likely="compare your steps. Row 2 of wte plus row 1 of wpe is [0.03, 0.04]. rmsnorm makes [0.845154, 1.12687] "
        "of it. A layer of zeros adds 0 to each number of x. lm_head times x is the result.",
    )
    token, position = draw.sample(range(3), 2)
    for sizes in (TWO_LAYERS, {"vocab_size": 30, "n_embd": 18, "n_head": 6, "n_layer": 1, "block_size": 20}):
        seed = oracle.draw_model(draw, sizes, [token], position)
        student.logits_of_one_token(token, position, sizes, seed).must_be(
            oracle.read([token], oracle.draw_weights(sizes, seed), sizes, position)[0][0],
            likely="with zeros in the layer your logits are right, so look at the loop over the layers: attention and "
            "then mlp get rmsnorm(x), and what they return is added to x as it was before that norm.",
        )
        token, position = draw.randrange(27, 30), draw.randrange(16, 20)


@check("5.4", points=0.5)
def test_the_logits_of_a_sequence_in_two_layers(student, draw):
    tokens = draw.sample(range(3), 2)
    seed = oracle.draw_model(draw, TWO_LAYERS, tokens)
    student.logits_of_tokens(tokens, TWO_LAYERS, seed).must_be(
        oracle.read(tokens, oracle.draw_weights(TWO_LAYERS, seed), TWO_LAYERS)[0],
        likely="the first row belongs to the first token, the second to the second. If only the second is wrong, look "
        "at pos_id and at the caches that gpt passes on.",
    )
    student.caches_of_tokens(tokens, TWO_LAYERS, seed).must_be(
        oracle.caches_after(tokens, oracle.draw_weights(TWO_LAYERS, seed), TWO_LAYERS),
        likely="pass on the caches that gpt was given. After two tokens, every layer has two keys and two values.",
    )
    first, second, last = draw.sample(range(7), 3)
    tokens, seed = [first, second, first, last], draw.randrange(1000)
    student.logits_of_tokens(tokens, SIZES, seed).must_be(
        oracle.read(tokens, oracle.draw_weights(SIZES, seed), SIZES)[0],
        likely="every layer has its own matrices and its own cache, and starts from the x of the layer before it. A "
        "token may occur twice.",
    )


@check("5.4", points=0.25)
def test_the_attention_list_gets_each_layers_weights(student, draw):
    """the attention list gets each layer's weights."""
    for width, heads, layers, count in ((2, 2, 2, 2), (3, 3, 3, 3)):
        sizes = {"vocab_size": 4, "n_embd": width, "n_head": heads, "n_layer": layers, "block_size": 5}
        tokens, seed = [draw.randrange(4) for _ in range(count)], draw.randrange(1000)
        logits, attention_weights = oracle.read(tokens, oracle.draw_weights(sizes, seed), sizes)
        student.attention_of_tokens(tokens, sizes, seed).must_be(
            [by_head for by_layer in attention_weights for by_head in by_layer],
            likely=f"{count} tokens in {layers} layers append {count * layers} entries. Each is the second result of "
            "multi_head_attention: one list of weights per head.",
        )
    student.logits_with_and_without_attention(tokens[:1], sizes, seed).must_be(
        [logits[:1], logits[:1]], likely="the logits are the same whether attention is a list or None."
    )


@check("5.4", points=0.5)
def test_gradients_reach_every_matrix(student, draw):
    first, second = draw.sample(range(3), 2)
    tokens, seed = [first, second, first], draw.randrange(1000)
    factors, weights = draw.matrix(3, 3), oracle.draw_weights(TWO_LAYERS, seed)
    rows = {name: draw.randrange(len(weights[name])) for name in weights}
    rows.update(wte=first, wpe=draw.randrange(3))  # rows that are used: others have no gradient
    answer = student.logits_gradients(tokens, factors, rows, TWO_LAYERS, seed)

    def result():
        return oracle.weighted(factors, oracle.read(tokens, weights, TWO_LAYERS)[0])

    must_be_gradients(answer, {name: oracle.slopes(result, weights[name][rows[name]]) for name in rows})
