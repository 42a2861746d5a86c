"""Many submissions at once: processes here or a cluster's, a ledger, and going on after an interruption."""
