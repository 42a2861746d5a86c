"""What strangers packed: archives, git clones, and the modules in them, opened without doing what they say."""
