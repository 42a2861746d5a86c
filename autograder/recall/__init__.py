"""Questions about a learner's own code, one at a time, that come again days later."""
