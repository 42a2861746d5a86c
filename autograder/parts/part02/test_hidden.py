"""Hidden checks of part 2: more promises of the same docstrings."""

import math
import random

from autograder.grading.checks import check
from autograder.grading.hidden_conditions import (
    docs_as_before,
    each_row_on_one_side,
    each_row_on_one_side_of_the_first,
    generator_as_before,
    held_out_from_all_over,
    the_same_split_in_every_run,
    three_things,
)
from autograder.parts.part02.words import facts, ids_of, lines_of, names


@check("2.1", points=0.5)
def test_load_docs_changes_nothing_within_a_line(student):
    """load_docs changes nothing within a line."""
    for name in ("inside.txt", "kept.txt", "windows.txt"):
        holds = student.files[name].decode("utf-8")
        student.sorted_docs_of(name, holds).must_be(
            sorted(lines_of(holds)), likely="compare one line of the file with yours, character by character"
        )


@check("2.2", points=0.5)
def test_decode_drops_bos_wherever_it_stands(student, draw):
    """decode drops BOS at any position."""
    likely = "by hand: which numbers are BOS? Every other one is a character, wherever it stands"
    for row, word in (([0, 3], "av"), ([4, 0, 4, 3, 4], "av"), ([4], "")):
        student.decoded(["emma", "ava"], [row]).must_be([word], likely)
    docs = names(draw, 4)
    chars = sorted(set("".join(docs)))
    bos, ids = len(chars), [draw.randrange(len(chars)) for _ in range(20)]
    rows = [[bos, *ids[:2], bos, bos, *ids[2:], bos], ids, [ids[0], bos], [bos, bos], []]
    student.decoded(docs, rows).must_be(["".join(chars[i] for i in row if i != bos) for row in rows], likely)


@check("2.2", points=0.5)
def test_each_tokenizer_has_characters_of_its_own(student, draw):
    """each tokenizer has its own characters."""
    docs = names(draw, 4, "aelmnrz")
    others = [*names(draw, 9, "abcdeilmnoprstz"), *docs, "lulu"]  # u comes last
    for first, second, word in ((["ba"], ["cab"], "ab"), (docs, others, docs[0])):
        expected = [{**facts(each), "encode": ids_of(each, word), "decode": word} for each in (first, second)]
        student.two_tokenizers(first, second, word).must_be(
            expected, likely="make two tokenizers and print chars and bos of the first one again: is it still its own?"
        )


@check("2.3", points=0.25)
def test_a_split_touches_neither_docs_nor_the_global_generator(student, draw):
    """a split changes neither docs nor the global generator."""
    docs, global_seed = [*names(draw, 20), *names(draw, 20)], draw.randint(1, 9999)
    answer = student.split_and_after(docs, 0.2, draw.randint(1, 999), global_seed)
    answer.must_meet(three_things, words="a split, a number and the docs")
    answer.must_meet(each_row_on_one_side, likely="count the rows of docs, and those of your two sides", docs=docs)
    answer.must_meet(
        docs_as_before, likely="sort and shuffle change the list that they get: pass them a list of your own", docs=docs
    )
    answer.must_meet(
        generator_as_before,
        likely="random.seed and random.shuffle use the shared, global generator: use rng = random.Random(seed)",
        after=random.Random(global_seed).random(),
    )


@check("2.3", points=0.25)
def test_the_same_seed_gives_the_same_split_in_every_run(student, draw):
    docs = names(draw, 40)
    answer = student.splits_in_runs(docs, 0.25, draw.randint(1, 999), [draw.randint(1, 9999) for _ in range(3)])
    answer.must_meet(three_things, words="three splits")
    likely = "count the rows of docs, and those of your two sides"
    answer.must_meet(each_row_on_one_side_of_the_first, likely, docs=docs)
    answer.must_meet(
        the_same_split_in_every_run,
        likely="the order of a set and hash() differ between runs: draw from dict.fromkeys(docs), or sort first",
    )
    answer.must_meet(
        held_out_from_all_over,
        likely="draw the held-out names with random.Random(seed), by sample or shuffle; neighbours are not random",
        docs=docs,
    )


@check("2.4", points=0.5)
def test_without_counts_every_token_is_equally_likely(student, draw):
    """without counts, all tokens are equally likely."""
    for docs in (["ab"], names(draw, 4, draw.sample("abcdefghijklmnopqrstuvwxyz", 7))):
        size = len(set("".join(docs))) + 1
        counts = [[0] * size for _ in range(size)]
        student.loss_and_counts_after(docs, counts).must_be(
            [math.log(size), counts],
            likely="with all counts 0, P is 1 / vocab_size, and the counts are still 0 afterwards",
        )
