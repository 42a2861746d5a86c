"""What the site's generator is taught: formulas, tables of the course, pages that stand elsewhere."""
