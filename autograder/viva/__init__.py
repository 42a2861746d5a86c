"""Questions about a learner's own code, with their answers, for an oral exam."""
