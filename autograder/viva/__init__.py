"""Three predict-this questions about a learner's own code, with their answers, for the person who asks them."""
