"""What the site's generator was taught: a mistake in a page fails the build, and nothing else is written over."""

import re
import subprocess
import sys

import pytest

from autograder.commands import site
from autograder.course import ROOT, part, parts
from autograder.errors import Failure
from autograder.learner.overview import PartProgress

pytest.importorskip("sphinx", reason="The site's generator needs Python 3.11.")

from generator import brand, course, gpt_figure, root_pages, samples
from generator.accessible import mend

pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # by Sphinx, about MyST and our code

CONF = f"""
import sys
sys.path[:0] = [{str(ROOT / "docs")!r}, {str(ROOT)!r}]
extensions = ["myst_parser"] + ["generator." + name for name in "bars course mathml pictures root_pages tables".split()]
myst_enable_extensions = ["dollarmath"]
html_math_renderer = "mathml"
html_theme = "basic"
"""


@pytest.fixture
def build(tmp_path, monkeypatch, capfd):
    """build(text): the page that comes of it and what was said; the page is None when the build fails."""
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "conf.py").write_text(CONF, encoding="utf-8")
    monkeypatch.setattr(site, "DOCS", docs)

    def build(text, catalogue=True):
        (docs / "index.md").write_text(f"# Title\n\n{text}\n", encoding="utf-8")
        status = site.build(tmp_path / "site", catalogue)
        said = "".join(capfd.readouterr())
        return (tmp_path / "site" / "index.html").read_text(encoding="utf-8") if status == 0 else None, said

    return build


def test_a_formula_becomes_mathml(build):
    page, _ = build(
        "In a line $x_1$, $-\\ln p$, $\\operatorname{Var}(x)$, $\\operatorname{Var}_p$.\n\n$$\\frac{a}{b}$$"
    )
    assert "<msub><mi>x</mi><mn>1</mn></msub>" in page and "<mfrac><mrow><mi>a</mi></mrow>" in page
    assert "$" not in page.partition("<body>")[2]
    kept = re.findall(r'<span class="whole"><math.*?</math>(.*?)</span>', page)
    assert kept == [",", ",", ",", "."], "a line may begin with a comma"
    assert "<mi>Var</mi><mo" in page and "<msub><mi>Var</mi><mi>p</mi></msub>" in page
    assert '<mi>ln</mi><mspace width="0.17em"></mspace><mi>p</mi>' in page


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("$\\frac{a$", "its braces do not match"),
        ("$\\frac$", "This is not a formula"),
        ("$\\frag x$", "nobody knows \\frag"),
        ("[there](nowhere.md)", "nowhere"),
        ("```{bars} x\nno number\n```", "A line of bars is LABEL | NUMBER"),
        ("```{picture} atention\n```", "There is no picture 'atention': error-against-h, backpropagation"),
        ("```{course} bos 5\n```", "There is nothing called 'bos' here: box, mistakes"),
        ("```{course} box 12\n```", "There is no part 12"),
        ("```{course} hour\n```", "There is nothing called 'hour' here: list, hours, overview, days"),
    ],
)
def test_a_mistake_in_a_page_fails_the_build_and_is_named(build, text, sentence):
    page, said = build(text)
    assert page is None
    assert sentence in said and "index.md" in said


def test_a_box_names_tasks_minutes_and_what_the_part_uses(build):
    page, _ = build("```{course} mistakes 3\n```\n\nx_1 costs \\$5", catalogue=False)
    assert page.count("<li><p><strong>") == 3 and "mistakes/" not in page  # without the catalogue no links to it
    assert "x_1 costs $5" in page
    box = course.box(part(5))
    facts, tasks, commands = box.split("\n\n")
    times = f"about {part(5).minutes} minutes, or {part(5).minutes_new} with a little Python"
    assert f"**4 tasks** · {times} · `exercises/part05_gpt.py`" in facts
    assert "uses parts [1](part01.md), [3](part03.md), [4](part04.md)" in facts
    assert "5.2 multi\\_head\\_attention" in tasks and "make check part=5 " in commands


def test_columns_of_numbers_are_aligned_to_the_right_and_others_are_not(build):
    page, _ = build("| n | loss | file |\n|---|---|---|\n| 1,000 | 2.36 ± 0.01 | part01 |\n| 2 |  | 7 |")
    classes = re.findall(r'<t[hd] class="(.*?)"><p>(.*?)</p>', page)
    assert {text for names, text in classes if "number" in names} == {"n", "loss", "1,000", "2.36 ± 0.01", "2", ""}


def test_bars_have_lengths_in_proportion_to_their_numbers(build):
    page, _ = build("```{bars} lower is better\n**all** | 4\nhalf | 2.0\n```")
    assert re.findall(r'width: ([\d.]+)%"><span>(.*?)<', page) == [("100.0", "4"), ("50.0", "2.0")]
    assert "<strong>all</strong>" in page and "lower is better" in page


