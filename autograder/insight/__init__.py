"""A class as a whole: figures of all verdicts, and submissions that share more than the stub explains."""
