"""A strong recipe for the leaderboard: 32 names per step, Muon on whitened gradients for the layer, SOAP for tokens.

1. 32 names per step instead of one: the gradient of one name is mostly noise.
2. Muon for the matrices of the layer. Adam treats each number separately. Muon treats a matrix as a map of vectors: it
   moves all directions at the same rate, also those with a small gradient.
   Keller Jordan, 2024: https://kellerjordan.github.io/posts/muon/
3. Whitening before Muon. Some directions have large gradients at every step. Two matrices, one for the rows of the
   gradient and one for its columns, scale all directions to about the same size. So Muon sees what is unusual.
   Shampoo, Vineet Gupta and others, 2018: https://arxiv.org/abs/1802.09568
   Whitening before Muon: Mousse, Yechen Zhang and others, 2026: https://arxiv.org/abs/2603.09697
4. SOAP for wte and lm_head: Adam along other axes, in which the columns of the gradient are not correlated.
   Nikhil Vyas and others, 2024: https://arxiv.org/abs/2409.11321
5. Momentum looks two steps ahead. Muon looks one step ahead, Adam none.
   Adam with one step: Nadam, Timothy Dozat, 2016: https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ
6. A larger learning rate and a smaller momentum for Adam.

benchmarks/recipe_changes.md says what each change gains, and what did not help.
"""

from operator import mul

METHOD = "Muon on whitened gradients for the layer (rate 0.02), SOAP for the tokens (rate 0.045), both fall to 0."
SHOW_METHOD = True

NUM_STEPS = 1000
MUON_LR, MUON_MOMENTUM = 0.02, 0.95
ADAM_LR, ADAM_MOMENTUM, BETA2 = 0.045, 0.8, 0.99
AHEAD = 2  # steps
MEMORY, DAMPING = 0.95, 1e-3  # of the covariances

means, squares = {}, {}  # running means of the gradient, and of its square in Adam's axes
row_covariance, column_covariance = {}, {}  # running means of g·gᵀ and of gᵀ·g
axes, row_whitening, column_whitening = {}, {}, {}  # computed from the covariances at the last refresh


def initial_std(matrix: str) -> float:
    """The same standard deviation for all, as in microgpt: other values improved nothing beyond noise."""
    return 0.08


def batch_size(step: int) -> int:
    """The maximum number of names per step."""
    return 32


def update(step: int, weights: dict, gradient: dict) -> dict:
    """Update every matrix. The learning rates fall in a straight line."""
    decay = 1 - step / NUM_STEPS
    for name, w in weights.items():
        rows = split(gradient[name], 64 if name.endswith("fc2") else 16)
        move = muon(name, rows, step) if "layer" in name else adam(name, rows, step)
        weights[name] = [old - decay * change for old, change in zip(w, flat(move))]
    return weights


def is_refresh(step: int) -> bool:
    """Whether to compute axes and whitening again. More often at the start, when the covariances are new."""
    return step % 50 == 0 or step in (1, 2, 4, 8, 16)


def look_ahead(name: str, rows: list, momentum: float) -> list:
    """The running mean of the gradient, moved on towards this gradient, as Nesterov's momentum is."""
    means[name] = running_mean(means.get(name), rows, momentum)
    return running_mean(means[name], rows, 1 - AHEAD * (1 - momentum))


# The layer: Muon on whitened gradients


def muon(name: str, rows: list, step: int) -> list:
    """The orthogonal matrix nearest to the whitened mean of the gradient."""
    tall = len(rows) > len(rows[0])
    if tall:  # fc1, with 64 rows of 16: transposed, because `orthogonal` needs at least as many columns as rows
        rows = transposed(rows)
    ahead = look_ahead(name, rows, MUON_MOMENTUM)
    turned = orthogonal(whitened(name, rows, ahead, step))
    move = [[MUON_LR * number for number in row] for row in turned]
    return transposed(move) if tall else move


def whitened(name: str, rows: list, ahead: list, step: int) -> list:
    """Multiply the mean gradient by the inverse fourth roots of both covariances, on the left and on the right."""
    columns = transposed(rows)
    row_covariance[name] = running_mean(row_covariance.get(name), gram(rows), MEMORY)
    column_covariance[name] = running_mean(column_covariance.get(name), gram(columns), MEMORY)
    if is_refresh(step):
        row_whitening[name] = inverse_fourth_root(row_covariance[name])
        column_whitening[name] = inverse_fourth_root(column_covariance[name])
    return product(product(row_whitening[name], transposed(ahead)), column_whitening[name])


