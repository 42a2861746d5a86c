"""What a question is: words for the learner, the answer and what an explanation mentions for whoever asks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """kind: result, running or change. about: the call or the line that is asked about. lines: those of the learner's
    file that are shown, as (number, text); of a changed line the change is the last one.
    """

    kind: str
    about: str
    words: str
    lines: tuple[tuple[int, str], ...]
    answer: str
    mentions: tuple[str, ...]

    @classmethod
    def from_fields(cls, fields: dict) -> Question:
        """From its fields as JSON gives them back, with lists for tuples."""
        lines = tuple((number, text) for number, text in fields["lines"])
        return cls(**{**fields, "lines": lines, "mentions": tuple(fields["mentions"])})

    def as_data(self) -> dict:
        """As JSON holds it."""
        return {
            "kind": self.kind,
            "question": self.words,
            "lines": [{"line": number, "text": text} for number, text in self.lines],
            "answer": self.answer,
            "mentions": list(self.mentions),
        }
