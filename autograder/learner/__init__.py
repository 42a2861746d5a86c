"""The learner's loop: what helps one person at one terminal to go on."""
