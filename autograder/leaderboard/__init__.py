"""The leaderboard of training recipes: run, score and rank a recipe, and show the page.

recipe_source      which recipes may run, when two are the same program, and the limits in numbers
data               the training data, and the baselines
recipes            recipe -> score, in the sandbox: the loop; recipe_probes: what runs next to the recipe there
recipe_answers     the checks of a recipe's answers, and the score; score_lines: a score as text
token_permutation  matrices to a recipe and back, with new token numbers
noise              which differences exceed the noise: brackets, records, steps to a loss
ranking            the rows of the board, and the history of its records
board_store        the database, whose tables are in database_tables; rate_limit: how many tries a learner has
invented_names     pseudonyms, and names that look alike; real_names: the roster, for the instructor
board_page, charts the board as HTML; listing: as text and as JSON; server: to this computer's browsers
board              one try from its source to the page, and closing; review: which entries are held for review

What keeps the board honest, and what remains possible. A recipe sees matrices, never names or losses, and each run
renumbers the 27 tokens; but weights trained elsewhere fit into 3 KB, and a recipe can choose weights whose
gradient shows how frequent each token is. Such a recipe reaches 2.10. So each entry is also run on names in a secret
script, where weights from elsewhere do not help. If an entry is better on the real names by more than training
explains, it is held for review.
A recipe that notices the secret script and trains honestly there can still gain about 0.015. Trying many
variants and keeping the luckiest gains about one standard error, until closing uses new seeds and another split.
Anyone who can write to the board's folder can change the results, so only the standings of the instructor's closing
count.
"""
