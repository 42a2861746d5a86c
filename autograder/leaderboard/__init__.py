"""The board of recipes: run a recipe, score it, rank it, show the page.

rules       the numbers of the game
data        what is trained on, and the baselines
source      what may be run, and when two are the same
recipes     source -> score, in the sandbox: the loop; exchange: matrices there and back; answers: what else comes back
rank        who is better beyond noise
store       entries in a database; schema: its tables; tries: how many a learner has; suspicion: what waits for a person
learners    who is on the board; names: pseudonyms, look-alikes; roster: real names, for the instructor
table       the rows; page, charts: as HTML; show: in the terminal; as_data: as JSON; serve: to this computer's browsers
board       one try from its source to the page; commands, instructor_commands, console: the command line

What keeps the board honest, and what remains possible. A recipe sees matrices, never names or losses, and each run
numbers the 27 tokens anew; yet weights trained elsewhere fit into 3 KB, and a recipe can choose weights whose
gradient shows how frequent each token is: such a one reaches 2.10. So each entry is also run on names in a secret
script, where weights from elsewhere are of no use; what is better on names by more than training explains waits for a
person. A recipe that notices the secret script and trains honestly there can still gain about 0.015. Trying many
variants and keeping the luckiest gains about one standard error on the open board; the closing, with new seeds and
another split, takes it back. Whoever can write the board's folder can write anything: the standings that count are
those of the instructor's closing.
"""
