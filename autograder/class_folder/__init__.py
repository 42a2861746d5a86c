"""The folder of a class: settings, collected files, verdicts and decisions."""
