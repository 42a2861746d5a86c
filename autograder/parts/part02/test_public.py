"""Public checks of part 2. What is expected is written down here, by other means than the reference."""

import math
from collections import Counter

from autograder.grading.checks import check
from autograder.parts.part02.words import ids_of, names


def lines_of(content):
    """The lines that are not empty, blanks around them cut."""
    return [line.strip() for line in content.decode("utf-8").split("\n") if line.strip()]


def with_repeats(draw, distinct):
    """Every word once, some again several times, in any order."""
    rows = [*distinct, *draw.sample(distinct, len(distinct) // 3) * 3]
    draw.shuffle(rows)
    return rows


def is_split(value, docs, held):
    """Whether the two lists hold docs in their order, with `held` distinct words on the second side, none on both."""
    train, held_out = value
    second = set(held_out)
    return (
        len(second) == held
        and train == [doc for doc in docs if doc not in second]
        and held_out == [doc for doc in docs if doc in second]
    )


def sides_of(answer):
    """The two lists of strings that a split must be."""
    value = answer.value
    right = type(value) is list and len(value) == 2 and all(type(side) is list for side in value)
    answer.must(right and all(type(doc) is str for side in value for doc in side), "two lists of strings")
    return value


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
    docs = names(draw, 5, draw.sample("abcdefghijklmnopqrstuvwxyz", 9))
    chars = sorted(set("".join(docs)))
    student.facts_of_tokenizer(docs).must_be(
        [chars, len(chars), len(chars) + 1],
        likely="chars: each character once, sorted. bos is the number after the last one; vocab_size counts it too.",
    )


@check("2.2", points=0.5)
def test_encode_puts_bos_before_and_after(student, draw):
    docs = names(draw, 5, draw.sample("abcdefghijklmnopqrstuvwxyz", 9))
    words = [docs[2], docs[0][::-1]]
    student.encoded(docs, words).must_be(
        [ids_of(docs, word) for word in words],
        likely="BOS, then the position of each character in chars, then BOS again.",
    )


@check("2.2", points=0.5)
def test_decode_gives_the_characters_back(student, draw):
    docs = names(draw, 5, draw.sample("abcdefghijklmnopqrstuvwxyz", 9))
    words = [docs[1], docs[3][::-1]]
    student.decoded(docs, [ids_of(docs, word) for word in words]).must_be(
        words, likely="join the characters of the numbers, and leave BOS out."
    )


@check("2.3", points=0.5)
def test_no_name_stands_on_both_sides(student, draw):
    docs = with_repeats(draw, names(draw, 40))
    answer = student.split(docs, 0.25, draw.randint(1, 999))
    train, held_out = sides_of(answer)
    both = sorted(set(train) & set(held_out))
    likely = "draw among the distinct names, then let every row go where its name went."
    answer.must(not both, f"no name on both sides, but these are: {', '.join(both[:5])}", likely)
    answer.must(
        Counter(train) + Counter(held_out) == Counter(docs) and len(held_out) > 1 < len(train),
        f"each of the {len(docs)} rows on one side, repeated ones too (yours: {len(train)} and {len(held_out)})",
        likely,
    )


@check("2.3", points=0.5)
def test_the_share_is_one_of_distinct_names(student, draw):
    distinct = names(draw, 47)
    docs = with_repeats(draw, distinct)
    likely = "the share is of the distinct names, rounded; repeated rows do not count."
    answers = [
        (student.split_as_usual(docs), 5),  # a tenth: 4.7
        (student.split(docs, 0.6, draw.randint(1, 999)), 28),  # 28.2
        (student.split(docs, 0.0, draw.randint(1, 999)), 0),
    ]
    for answer, held in answers:
        train, held_out = sides_of(answer)
        counts = [len(set(train)), len(set(held_out))]
        complete = sorted(train + held_out) == sorted(docs)
        answer.must(
            counts == [47 - held, held] and complete,
            f"all {len(docs)} rows, with {47 - held} and {held} distinct names (yours: {counts[0]} and {counts[1]})",
            likely=likely,
        )


@check("2.3", points=0.5)
def test_rows_keep_their_order_on_both_sides(student, draw):
    docs = with_repeats(draw, names(draw, 30))
    answer = student.split(docs, 0.3, draw.randint(1, 999))
    train, held_out = sides_of(answer)
    second = set(held_out)
    expected = [[doc for doc in docs if doc not in second], [doc for doc in docs if doc in second]]
    misplaced = [f"{got} for {right}" for got, right in zip(train + held_out, sum(expected, [])) if got != right]
    answer.must(
        0 < len(second) < 30 and [train, held_out] == expected,
        f"the rows of either side in the order of docs, as often as they stand there ({', '.join(misplaced[:2])})",
        likely="decide first which names are held out, then go through docs once more from its beginning.",
    )


@check("2.3", points=0.5)
def test_the_seed_decides_the_split(student, draw):
    docs, seeds = with_repeats(draw, names(draw, 40)), draw.sample(range(1, 1000), 2)
    answer = student.splits(docs, 0.3, [*seeds, seeds[0]])
    value = answer.value
    answer.must(type(value) is list and len(value) == 3, "three splits")
    answer.must(
        all(is_split(sides, docs, 12) for sides in value) and value[0] == value[2] and value[0] != value[1],
        "12 of 40 names held out; the same ones for the same seed, others for another seed",
        likely="draw with random.Random(seed), so that the seed alone decides who is held out.",
    )


@check("2.4", points=1)
def test_bigrams_count_who_follows_whom(student, draw):
    docs = names(draw, 6, draw.sample("abcdefghijklmnopqrstuvwxyz", 5))
    docs += docs[:2]
    size = len(set("".join(docs))) + 1
    pairs = Counter(pair for doc in docs for pair in zip(ids_of(docs, doc), ids_of(docs, doc)[1:]))
    student.bigrams(docs).must_be(
        [[pairs[row, column] for column in range(size)] for row in range(size)],
        likely="counts[a][b] grows by 1 for each pair of neighbours a, b in [BOS, ..., BOS]: the row is the first.",
    )


@check("2.4", points=1)
def test_bigram_loss_adds_one_to_each_count(student, draw):
    all_docs, counts = drawn_counts(draw)
    docs = [[doc] for doc in all_docs[:3]]
    student.bigram_losses(all_docs, counts, docs).must_be(
        [mean_surprise(all_docs, counts, group) for group in docs],
        likely="P is (the pair's count + 1) / (the row's sum + vocab_size); the loss is the mean of -math.log(P).",
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


def mean_surprise(all_docs, counts, docs):
    """Nats per pair, as one logarithm of a product."""
    pairs = [pair for doc in docs for pair in zip(ids_of(all_docs, doc), ids_of(all_docs, doc)[1:])]
    product = math.prod((sum(counts[a]) + len(counts)) / (counts[a][b] + 1) for a, b in pairs)
    return math.log(product) / len(pairs)
