"""Grade one part of one submission: `grade(files, part)` returns a `Report`."""
