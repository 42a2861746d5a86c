"""Hidden checks of lab 2: more promises of the same docstrings."""

from autograder.grading.checks import check
from autograder.parts.lab2 import oracle


@check("L2.3", points=0.5)
def test_train_bpe_stops_when_no_pair_occurs_twice(student, draw):
    """train_bpe stops when no pair occurs twice."""
    for docs, count in ((["abab"], 9), (["ab", "cd"], 3), ([draw.word(8, 12, "ab")], 20)):
        student.merges_learned(docs, count).must_be(
            oracle.merges(docs, count), "look at the largest count before you merge: below 2, stop"
        )


@check("L2.4", points=1)
def test_no_token_has_two_ids(student, draw):
    """no token has two ids, even if two merges spell the same."""
    docs = [*["xana"] * 3, *["anay"] * 2, *["na"] * 4, *["xan"] * 9, *["bana"] * 5]
    for count in (4, 6, 9):
        tokens = oracle.vocabulary(docs, count)
        student.vocabulary(docs, count).must_be(
            [tokens, len(tokens), len(tokens) + 1], "print the tokens: does one of them occur twice?"
        )
        words = ["xana", "bana", draw.word(3, 8, "anxb")]
        student.encoded(docs, count, words).must_be([oracle.encoded(docs, count, word) for word in words], "see above")
