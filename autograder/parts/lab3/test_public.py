"""Public checks of lab 3. Every expected value is the scalar model's; the tolerance is 1e-9 throughout."""

from autograder.grading.checks import check
from autograder.parts.lab3 import oracle
from autograder.parts.part05 import oracle as part5

# All sizes differ where they can: two heads of three numbers, two layers.
SIZES = {"vocab_size": 5, "n_embd": 6, "n_head": 2, "n_layer": 2, "block_size": 4}
SMALL = {"vocab_size": 3, "n_embd": 2, "n_head": 1, "n_layer": 1, "block_size": 4}  # small enough to read
FLOAT64 = "is it float64? PyTorch's default, float32, has 7 digits"


def names_of(draw, count, sizes):
    """Names as tokens, the last id being BOS."""
    bos = sizes["vocab_size"] - 1
    return [[bos, *(draw.randrange(bos) for _ in range(draw.randint(1, 5))), bos] for _ in range(count)]


@check("L3.1", points=0.5)
def test_each_matrix_is_a_tensor_that_collects_gradients(student, draw):
    """each matrix becomes a tensor of float64 that collects gradients."""
    for sizes in (SMALL, SIZES):
        weights = part5.draw_weights(sizes, 1)
        student.tensors(sizes, draw.randrange(1000)).must_be(
            [[name, "torch.float64", [len(rows), len(rows[0])], True] for name, rows in weights.items()],
            "torch.tensor(rows, dtype=..., requires_grad=...) under the same name, in the same order",
        )


@check("L3.1", points=0.5)
def test_the_tensors_have_the_numbers_of_the_values(student, draw):
    """the tensors have the numbers of the Values."""
    seed = draw.randrange(1000)
    student.tensor_numbers(SIZES, seed).must_be(
        {name: rows[0] for name, rows in part5.draw_weights(SIZES, seed).items()}, FLOAT64
    )


@check("L3.2", points=1)
def test_rmsnorm_norms_each_row_by_itself(student, draw):
    """rmsnorm norms each row by itself."""
    for x in ([[3, -4], [1, 1]], [[1, -1, 1]], draw.matrix(5, 5), draw.matrix(3, 6)):
        student.normed(x).must_be(
            [part5.rmsnorm(row) for row in x],
            "by hand: the mean square of 3 and -4 is 12.5, its root 3.536: 0.849 and -1.131; other rows do not matter",
        )


@check("L3.3", points=1)
def test_one_head_attends_to_earlier_positions_only(student, draw):
    """one head attends to its own position and earlier ones only."""
    for length in (1, 2, 4):
        x, seed = draw.matrix(length, 2), draw.randrange(1000)
        student.attention(x, 0, SMALL, seed).must_be(
            oracle.attention(x, 0, SMALL, seed),
            "print the weights: above the diagonal they are 0, each row adds up to 1, and row 0 is 1 and then zeros",
        )


@check("L3.3", points=1)
def test_every_head_has_its_own_numbers(student, draw):
    """every head has its own numbers, and the heads are joined in order."""
    for length in (1, 3, 6):
        x, seed = draw.matrix(length, 6), draw.randrange(1000)
        student.attention(x, 1, SIZES, seed).must_be(
            oracle.attention(x, 1, SIZES, seed),
            "print the shapes: (T, n) becomes (T, n_head, d) by view, then (n_head, T, d) by transpose; and back",
        )


@check("L3.4", points=1)
def test_the_logits_are_the_scalar_models(student, draw):
    """the logits of all positions are those of the scalar model."""
    for sizes in (SMALL, SIZES):
        tokens, seed = [draw.randrange(sizes["vocab_size"]) for _ in range(4)], draw.randrange(1000)
        logits, _ = part5.read(tokens, part5.draw_weights(sizes, seed), sizes)
        student.logits(tokens, sizes, seed).must_be(
            logits, "go through the steps of part 5's gpt one by one: rmsnorm, attention, add, rmsnorm, mlp, add"
        )


@check("L3.5", points=1)
def test_the_loss_is_the_scalar_models(student, draw):
    """the loss is that of the scalar model."""
    for sizes in (SMALL, SIZES):
        for name in names_of(draw, 2, sizes):
            seed = draw.randrange(1000)
            student.loss(name, sizes, seed).must_be(
                oracle.loss_and_gradients(name, sizes, seed)[0],
                "logits after each token but the last; the targets are the tokens after the first",
            )


@check("L3.5", points=0.5)
def test_the_gradients_are_the_scalar_models(student, draw):
    """the gradients are those of the scalar model."""
    (name,), seed = names_of(draw, 1, SIZES), draw.randrange(1000)
    student.gradients(name, SIZES, seed).must_be(
        oracle.loss_and_gradients(name, SIZES, seed)[1], "is there a .data, .item(), .detach() or .tolist() on the way?"
    )


@check("L3.6", points=1.5)
def test_training_has_the_losses_of_the_scalar_model(student, draw):
    """training has the losses of the scalar model, step by step."""
    for steps, lr in ((1, 0.01), (5, 0.1)):
        names, seed = names_of(draw, 3, SMALL), draw.randrange(1000)
        student.training(names, SMALL, seed, steps, lr).must_be(
            oracle.train(names, SMALL, seed, steps, lr)[0],
            "at which step do the losses differ first? 1: the loss itself. 2: the update. Later: gradients that were "
            "not zeroed, the learning rate, the names",
        )
