"""The notebooks: their sources kept clean, their release to students, and all of them in one, executed."""
