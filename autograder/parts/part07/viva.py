"""Calls of part 7 that can be worked out on paper: a model whose weights are all 0 knows nothing."""

from autograder.grading.part_probes import Call


def calls(draw):
    """Weights of 0 (std 0), and numbers of steps."""
    tokens, steps = draw.choice((4, 5, 8)), draw.choice((2, 3, 4))
    sizes = [tokens, 2, 1, 1, draw.choice((3, 4))]
    a, b = draw.sample("bcdefg", 2)
    knows_nothing = (
        "all logits are 0, so every token gets the same probability: the loss is ln of the vocabulary's size"
    )
    return [
        Call("7.1", "losses_of", ([[0, 1, 0], [0, 2, 1, 2, 0]], sizes, 1, 0.0), f"{knows_nothing}, for every name."),
        Call(
            "7.2",
            "losses_of_steps",
            ([[0, 1, 0], [0, 1, 0]], [0.0, 0.0], sizes, 1, 0.0),
            f"{knows_nothing}; with a learning rate of 0 the second step has learnt nothing.",
        ),
        Call(
            "7.2",
            "losses_of_steps",
            ([[0, 1, 2, 0]], [0.1], sizes, 1, 0.0),
            f"the loss from before the update is returned; {knows_nothing}.",
        ),
        Call(
            "7.3",
            "training_heard",
            ([a + b, b], steps, 1, [3, 2, 1, 1, 4]),
            "on_step is called once per step, with the step and its loss.",
            only_lengths=True,
        ),
        Call(
            "7.3",
            "training_losses",
            ([a + b, b, a], steps, 2, [3, 2, 1, 1, 4]),
            "one loss per step, not one per name.",
            only_lengths=True,
        ),
        Call("7.4", "loss_on", ([a, b + a], [a + b], [3, 2, 1, 1, 4], 1, 0.0), f"{knows_nothing}, BOS among them."),
    ]
