"""A trained model without one of its parts: a copy of its matrices in which some numbers are 0."""

from __future__ import annotations

from collections.abc import Container, Mapping

Matrices = Mapping[str, list[list]]


def without(part: str, state_dict: Matrices, config) -> dict[str, list[list]]:
    """Return the matrices with one part of the model removed. The other matrices are unchanged.

    part: what to remove, in every layer. Raises ValueError for any other text.
    - "head 1", "head 2", ...: set this head's columns of attn_wo to 0
    - "attention": set all of attn_wo to 0
    - "mlp": set all of mlp_fc2 to 0
    - "positions": replace each row of wpe by the mean of all rows, so that all positions look the same
    """
    wide = config.n_embd // config.n_head
    heads = {f"head {head + 1}": range(head * wide, (head + 1) * wide) for head in range(config.n_head)}
    if part in heads:
        return _cleared(state_dict, "attn_wo", heads[part])
    if part == "attention":
        return _cleared(state_dict, "attn_wo", range(config.n_embd))
    if part == "mlp":
        return _cleared(state_dict, "mlp_fc2", range(4 * config.n_embd))
    if part == "positions":
        rows, number = state_dict["wpe"], type(state_dict["wpe"][0][0])
        mean = [number(sum(value.data for value in column) / len(rows)) for column in zip(*rows)]
        return {**state_dict, "wpe": [mean for _ in rows]}
    raise ValueError(f"There is no part {part!r}. Choose from: {', '.join(heads)}, attention, mlp, positions.")


def _cleared(state_dict: Matrices, ending: str, columns: Container[int]) -> dict[str, list[list]]:
    """The matrices, with zeros in these columns of each one whose name ends like this."""
    cleared = dict(state_dict)
    for name, matrix in state_dict.items():
        if name.endswith(ending):
            number = type(matrix[0][0])
            cleared[name] = [
                [number(0.0) if at in columns else value for at, value in enumerate(row)] for row in matrix
            ]
    return cleared
