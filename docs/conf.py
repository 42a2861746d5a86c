"""The site of the guides. `make site` builds it into dist/site, and a warning fails the build.

To add a page, put a Markdown file into docs/. Its first line is its title, `# Like this`. Then add it to the navigation
in docs/index.md, under the kind of page that it is: a tutorial teaches step by step, a how-to guide solves one problem,
a reference page is looked up, an explanation answers why. Pages of one guide are in the toctree of that guide's
index.md. When a page moves, add its old address to `moved_pages` below.

- Links are relative, as on a repository's page: `[facts](../facts.md)`, `[late work](late.md#after-the-due-date)`. A
  link to a file that is not a page, `[the list](../../autograder/course.toml)`, opens that file. A link to a program
  file appears as plain text.
- Formulas are between dollar signs, `$x^2$` or `$$x^2$$`, and become MathML when the site is built. Write `\\$` for a
  dollar sign in text. Commands and output belong in code, where a dollar sign needs no backslash.
- A page whose text is a file in the repository's top folder, such as CHANGELOG.md, has one line:
  `% This page is ../CHANGELOG.md`.
- `[](../contributor/index.md)` shows the other page's title. A box begins with `:::{note}` and ends with `:::`.
- Parts, tasks, minutes and mistakes in a page come from the course, by the directives in generator/course.py.
- The pages in lessons/ are made from the notebooks by generator/lessons.py.
- The pages in mistakes/ are made by generator/catalogue.py. The tag `no_catalogue` leaves them out.
"""

import os
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS), str(DOCS.parent)]

import autograder  # noqa: E402 - found by the line above

project = "A GPT in pure Python"
author = "The maintainers of the course"
copyright = "The maintainers of the course; text CC BY 4.0, code MIT"
version = release = autograder.__version__

extensions = [
    "myst_parser",
    "generator.accessible",
    "generator.bars",
    "generator.catalogue",
    "generator.course",
    "generator.lessons",
    "generator.mathml",
    "generator.pictures",
    "generator.root_pages",
    "generator.sample_pages",
    "generator.shared_link",
    "generator.site_map",
    "generator.start",
    "generator.tables",
]
exclude_patterns = ["generator", "_static", "_templates", "**/__pycache__"]
if tags.has("no_catalogue"):  # noqa: F821 - Sphinx defines `tags`
    exclude_patterns.append("mistakes")
    suppress_warnings = ["toc.excluded"]  # the front page lists it
templates_path = ["_templates"]
footer_pages = {"changelog": "Changes", "licence": "Licences"}
lists_its_folder = ["experiments/README"]
moved_pages = {
    "first_walk": "contributor/first_walk",
    "measured": "facts",
    "instructor/demo": "instructor/term",
}
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4
myst_heading_slug_func = "docutils.nodes.make_id"  # a link to a heading has the heading's id in the page
nitpicky = True
smartquotes = False  # it would turn the two hyphens of an option into a dash

html_theme = "furo"
FONTS = 'Inter, "Segoe UI", system-ui, -apple-system, "Helvetica Neue", Arial, sans-serif'
# Teal is the one accent. Each colour has a contrast of 4.5 or more with its grounds (WCAG 2.2, 1.4.3).
html_theme_options = {
    "light_css_variables": {
        "accent": "#0b6b62",
        "accent-soft": "#e0efec",
        "accent-line": "#9fcfc7",
        "color-brand-primary": "#0b6b62",
        "color-brand-content": "#0b6b62",
        "color-brand-visited": "#0b6b62",
        "color-background-secondary": "#f4f7f6",
        "color-code-background": "#f1f5f4",
        "color-sidebar-link-text--top-level": "var(--color-foreground-secondary)",
        "color-sidebar-caption-text": "var(--color-foreground-secondary)",
        "font-stack": FONTS,
    },
    "dark_css_variables": {
        "accent": "#5fd3c4",
        "accent-soft": "#1b3a38",
        "accent-line": "#2f6a63",
        "color-brand-primary": "#5fd3c4",
        "color-brand-content": "#5fd3c4",
        "color-brand-visited": "#5fd3c4",
        "color-background-primary": "#12171b",
        "color-background-secondary": "#1a2228",
        "color-code-background": "#1a2228",
    },
}
html_title = project
html_baseurl = os.environ.get("SITE_URL", "")  # shared links show a picture only with this
html_static_path = ["_static"]
html_css_files = ["course.css"]
html_js_files = [("copy.js", {"defer": "defer"})]
html_copy_source = html_show_sourcelink = False
html_math_renderer = "mathml"
html_permalinks_icon = "#"
highlight_language = "none"  # no guesses: what is not marked as code of a language is output
pygments_style, pygments_dark_style = "a11y-high-contrast-light", "github-dark"
