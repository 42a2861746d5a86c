"""The board of recipes: the model is fixed, the grader owns the loop, a learner writes how to train.

data       what is trained on, and the baselines       recipes    source -> score, in the sandbox
store      entries in SQLite                           rank       who is better beyond noise
names      pseudonyms, look-alikes                     page, show the board as HTML and in the terminal
board      one try from its source to the page         commands   the command line
"""
