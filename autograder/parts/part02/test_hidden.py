"""Hidden checks of part 2: other sentences of the same docstrings."""

import math
import random

from autograder.grading.checks import check
from autograder.parts.part02.words import ids_of, names


@check("2.1", points=0.5)
def test_load_docs_changes_nothing_within_a_line(student):
    likely = "only the blanks around a line go: capitals, accents and blanks inside of it stay."
    for name in ("kept.txt", "windows.txt"):
        expected = student.files[name].decode("utf-8").replace("\r", "").split("\n")
        student.docs_of(name).must_be(expected, likely=likely)


@check("2.2", points=0.5)
def test_decode_drops_bos_wherever_it_stands(student, draw):
    docs = names(draw, 4)
    chars = sorted(set("".join(docs)))
    bos, ids = len(chars), [draw.randrange(len(chars)) for _ in range(6)]
    rows = [[bos, *ids[:2], bos, bos, *ids[2:], bos], ids, [ids[0], bos], [bos, bos], []]
    expected = ["".join(chars[i] for i in row if i != bos) for row in rows]
    student.decoded(docs, rows).must_be(
        expected, likely="leave out every number that is bos, and no other: do not cut the two ends off."
    )


@check("2.2", points=0.5)
def test_each_tokenizer_has_characters_of_its_own(student, draw):
    docs, others = names(draw, 4, "aelmnrz"), names(draw, 6, "bcdeiopstu")
    chars, word = sorted(set("".join(docs))), docs[0]
    student.two_tokenizers(docs, others, word).must_be(
        [chars, len(chars), len(chars) + 1, ids_of(docs, word)],
        likely="keep what belongs to one tokenizer in self, not in the class or the module.",
    )


@check("2.3", points=0.25)
def test_a_split_touches_neither_docs_nor_the_global_generator(student, draw):
    docs, global_seed = [*names(draw, 20), *names(draw, 20)], draw.randint(1, 9999)
    answer = student.split_and_after(docs, 0.2, draw.randint(1, 999), global_seed)
    value = answer.value
    answer.must(type(value) is list and len(value) == 3, "a split, a number and the docs")
    (train, held_out), after, docs_after = value
    distinct = len(set(docs))
    answer.must(
        len(set(held_out)) == round(distinct * 0.2) and sorted(train + held_out) == sorted(docs),
        "a fifth of the distinct names held out, and every row on one side",
        likely="the share is of the distinct names.",
    )
    answer.must(
        docs_after == docs and after == random.Random(global_seed).random(),
        "docs as they were, and random.random() as if split_docs had not been called",
        likely="make a generator of your own, random.Random(seed), and shuffle a list of your own.",
    )


@check("2.3", points=0.25)
def test_the_same_seed_gives_the_same_split_in_every_run(student, draw):
    docs = names(draw, 40)
    answer = student.splits_in_runs(docs, 0.25, draw.randint(1, 999), [draw.randint(1, 9999) for _ in range(3)])
    value = answer.value
    answer.must(type(value) is list and len(value) == 3, "three splits")
    first = value[0]
    answer.must(
        all(sides == first for sides in value) and len(first[1]) == 10 and sorted(sum(first, [])) == sorted(docs),
        "10 of 40 names held out, the same ones in every run",
        likely="a set of strings has another order in each run: use dict.fromkeys(docs), or sort, before you draw.",
    )


@check("2.4", points=0.5)
def test_without_counts_every_token_is_equally_likely(student, draw):
    docs = names(draw, 4, draw.sample("abcdefghijklmnopqrstuvwxyz", 7))
    size = len(set("".join(docs))) + 1
    counts = [[0] * size for _ in range(size)]
    student.loss_and_counts_after(docs, counts).must_be(
        [math.log(size), counts],
        likely="with all counts 0, P is 1 / vocab_size; the counts themselves stay as they are.",
    )
