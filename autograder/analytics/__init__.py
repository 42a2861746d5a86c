"""Statistics about a class: where learners are stuck, and which submissions are similar."""
