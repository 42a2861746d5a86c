"""Names on the board: pseudonyms, and display names that can't be confused with somebody else's."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable

LONGEST = 24  # characters
ADJECTIVES = """amber bold brave bright calm clever cosmic curious dapper eager early fabled gentle golden happy hidden
jolly keen kind lively lucky mellow merry mighty nimble noble patient placid polite proud quick quiet rapid royal rustic
silent silver sincere sleepy sly smooth solar steady sunny swift tidy tranquil vivid warm wise witty zesty""".split()
ANIMALS = """badger beaver bison crane dolphin dragonfly eagle egret falcon ferret finch fox gecko gull hare hawk heron
ibis jackdaw kestrel kiwi koala lark lemur lynx magpie marten mole moose newt ocelot orca osprey otter owl panda panther
pelican penguin puffin raven robin seal sparrow starling stork swan tapir tiger toad turtle vole walrus wren
yak""".split()

# Characters that look alike, mapped to one letter. From Unicode's table of confusable characters, reduced to those
# that the rules below allow: https://www.unicode.org/Public/security/latest/confusables.txt
LOOKS_LIKE = str.maketrans(
    "01" "3" "5" "|" "аеорсухікмтвнԁѕјԛԝһӏ" "αβγεηικνορτυχ" "ıſƽ",
    "ol" "e" "s" "l" "aeopcyxikmtbhdsjqwhl" "abyenikvoptux" "ifs",
)  # fmt: skip
PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("i", "l"), ("j", "l"))
RESERVED = ("uniform", "unigram", "bigram", "microgpt", "microgpts recipe", "baseline", "instructor", "admin")
SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")


def checked_name(text: str) -> str:
    """Return a display name as the board shows it. Raises ValueError with a message if it is not allowed."""
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if not 1 <= len(name) <= LONGEST:
        raise ValueError(f"A display name has 1 to {LONGEST} characters; this one has {len(name)}.")
    for character in name:
        if unicodedata.category(character)[0] not in "LN" and character not in " -_.'":
            raise ValueError(
                f"A display name may contain only letters, digits, spaces and - _ . ' but not {ascii(character)}."
            )
    scripts = {script for script in SCRIPTS for c in name if unicodedata.name(c, "").startswith(script)}
    if len(scripts) > 1:
        raise ValueError(
            "A display name must use letters from one alphabet, since letters from others can look the same."
        )
    if not skeleton(name):
        raise ValueError("A display name needs a letter or a digit.")
    if skeleton(name) in set(map(skeleton, RESERVED)):
        raise ValueError(f"{ascii(name)} looks like one of the board's own rows. Choose another display name.")
    return name


def skeleton(name: str) -> str:
    """A key that is equal for names that look alike: it ignores case, accents, spaces, points and similar letters."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    letters = "".join(c for c in plain if unicodedata.category(c)[0] in "LN").translate(LOOKS_LIKE)
    for pair, letter in PAIRS:
        letters = letters.replace(pair, letter)
    return letters


def pseudonym(taken: Callable[[str], bool], rng: random.Random | None = None) -> str:
    """A random name that says nothing about its owner. taken(name) returns whether somebody has it."""
    rng = rng or random.SystemRandom()
    while True:
        for number in ("", f" {rng.randint(2, 999)}"):
            name = f"{rng.choice(ADJECTIVES)} {rng.choice(ANIMALS)}{number}"
            if not taken(name):
                return name