def test_a_shared_link_shows_the_first_sentences_of_a_page_and_the_card(request):
    site_folder = request.getfixturevalue("site")  # `site` is the command here
    page = (site_folder / "learner" / "part05.html").read_text(encoding="utf-8")
    assert 'property="og:description" content="A bigram model knows only the last letter' in page
    assert 'property="og:image" content="../_static/brand/card.png"' in page
    assert (site_folder / "_static" / "brand" / "card.png").is_file()


def test_the_samples_of_the_instructor_guide_are_what_the_grader_writes_now():
    written = {
        name: (samples.SAMPLES / name).read_text(encoding="utf-8") for name in ("analytics.html", "feedback.html")
    }
    assert written["analytics.html"] == samples.analytics(), "Run docs/generator/samples.py"
    # Which Python graded it, and its sum, are those of the machine that wrote it.
    ours, theirs = (re.sub(r"<p>Graded: .*?</p>", "", text) for text in (samples.feedback(), written["feedback.html"]))
    assert ours == theirs, "Run docs/generator/samples.py"


def test_the_figure_of_the_gpt_is_what_its_script_draws():
    assert gpt_figure.PICTURE.read_text(encoding="utf-8") == gpt_figure.picture(), "Run docs/generator/gpt_figure.py"


def test_the_icon_of_the_site_is_what_its_script_draws():
    assert (brand.BRAND / "icon.svg").read_text(encoding="utf-8") == brand.icon_svg(), "Run docs/generator/brand.py"
    assert all((brand.BRAND / f"icon-{size}.png").read_bytes() == brand.icon_png(size) for size in (32, 180))


def test_the_list_of_parts_counts_tasks_as_progress_does():
    rows = [line.split(" | ") for line in course.all_parts().splitlines()[2:]]
    shown = {cells[0].partition("](")[0].removeprefix("| ["): cells[1:3] for cells in rows}
    counted = {f"{one.number} {one.title}": PartProgress(one, None).tasks for one in parts()}
    assert {title: int(cells[0]) for title, cells in shown.items() if title != "Capstone"} == counted
    assert shown["9 Understanding"] == ["4", "2"]


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "site", "--out", tmp_path], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 1
    assert "is not empty and does not contain a site" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_site_is_replaced_whole(build, tmp_path):
    build("First.")
    (tmp_path / "site" / "old.html").write_text("of a page that is gone", encoding="utf-8")
    page, _ = build("Second.")
    assert "Second." in page and not (tmp_path / "site" / "old.html").exists()


def test_without_its_generator_the_site_says_what_it_needs(monkeypatch, tmp_path):
    monkeypatch.setattr(site.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Failure, match=r"requires Python 3\.11 or newer"):
        site.build(tmp_path / "site")


@pytest.mark.parametrize(
    ("link", "becomes"),
    [
        ("[facts](docs/facts.md)", "[facts](facts.md)"),
        ("[changes](CHANGELOG.md#errata)", "[changes](changelog.md#errata)"),
        ("[all](solutions/microgpt_simple.py)", "all"),
        ("[list](autograder/course.toml)", "[list](../autograder/course.toml)"),
        ("[paper](https://arxiv.org/abs/1706.03762)", "[paper](https://arxiv.org/abs/1706.03762)"),
    ],
)
def test_links_of_a_file_lead_to_the_same_place_from_where_it_is_shown(link, becomes):
    pages = root_pages.root_pages(ROOT / "docs")
    assert root_pages.with_links(link, ROOT / "README.md", ROOT / "docs" / "changelog.md", pages) == becomes


def test_what_the_theme_leaves_out_is_put_in_once():
    page = '<pre>x</pre><aside class="toc-drawer"><div class="table-wrapper docutils container">'
    assert mend(mend(page)) == mend(page)
    assert 'aria-level="2"' in mend('<p class="caption" role="heading">')
    assert mend(page).count('tabindex="0"') == 2 and 'aria-label="On this page"' in mend(page)


def test_code_in_a_table_breaks_between_the_words_of_a_name_and_nowhere_else():
    code = '<code><span class="pre">tests/a_b.py</span> <span class="pre">__main__</span></code>'
    broken = '<span class="pre">tests/</span><wbr><span class="pre">a_</span><wbr><span class="pre">b.py</span>'
    page = mend(f"<p>{code}</p><td>{code}</td>")
    assert page == f'<p>{code}</p><td><code>{broken} <span class="pre">__main__</span></code></td>'
    assert mend(page) == page
    checksum = mend(f'<td><code><span class="pre">{16 * "abc0"}</span></code></td>')
    assert checksum.count("<wbr>") == 7 and checksum.count(">abc0abc0<") == 8
