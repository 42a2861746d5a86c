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
def test_a_larger_vocabulary_spells_every_name(student, draw):
    """a larger vocabulary spells every name."""
    docs = [draw.word(3, 9, "aelmnr") for _ in range(40)]
    tokens = oracle.vocabulary(docs, 25)
    student.vocabulary(docs, 25).must_be(
        [tokens, len(tokens), len(tokens) + 1], "print the merges: at which of them do yours differ for the first time?"
    )
    rows = [oracle.encoded(docs, 25, doc) for doc in docs[:8]]
    student.encoded(docs, 25, docs[:8]).must_be(rows, "print the word after each merge, in the order of the merges")
    student.decoded(docs, 25, rows).must_be(docs[:8], "an id is a place in tokens, and BOS has no text")