def inverse_fourth_root(matrix: list) -> list:
    """A^(-1/4) of a symmetric matrix A, by Newton's iteration: root -> A^(-1/4) while rest -> 1.

    The damping is added to all eigenvalues, so that directions without a gradient are not magnified without limit.
    Chun-Hua Guo and Nicholas Higham, 2006: https://doi.org/10.1137/050643374
    """
    size = range(len(matrix))
    norm = sum(number * number for number in flat(matrix)) ** 0.5 + 1e-30
    rest = [[2.5 * (matrix[i][j] / norm + DAMPING * (i == j)) for j in size] for i in size]
    root = [[(2.5 / norm) ** 0.25 * (i == j) for j in size] for i in size]
    for _ in range(11):
        factor = [[1.25 * (i == j) - rest[i][j] / 4 for j in size] for i in size]
        root = symmetric_product(root, factor)
        squared = gram(factor)
        rest = symmetric_product(gram(squared), rest)
    return root


def orthogonal(x: list) -> list:
    """Pull all singular values of a matrix near 1 and leave its directions: Newton and Schulz's iteration.

    x: at least as many columns as rows. Each round applies the polynomial 3.4445 s - 4.775 s^3 + 2.0315 s^5 to every
    singular value s: it lifts the small ones by more than three and keeps those near 1 between 0.7 and 1.2.
    Two rounds are enough, because whitening has made the singular values similar.
    """
    length = sum(number * number for number in flat(x)) ** 0.5 + 1e-12
    x = [[number / length for number in row] for row in x]
    for _ in range(2):
        a = gram(x)
        mixed = [[-4.775 * p + 2.0315 * q for p, q in zip(*rows)] for rows in zip(a, gram(a))]
        for i, row in enumerate(mixed):
            row[i] += 3.4445
        x = product(mixed, transposed(x))
    return x


# Embeddings and lm_head: Adam, for the tokens in the axes of the gradient (SOAP)


def adam(name: str, rows: list, step: int) -> list:
    """The update of part 6's Adam with the momentum looked at ahead; in turned axes for wte and lm_head."""
    ahead = look_ahead(name, rows, ADAM_MOMENTUM)
    turned = name != "wpe"
    if turned:
        turn_axes(name, rows, step)
        rows, ahead = product(rows, axes[name]), product(ahead, axes[name])
    squares[name] = running_mean(squares.get(name), [[g * g for g in row] for row in rows], BETA2)
    # The running means start at 0. These factors correct for it: 1 / the sum of the weights of all gradients so far.
    new = AHEAD * (1 - ADAM_MOMENTUM)
    mean_scale = 1 / (new + (1 - new) * (1 - ADAM_MOMENTUM ** (step + 1)))
    square_scale = 1 / (1 - BETA2 ** (step + 1))
    move = [
        [ADAM_LR * mean_scale * a / ((square_scale * b) ** 0.5 + 1e-8) for a, b in zip(*pair)]
        for pair in zip(ahead, squares[name])
    ]
    return product(move, transposed(axes[name])) if turned else move


def turn_axes(name: str, rows: list, step: int) -> None:
    """Set the axes to the eigenvectors of the columns' covariance: repeated multiplication, then Gram and Schmidt."""
    column_covariance[name] = running_mean(column_covariance.get(name), gram(transposed(rows)), MEMORY)
    if is_refresh(step):
        found = axes.get(name) or [[float(i == j) for j in range(16)] for i in range(16)]
        for _ in range(10):
            found = orthonormal(product(found, column_covariance[name]))
        axes[name] = found


def orthonormal(rows: list) -> list:
    """Gram and Schmidt: subtract from every row what points along the rows before it, and scale it to length 1."""
    done = []
    for row in rows:
        for other in done:
            along = sum(map(mul, row, other))
            row = [a - along * b for a, b in zip(row, other)]
        length = sum(map(mul, row, row)) ** 0.5 + 1e-30
        done.append([a / length for a in row])
    return done


# Matrices are lists of rows


def running_mean(old: list | None, new: list, keep: float) -> list:
    """An exponential moving average that starts at 0."""
    old = old or [[0.0] * len(new[0])] * len(new)
    return [[keep * a + (1 - keep) * b for a, b in zip(*pair)] for pair in zip(old, new)]


def product(rows: list, others: list) -> list:
    """The dot product of every row with every one of the others."""
    return [[sum(map(mul, row, other)) for other in others] for row in rows]


def symmetric_product(rows: list, others: list) -> list:
    """The same, if it is known to be symmetric: one half is computed, the other is copied."""
    half = [[sum(map(mul, row, other)) for other in others[: i + 1]] for i, row in enumerate(rows)]
    return [row + [below[i] for below in half[i + 1 :]] for i, row in enumerate(half)]


def gram(rows: list) -> list:
    """The dot product of every row with every row."""
    return symmetric_product(rows, rows)


def split(numbers: list, columns: int) -> list:
    """A flat list as rows."""
    return [numbers[start : start + columns] for start in range(0, len(numbers), columns)]


def flat(rows: list) -> list:
    """Rows as a flat list."""
    return [number for row in rows for number in row]


def transposed(rows: list) -> list:
    """Rows as columns."""
    return [list(column) for column in zip(*rows)]
