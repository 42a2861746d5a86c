"""Public checks of lab 2. The first call of a check can be worked out by hand, random words follow."""

from autograder.grading.checks import check
from autograder.parts.lab2 import oracle

BY_EYE = "write the tokens of the first word in a row, and draw an arc from each one to the next: each arc is a pair"
SLOWLY = "after each merge, print the pair, its count and the words: at which merge do yours differ for the first time?"


def words_of(draw, count, letters="abn", longest=7):
    """Made-up words of few letters, so that pairs repeat."""
    return [draw.word(2, longest, letters) for _ in range(count)]


def sorted_counts(words):
    return sorted([*pair, count] for pair, count in oracle.pair_counts(words).items())


@check("L2.1", points=1)
def test_count_pairs_counts_neighbours(student, draw):
    """count_pairs counts each token with the one after it."""
    cases = [[["a", "n", "n", "a"], ["a", "n"]], [["an", "n", "an"], ["n"], []]]
    cases += [[list(word) for word in words_of(draw, 4)], [["ab", *word, "ab"] for word in words_of(draw, 3)]]
    for words in cases:
        student.pair_counts(words).must_be(sorted_counts(words), BY_EYE)


@check("L2.1", points=0.5)
def test_count_pairs_counts_pairs_that_overlap(student, draw):
    """count_pairs counts pairs that overlap, such as the two in a a a."""
    for words in ([["a", "a", "a"]], [["n"] * draw.randint(4, 7), list("banana")]):
        student.pair_counts(words).must_be(sorted_counts(words), "a a a has two pairs: tokens 1 and 2, tokens 2 and 3")


@check("L2.2", points=1)
def test_merge_joins_the_pair_wherever_it_occurs(student, draw):
    """merge joins the two tokens of a pair wherever they are neighbours."""
    cases = [(list("anna"), ("a", "n")), (list("banana"), ("a", "n")), (["an", "n", "a", "n"], ("an", "n"))]
    cases += [(list(draw.word(6, 12, "ab")), ("a", "b")) for _ in range(3)]
    for word, pair in cases:
        student.merged(word, pair).must_be(
            oracle.merged(word, pair), "go through the word with an index: by how much does it grow, and when?"
        )


@check("L2.2", points=1)
def test_merge_goes_from_left_to_right(student, draw):
    """merge goes from left to right, and leaves its argument as it was."""
    for word in (list("aaa"), list("aaaa"), ["b", *"a" * draw.randint(5, 8), "b"]):
        right = oracle.merged(word, ("a", "a"))
        student.merged(word, ("a", "a")).must_be(right, "a token that was just merged is used up: step over both")
        student.merged_twice(word, ("a", "a")).must_be([right, right, word], "collect the tokens in a new list")


@check("L2.3", points=1)
def test_train_bpe_merges_the_most_frequent_pair_again_and_again(student, draw):
    """train_bpe merges the most frequent pair, and counts again."""
    cases = [(["anna", "ann", "nan"], 1), (["anna", "ann", "nan"], 2), (words_of(draw, 12, "abno"), 6)]
    for docs, count in cases:
        student.merges_learned(docs, count).must_be(oracle.merges(docs, count), SLOWLY)


@check("L2.3", points=1)
def test_train_bpe_takes_the_first_of_equal_pairs(student, draw):
    """train_bpe takes the alphabetically first of equally frequent pairs, and counts repeated names."""
    first, second, third, fourth = sorted(draw.sample("abcdefghijkl", 4))
    cases = [["dc", "ba", "dc", "ba"], ["bd", "bc", "bd", "bc"], [first + fourth, second + third] * 3]
    cases += [[*["xy"] * 4, "ab", "abc"], words_of(draw, 12, "abno")]
    for docs in cases:
        student.merges_learned(docs, 2).must_be(
            oracle.merges(docs, 2), "of the pairs with the largest count, min(...) is the alphabetically first"
        )


@check("L2.4", points=0.5)
def test_the_vocabulary_begins_with_the_characters(student, draw):
    """the vocabulary is the sorted characters, then one token for each merge."""
    cases = [(["anna", "ann", "nan"], 2), (["nn", "aa"], 0), (words_of(draw, 12, "abno"), 5)]
    for docs, count in cases:
        tokens = oracle.vocabulary(docs, count)
        student.vocabulary(docs, count).must_be(
            [tokens, len(tokens), len(tokens) + 1], "print the tokens: characters first, then the merges in order"
        )


@check("L2.4", points=1)
def test_encode_applies_the_merges_in_order(student, draw):
    """encode applies the merges in the order in which they were learned."""
    cases = [(["anna", "ann", "nan"], 2, ["nanna", "a"]), (["ab", "ab", "ab", "bc", "bc"], 2, ["abc"])]
    docs = words_of(draw, 12, "abno")
    cases.append((docs, 8, [*docs[:3], *words_of(draw, 4, sorted({letter for doc in docs for letter in doc}), 12)]))
    for docs, count, words in cases:
        student.encoded(docs, count, words).must_be(
            [oracle.encoded(docs, count, word) for word in words],
            "print the word after each merge: the first merge learned comes first, whatever the word",
        )


@check("L2.4", points=0.5)
def test_decode_joins_the_tokens(student, draw):
    """decode joins the tokens and drops BOS."""
    for docs, count in ((["anna", "ann", "nan"], 2), (words_of(draw, 12, "abno"), 6)):
        rows = [oracle.encoded(docs, count, doc) for doc in docs[:4]]
        bos = rows[0][0]
        rows.append([bos, 0, bos, 1, bos])
        tokens = oracle.vocabulary(docs, count)
        student.decoded(docs, count, rows).must_be(
            [*docs[:4], tokens[0] + tokens[1]], "an id is a place in tokens, and BOS has no text"
        )


@check("L2.5", points=1)
def test_loss_per_letter_divides_all_nats_by_all_letters(student, draw):
    """loss_per_letter divides the nats of all names by their letters."""
    docs = words_of(draw, 12, "abno")
    cases = [(1.5, {"nanna": [4, 1, 3, 0, 4]}), (draw.number(1, 3), {"ab": [3, 2, 3], "ba": [3, 1, 0, 3]})]
    cases.append((draw.number(1, 3), {doc: oracle.encoded(docs, 6, doc) for doc in docs}))
    for loss, ids in cases:
        predictions, letters = sum(len(row) - 1 for row in ids.values()), sum(len(doc) + 1 for doc in ids)
        student.per_letter(loss, ids).must_be(
            loss * predictions / letters,
            "by hand: nanna is n, ann, a, BOS. 4 predictions of 1.5 nats are 6 nats, for 5 letters and the end: 1.0",
        )
