"""The models that part 8 is checked with: a list of seeds, so that none has to be searched for during a check."""

import pytest

from autograder.parts.part08 import oracle


@pytest.mark.parametrize("key", oracle.telling_seeds())
def test_the_seeds_of_the_list_give_models_that_tell_mistakes_apart(key):
    *sizes, _, temperature = key.split()
    sizes, seeds = list(map(int, sizes)), oracle.telling_seeds()[key]
    letters = "abcdefghijklmnopqrstuvwxyz"[: sizes[0] - 1]
    assert len(set(seeds)) == oracle.SEEDS_EACH
    for seed in seeds[::9]:
        assert oracle.is_telling(*oracle.model_of(letters, sizes, seed), float(temperature)), seed
    # Most seeds are not of that kind, so the list is no list of anything.
    assert not all(oracle.is_telling(*oracle.model_of(letters, sizes, seed), float(temperature)) for seed in range(40))
