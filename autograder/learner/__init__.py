"""Tools for one learner at a terminal: watch, hint, progress, reset, update, trace, debug."""
