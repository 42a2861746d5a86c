"""Extensions of the site's generator: formulas, tables of the course, pages whose text is elsewhere."""
