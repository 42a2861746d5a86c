"""Public checks of lab 1. Expected values and exact slopes come from oracle.py."""

from autograder.grading.checks import check
from autograder.parts.lab1 import oracle
from autograder.parts.part05 import oracle as part5

# All sizes differ where they can: two heads of two numbers, two layers.
SIZES = {"vocab_size": 5, "n_embd": 4, "n_head": 2, "n_layer": 2, "block_size": 3}
GRAPH = "look for .data or a new Value(...), which cuts the graph between the input and the result"


def norm_of(draw, length):
    """x, gain and bias."""
    return draw.numbers(length), draw.numbers(length, 0.5, 2.0), draw.numbers(length)


@check("L1.1", points=1)
def test_layernorm_makes_the_mean_0_and_the_variance_1(student, draw):
    """layernorm makes the mean 0 and the variance 1."""
    by_hand = "by hand: the mean of 1 and 5 is 3, so -2 and 2 are left; their variance is 4, its root 2: -1 and 1"
    for x, likely in (
        ([1, 5], by_hand),
        (draw.numbers(5), by_hand),
        (draw.numbers(30), "is a size fixed in your code?"),
    ):
        gain, bias = [1.0] * len(x), [0.0] * len(x)
        # The tolerance leaves what becomes of eps to another check.
        student.layernorm_outputs(x, gain, bias).must_be(oracle.layernorm(x, gain, bias), likely, tolerance=1e-4)


@check("L1.1", points=0.5)
def test_layernorm_multiplies_by_the_gain_and_adds_the_bias(student, draw):
    """layernorm multiplies by the gain, then adds the bias."""
    by_hand = "by hand: the norm makes -1 and 1; gains 2 and 3 make these -2 and 3; biases 10 and 20 make them 8 and 23"
    for x, gain, bias in (([1, 5], [2, 3], [10, 20]), norm_of(draw, 6)):
        expected = oracle.layernorm(x, gain, bias)
        student.layernorm_outputs(x, gain, bias).must_be(expected, by_hand, tolerance=1e-4)


@check("L1.1", points=0.5)
def test_layernorm_adds_eps_inside_the_root(student, draw):
    """layernorm adds eps to the variance, inside the root."""
    by_hand = "by hand: the variance of 0.1 and -0.1 is 0.01. With eps it is 0.16, whose root is 0.4: 0.25 and -0.25"
    cases = [([0.1, -0.1], [1, 1], [0, 0], 0.15), (*norm_of(draw, 3), draw.number(0.1, 2.0))]
    for x, gain, bias, eps in cases:
        student.layernorm_with_eps(x, gain, bias, eps).must_be(oracle.layernorm(x, gain, bias, eps), by_hand)
    x = [number / 1000 for number in draw.numbers(4)]
    gain, bias = [1.0] * 4, [0.0] * 4
    student.layernorm_outputs(x, gain, bias).must_be(
        oracle.layernorm(x, gain, bias), "your eps is right when it is passed: the default must be 1e-5", tolerance=1e-7
    )


@check("L1.1", points=0.5)
def test_layernorm_passes_gradients_to_x_gain_and_bias(student, draw):
    """layernorm passes gradients to x, to the gains and to the biases."""
    for length in (2, 5):
        x, gain, bias = norm_of(draw, length)
        factors = draw.numbers(length)
        inputs = {"x": x, "gain": gain, "bias": bias}

        def result(inputs=inputs, factors=factors):
            return part5.weighted(factors, oracle.layernorm(**inputs))

        expected = {name: part5.slopes(result, numbers) for name, numbers in inputs.items()}
        student.layernorm_gradients(x, gain, bias, factors).must_be(
            expected, f"mean and variance depend on x too, so compute them with Values; and {GRAPH}", tolerance=1e-7
        )


@check("L1.2", points=1)
def test_gelu_is_x_times_a_smooth_step(student, draw):
    """gelu is x times a smooth step."""
    for numbers in ([1, -1, 0], draw.numbers(4)):
        student.gelu_outputs(numbers).must_be(
            [oracle.gelu(x) for x in numbers],
            "by hand: for x = 1 u is 0.7979 * 1.0447 = 0.8336, exp(-2u) is 0.1888, and 1 / 1.1888 = 0.8412",
        )


@check("L1.2", points=0.5)
def test_gelu_has_the_slope_of_its_formula(student, draw):
    """gelu has the slope of its formula."""
    numbers = [0.5, -0.5, *draw.numbers(3)]
    student.gelu_slopes(numbers).must_be(
        [slope(number) for number in numbers],
        GRAPH,
    )


def slope(number):
    x = [number]
    return part5.slopes(lambda: oracle.gelu(x[0]), x)[0]


@check("L1.3", points=1)
def test_the_matrices_are_part_4s_and_the_norms_follow(student, draw):
    """the matrices are drawn as in part 4, and the norms follow, layer by layer."""
    for sizes, std in ((SIZES, 0.5), ({**SIZES, "n_layer": 3, "n_embd": 6}, draw.number(0.1, 1.0))):
        seed = draw.randrange(1000)
        drawn = part5.draw_weights(sizes, seed, std)
        expected = [[name, [row[0] for row in rows]] for name, rows in drawn.items()]
        expected += [[name, [1.0, 0.0]] for name in oracle.norms(sizes)]
        student.new_model(sizes, seed, std).must_be(
            expected, "call init_state_dict of part 4 with rng and std, and add to the dict that it returns"
        )


@check("L1.3", points=0.5)
def test_a_new_norm_has_gains_1_and_biases_0(student, draw):
    """a new norm has two rows: gains of 1, biases of 0."""
    sizes = {**SIZES, "n_embd": 2 * draw.randint(1, 3)}
    ones_and_zeros = [[1.0] * sizes["n_embd"], [0.0] * sizes["n_embd"]]
    student.new_norms(sizes, draw.randrange(1000)).must_be(
        {name: ones_and_zeros for name in oracle.norms(sizes)}, "each matrix has two rows, one number per dimension"
    )


@check("L1.4", points=1.5)
def test_the_logits_of_the_first_token(student, draw):
    """the logits after one token."""
    for sizes in ({**SIZES, "n_layer": 1, "n_embd": 2}, SIZES):
        tokens, seed = [draw.randrange(SIZES["vocab_size"])], draw.randrange(1000)
        student.logits(tokens, sizes, seed).must_be(
            oracle.read(tokens, oracle.weights(sizes, seed), sizes),
            "go through the steps one by one: no norm before the first layer, ln1, ln2, and ln_f before lm_head",
        )


@check("L1.4", points=1)
def test_the_logits_of_later_tokens(student, draw):
    """the logits after several tokens, with the caches of all layers."""
    tokens, seed = [draw.randrange(SIZES["vocab_size"]) for _ in range(3)], draw.randrange(1000)
    right = oracle.read(tokens, oracle.weights(SIZES, seed), SIZES)
    student.logits_twice(tokens, SIZES, seed).must_be(
        [right, right], "each layer has its own cache: give multi_head_attention all of them, and the layer's number"
    )
