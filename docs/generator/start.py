"""The links to the course's page, in which learners start without installing anything. In a page of the site:

    ```{start} button
    ```

button: a link to the page. example: code with a classic mistake, and a link that opens it in the page. If the site is
built without the page's address (see `make site`), the button leads to the page's guide, and both the button of that
guide and the example are left out.
"""

from __future__ import annotations

import textwrap

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from autograder.bundle.page_example import FILE, example

BUTTON = "Start in your browser"
GUIDE = "learner/browser"
TITLE = "Break this line"
INTRODUCTION = (
    "This code is meant to measure slopes. It runs and looks right, but all its answers are 0. Can you see why?"
)
OPEN = "Open it in your browser"


class StartDirective(SphinxDirective):
    """`{start} button` or `{start} example`: see above."""

    required_arguments = 1
    has_content = True  # a sentence for people who read the page on GitHub; the site does not show it

    def run(self) -> list[nodes.Node]:
        address = self.env.config.page_address
        up = "../" * self.env.docname.count("/")
        self.env.note_dependency(str(FILE))
        if self.arguments == ["button"]:
            if not address and self.env.docname == GUIDE:
                return []  # it would lead to itself
            line = _linked(BUTTON, f"{up}{address}") if address else f"[{BUTTON}]({up}{GUIDE}.md)"
            return [self._container("start-button", line)]
        if self.arguments != ["example"]:
            raise self.error(f"There is nothing called {self.arguments[0]!r} here: button, example.")
        if not address:
            return []
        shown = example()
        code = textwrap.dedent(shown.lines).strip("\n")
        link = f"{up}{address}{shown.fragment}"
        return [
            self._container(
                "start-example",
                nodes.rubric("", TITLE),
                nodes.paragraph("", INTRODUCTION),
                nodes.literal_block(code, code, language="python"),
                _linked(OPEN, link, ": the check says what is wrong, and why."),
            )
        ]

    def _container(self, name: str, *children: nodes.Node | str) -> nodes.container:
        """Its children; a text is Markdown."""
        container = nodes.container(classes=[name])
        for child in children:
            if isinstance(child, str):
                self.state.nested_parse(StringList([child], name), self.content_offset, container)
            else:
                container += child
        return container


def _linked(words: str, address: str, after: str = "") -> nodes.paragraph:
    """A paragraph with a link to an address outside the site."""
    return nodes.paragraph("", "", nodes.reference("", words, refuri=address), nodes.Text(after))


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("page_address", "", "env")
    app.add_directive("start", StartDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
