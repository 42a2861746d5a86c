"""Read what students upload: archives, git clones, file names, rosters and tables."""
