"""Public checks of part 2. What is expected is written down here, by other means than the reference."""

import math
from collections import Counter

from autograder.grading.checks import check
from autograder.grading.conditions import (
    no_name_on_both_sides,
    rows_in_order,
    seed_decides,
    share_of_distinct_names,
)
from autograder.parts.part02.words import ids_of, names

CHARACTERS = "abcdefghijklmnopqrstuvwxyzADEKMRZ' -"


def lines_of(content):
    """The lines that are not empty, blanks around them cut."""
    return [line.strip() for line in content.decode("utf-8").split("\n") if line.strip()]


def with_repeats(draw, distinct):
    """Every word once, some again several times, in any order."""
    rows = [*distinct, *draw.sample(distinct, len(distinct) // 3) * 3]
    draw.shuffle(rows)
    return rows


@check("2.1", points=0.5)
def test_load_docs_strips_the_blanks_around_a_line(student):
    likely = "take the blanks (and the line's end) off both sides of each line: line.strip()."
    student.docs_of("plain.txt").must_be(lines_of(student.files["plain.txt"]), likely=likely)
    student.docs_of("padded.txt").must_be(lines_of(student.files["padded.txt"]), likely=likely)


@check("2.1", points=0.5)
def test_load_docs_skips_empty_lines(student):
    student.docs_of("gaps.txt").must_be(
        lines_of(student.files["gaps.txt"]), likely="keep a line only when something is left of it after strip()."
    )


@check("2.1", points=0.5)
def test_load_docs_keeps_order_and_repeated_lines(student):
    student.docs_of("plain.txt").must_be(
        lines_of(student.files["plain.txt"]), likely="a list in the file's order: no set, no sorting."
    )


@check("2.2", points=0.5)
def test_chars_are_the_sorted_characters_and_bos_comes_after_them(student, draw):
    docs = names(draw, 5, draw.sample(CHARACTERS, 9))
    chars = sorted(set("".join(docs)))
    student.facts_of_tokenizer(docs).must_be(
        [chars, len(chars), len(chars) + 1],
        likely="chars: each character once, sorted. bos is the number after the last one; vocab_size counts it too.",
    )


@check("2.2", points=0.5)
def test_encode_puts_bos_before_and_after(student, draw):
    docs = names(draw, 5, draw.sample(CHARACTERS, 9))
    words = [docs[2], docs[0][::-1]]
    student.encoded(docs, words).must_be(
        [ids_of(docs, word) for word in words],
        likely="BOS, then the position of each character in chars, then BOS again.",
    )


@check("2.2", points=0.5)
def test_decode_gives_the_characters_back(student, draw):
    docs = names(draw, 5, draw.sample(CHARACTERS, 9))
    words = [docs[1], docs[3][::-1]]
    student.decoded(docs, [ids_of(docs, word) for word in words]).must_be(
        words, likely="join the characters of the numbers, and leave BOS out."
    )


@check("2.3", points=0.5)
def test_no_name_stands_on_both_sides(student, draw):
    docs = with_repeats(draw, names(draw, 40))
    student.split(docs, 0.25, draw.randint(1, 999)).must_meet(
        no_name_on_both_sides,
        likely="draw among the distinct names, then let every row go where its name went.",
        docs=docs,
    )


@check("2.3", points=0.5)
def test_the_share_is_one_of_distinct_names(student, draw):
    docs = with_repeats(draw, names(draw, 47))
    answers = [
        (student.split_as_usual(docs), 5),  # a tenth: 4.7
        (student.split(docs, 0.6, draw.randint(1, 999)), 28),  # 28.2
        (student.split(docs, 0.0, draw.randint(1, 999)), 0),
    ]
    for answer, held in answers:
        answer.must_meet(
            share_of_distinct_names,
            likely="the share is of the distinct names, rounded; repeated rows do not count.",
            docs=docs,
            held=held,
        )


@check("2.3", points=0.5)
def test_rows_keep_their_order_on_both_sides(student, draw):
    docs = with_repeats(draw, names(draw, 30))
    student.split(docs, 0.3, draw.randint(1, 999)).must_meet(
        rows_in_order,
        likely="decide first which names are held out, then go through docs once more from its beginning.",
        docs=docs,
    )


@check("2.3", points=0.5)
def test_the_seed_decides_the_split(student, draw):
    docs, seeds = with_repeats(draw, names(draw, 40)), draw.sample(range(1, 1000), 2)
    student.splits(docs, 0.3, [*seeds, seeds[0]]).must_meet(
        seed_decides,
        likely="draw with random.Random(seed), so that the seed alone decides who is held out.",
        docs=docs,
        held=12,
    )


@check("2.4", points=1)
def test_bigrams_count_who_follows_whom(student, draw):
    docs = names(draw, 6, draw.sample("abcdefghijklmnopqrstuvwxyz", 5))
    docs += docs[:2]
    likely = "counts[a][b] grows by 1 for each pair of neighbours a, b in [BOS, ..., BOS]: the row is the first."
    student.bigrams(docs).must_be(table_of(docs, docs), likely)
    likely = "the table has vocab_size rows and columns, those of the tokenizer that is given, whatever docs hold."
    student.bigrams_of_some(docs, docs[:1]).must_be(table_of(docs, docs[:1]), likely)


@check("2.4", points=1)
def test_bigram_loss_adds_one_to_each_count(student, draw):
    all_docs, counts = drawn_counts(draw)
    docs = [[doc] for doc in all_docs[:3]]
    student.bigram_losses(all_docs, counts, docs).must_be(
        [mean_surprise(all_docs, counts, group) for group in docs],
        likely="P is (the pair's count + 1) / (the row's sum + vocab_size); the loss is the mean of -math.log(P).",
    )
    # No pair of these docs was seen, among a million others: a loss near 14.
    others = [draw.randint(900_000, 1_100_000) for _ in counts]
    seen = set().union(*(pairs_of(all_docs, doc) for doc in all_docs))
    rare = [[0 if (a, b) in seen else others[a] for b in range(len(counts))] for a in range(len(counts))]
    student.bigram_losses(all_docs, rare, docs).must_be(
        [mean_surprise(all_docs, rare, group) for group in docs],
        likely="a pair never seen has the count 0 + 1: it is unlikely, and its surprise has no upper end.",
    )


@check("2.4", points=0.5)
def test_bigram_loss_is_a_mean_over_all_pairs(student, draw):
    all_docs, counts = drawn_counts(draw)
    short, long = all_docs[0][:2], all_docs[1] + all_docs[2]
    groups = [[short, long], [short, short, long], all_docs]
    student.bigram_losses(all_docs, counts, groups).must_be(
        [mean_surprise(all_docs, counts, docs) for docs in groups],
        likely="add up the surprise of all pairs of all names, and divide once, by the number of pairs.",
    )


def drawn_counts(draw):
    """Some words, and a table of counts for their characters and BOS in which no two rows or columns are alike."""
    docs = names(draw, 6, draw.sample("abcdefghijklmnopqrstuvwxyz", 5))
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
    """Nats per pair, as one logarithm of a product."""
    pairs = [pair for doc in docs for pair in pairs_of(all_docs, doc)]
    product = math.prod((sum(counts[a]) + len(counts)) / (counts[a][b] + 1) for a, b in pairs)
    return math.log(product) / len(pairs)
