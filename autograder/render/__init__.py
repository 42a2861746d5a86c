"""Turn reports into text for a terminal and into HTML pages."""
