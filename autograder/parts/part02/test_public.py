"""Public checks of part 2. What is expected is written down here, by other means than the reference.

The first call of a check is small enough to follow by hand; random inputs follow, some larger than the course's own.
"""

import math
from collections import Counter

from autograder.grading.checks import check
from autograder.grading.conditions import (
    no_name_on_both_sides,
    rows_in_order,
    seed_decides,
    share_of_distinct_names,
)
from autograder.parts.part02.words import facts, ids_of, lines_of, names

LETTERS = "abcdefghijklmnopqrstuvwxyz"
CHARACTERS = LETTERS + "ADEKMRZ' -"
SMALL = ["emma", "ava"]
FOUR = ["mia", "ava", "mia", "eve", "zoe", "ava"]
AB = ["ab", "b"]
# Of BA, whose characters do not come in the order of the alphabet: a row and a column for a, b and BOS.
BA, COUNTS = ["ba", "a"], [[0, 3, 1], [2, 0, 1], [1, 1, 0]]
FIXED_SIZE = "the smaller inputs passed and this one is larger than the course's own: is a size fixed in your code?"


def with_repeats(draw, distinct):
    """Every word once, some again several times, in any order."""
    rows = [*distinct, *draw.sample(distinct, len(distinct) // 3) * 3]
    draw.shuffle(rows)
    return rows


def many_names(draw):
    """More than a dozen names, one longer than block_size, of 31 characters. The last name brings a new one."""
    letters = draw.sample(CHARACTERS, 31)
    docs = [*names(draw, 20, letters[1:]), draw.word(20, 30, letters[1:])]
    return [*docs, "".join(letter for letter in letters if letter not in "".join(docs)) + docs[0]]


@check("2.1", points=0.5)
def test_load_docs_strips_the_blanks_around_a_line(student):
    """load_docs strips the spaces around a line."""
    for name in ("pad.txt", "padded.txt"):
        holds = student.files[name].decode("utf-8")
        student.sorted_docs_of(name, holds).must_be(
            sorted(lines_of(holds)),
            likely="print repr(line) for the first and the last line, before and after you strip it",
        )


@check("2.1", points=0.5)
def test_load_docs_skips_empty_lines(student):
    """load_docs skips empty lines."""
    for name in ("gap.txt", "gaps.txt"):
        holds = student.files[name].decode("utf-8")
        student.sorted_docs_of(name, holds).must_be(
            sorted(lines_of(holds)), likely="a line of spaces is empty too: what is left of it after strip()?"
        )


@check("2.1", points=0.5)
def test_load_docs_keeps_order_and_repeated_lines(student):
    """load_docs keeps the order and repeated lines."""
    for name in ("twice.txt", "again.txt"):
        holds = student.files[name].decode("utf-8")
        student.docs_of(name, holds).must_be(lines_of(holds), likely="go through the file and your list, line by line")


@check("2.2", points=0.5)
def test_chars_are_the_sorted_characters_and_bos_comes_after_them(student, draw):
    """chars are sorted, and bos comes after them."""
    by_hand = "by hand: the characters are a, e, m and v with the numbers 0 to 3, so bos is 4, and there are 5 tokens"
    for docs, likely in (
        (SMALL, by_hand),
        (
            names(draw, 5, draw.sample(CHARACTERS, 9)),
            "compare chars first, then bos, which is the number of characters",
        ),
        (many_names(draw), FIXED_SIZE),
    ):
        student.facts_of_tokenizer(docs).must_be(facts(docs), likely)


@check("2.2", points=0.5)
def test_encode_puts_bos_before_and_after(student, draw):
    """encode adds BOS before and after."""
    drawn, many = names(draw, 5, draw.sample(CHARACTERS, 9)), many_names(draw)
    for docs, words, likely in (
        (SMALL, ["ava"], "by hand: BOS is 4, a is 0 and v is 3"),
        (drawn, [drawn[2], "", drawn[0][::-1]], "BOS, the position of each character in chars, and BOS again"),
        (many, many, FIXED_SIZE),
    ):
        student.encoded(docs, words).must_be([ids_of(docs, word) for word in words], likely)


@check("2.2", points=0.5)
def test_decode_gives_the_characters_back(student, draw):
    """decode returns the characters."""
    drawn, many = names(draw, 5, draw.sample(CHARACTERS, 9)), many_names(draw)
    for docs, words, likely in (
        (SMALL, ["ava"], "by hand: 4 is BOS, 0 is a and 3 is v"),
        (drawn, [drawn[1], drawn[3][::-1]], "chars[i] for each number i that is a character, joined"),
        (many, many, FIXED_SIZE),
    ):
        student.decoded(docs, [ids_of(docs, word) for word in words]).must_be(words, likely)


@check("2.3", points=0.5)
def test_no_name_stands_on_both_sides(student, draw):
    """no name is on both sides."""
    twins = ["mia", "ava"] * 4
    for docs, share, least in ((twins, 0.5, 0), (with_repeats(draw, names(draw, 40)), 0.25, 2)):
        student.split(docs, share, draw.randint(1, 999)).must_meet(
            no_name_on_both_sides,
            likely="what do you draw: rows, or distinct names? All rows of a name belong on the same side",
            docs=docs,
            least=least,
        )


@check("2.3", points=0.5)
def test_the_share_is_one_of_distinct_names(student, draw):
    """the share counts distinct names."""
    few, docs, many = (
        ["mia"] * 5 + ["ava", "eve", "zoe", "ida", "lou"],
        *(with_repeats(draw, names(draw, n)) for n in (47, 130)),
    )
    answers = [
        (student.split(few, 0.3, draw.randint(1, 999)), few, 2),  # 1.8
        (student.split_as_usual(docs), docs, 5),  # a tenth: 4.7
        (student.split(docs, 0.6, draw.randint(1, 999)), docs, 28),  # 28.2
        (student.split(docs, 0.0, draw.randint(1, 999)), docs, 0),
        (student.split(many, 0.3, draw.randint(1, 999)), many, 39),
        (student.split(many, 0.5, draw.randint(1, 999)), many, 65),
    ]
    for answer, docs, held in answers:
        answer.must_meet(
            share_of_distinct_names,
            likely="by hand: count the distinct names of docs, and those of each of your two sides",
            docs=docs,
            held=held,
        )


@check("2.3", points=0.5)
def test_rows_keep_their_order_on_both_sides(student, draw):
    """rows keep their order on both sides."""
    for docs, share, least in ((FOUR, 0.5, 0), (with_repeats(draw, names(draw, 30)), 0.3, 1)):
        student.split(docs, share, draw.randint(1, 999)).must_meet(
            rows_in_order,
            likely="once you know the held-out names, go through docs from its beginning, without sorting",
            docs=docs,
            least=least,
        )


@check("2.3", points=0.5)
def test_the_seed_decides_the_split(student, draw):
    """the seed determines the split."""
    docs, seeds = with_repeats(draw, names(draw, 40)), draw.sample(range(1, 1000), 2)
    student.splits(docs, 0.3, [*seeds, seeds[0]]).must_meet(
        seed_decides,
        likely="which random draws does your function make, and does each come from random.Random(seed)?",
        docs=docs,
    )


@check("2.4", points=1)
def test_bigrams_count_who_follows_whom(student, draw):
    """bigram_counts counts which token follows which."""
    student.bigrams(AB).must_be(
        table_of(AB, AB), likely="by hand: ab has the pairs BOS-a, a-b and b-BOS, and b has BOS-b and b-BOS; BOS is 2"
    )
    docs = names(draw, 6, draw.sample(LETTERS, 5))
    docs += docs[:2]
    groups = [docs, docs[:1], docs[:1]]
    student.bigrams_of_groups(docs, groups).must_be(
        [table_of(docs, group) for group in groups],
        likely="each call makes a new table with the size of the tokenizer argument, whatever docs contain",
    )
    many = many_names(draw)
    student.bigrams(many).must_be(table_of(many, many), FIXED_SIZE)


@check("2.4", points=1)
def test_bigram_loss_adds_one_to_each_count(student, draw):
    """bigram_loss adds one to each count."""
    student.bigram_losses(BA, COUNTS, [["ba"], ["ba"]]).must_be(
        [mean_surprise(BA, COUNTS, ["ba"])] * 2,
        likely="by hand: BOS-b has (1 + 1) / (2 + 3), b-a (2 + 1) / (3 + 3), a-BOS (1 + 1) / (4 + 3); BOS is 2",
    )
    all_docs, counts = drawn_counts(draw)
    docs = [[doc] for doc in all_docs[:3]]
    student.bigram_losses(all_docs, counts, docs).must_be(
        [mean_surprise(all_docs, counts, group) for group in docs],
        likely="print the count, the sum of its row and P for the first pair, and work P out by hand",
    )
    # No pair of these docs was seen, among a million others: a loss near 14.
    others = [draw.randint(900_000, 1_100_000) for _ in counts]
    seen = set().union(*(pairs_of(all_docs, doc) for doc in all_docs))
    rare = [[0 if (a, b) in seen else others[a] for b in range(len(counts))] for a in range(len(counts))]
    student.bigram_losses(all_docs, rare, docs).must_be(
        [mean_surprise(all_docs, rare, group) for group in docs],
        likely="a pair never seen has the count 0 + 1. Its surprise may be large: is yours limited?",
    )


@check("2.4", points=0.5)
def test_bigram_loss_is_a_mean_over_all_pairs(student, draw):
    """bigram_loss is a mean over all pairs."""
    student.bigram_losses(BA, COUNTS, [BA]).must_be(
        [mean_surprise(BA, COUNTS, BA)],
        likely="by hand: ba has three pairs and a has two; add up the five values of -log P and divide once, by 5",
    )
    all_docs, counts = drawn_counts(draw)
    short, long = all_docs[0][:2], all_docs[1] + all_docs[2]
    groups = [[short, long], [short, short, long], all_docs]
    student.bigram_losses(all_docs, counts, groups).must_be(
        [mean_surprise(all_docs, counts, docs) for docs in groups],
        likely="print the sum of all -log P and the number of all pairs",
    )
    many = many_names(draw)
    counts = [[draw.randint(0, 50) for _ in range(32)] for _ in range(32)]
    student.bigram_losses(many, counts, [many]).must_be([mean_surprise(many, counts, many)], FIXED_SIZE)


def drawn_counts(draw):
    """Some words, and a table of counts for their characters and BOS in which no two rows or columns are alike."""
    docs = names(draw, 6, draw.sample(LETTERS, 5))
    size = len(set("".join(docs))) + 1
    return docs, [[draw.randint(0, 20 * (row + 1)) for _ in range(size)] for row in range(size)]


def table_of(all_docs, docs):
    """How often each pair of characters, or BOS, comes in docs."""
    size = len(set("".join(all_docs))) + 1
    counts = Counter(pair for doc in docs for pair in pairs_of(all_docs, doc))
    return [[counts[row, column] for column in range(size)] for row in range(size)]


def pairs_of(all_docs, doc):
    """The neighbours in one doc, as numbers, BOS at both ends."""
    ids = ids_of(all_docs, doc)
    return list(zip(ids, ids[1:]))


def mean_surprise(all_docs, counts, docs):
    """Nats per pair, from one logarithm for each pair."""
    pairs = [pair for doc in docs for pair in pairs_of(all_docs, doc)]
    return math.fsum(math.log((sum(counts[a]) + len(counts)) / (counts[a][b] + 1)) for a, b in pairs) / len(pairs)
