"""The pictures of parts 0 to 4: each says in words what can be seen, and in a sentence what it can't draw."""

import sys
from urllib.parse import unquote

import pytest

pytest.importorskip("IPython", reason="the pictures need the extra `notebooks`")

from notebook_tools import arrows, graph, histograms, picture, shares, steps, svg, tables  # noqa: E402


@pytest.fixture
def shown(monkeypatch):
    """What was displayed: a dict by kind for each picture."""
    collected = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: collected.append(data))
    return collected


class Keeps:
    """A Value as a learner may write it: children under a name of their own."""

    def __init__(self, data, **kept):
        self.data, self.grad = data, 0.0
        self.__dict__.update(kept)


class Slots:
    __slots__ = ("data", "grad", "parents")

    def __init__(self, data, *parents):
        self.data, self.grad, self.parents = data, 0.0, parents


class Children:
    """Two tokens and BOS."""

    chars = ["a", "b"]


def test_a_picture_is_an_svg_with_its_description_where_quotes_do_no_harm(shown):
    picture.show(svg.Picture(20, 20, 'a line that rises "steeply" & ends', "From 0 to 1."))
    assert shown[0]["text/plain"] == '[Picture: a line that rises "steeply" & ends. From 0 to 1.]'
    html = shown[0]["text/html"]
    assert 'alt="a line that rises &quot;steeply&quot; &amp; ends. From 0 to 1."' in html
    source = html.partition("src='data:image/svg+xml,")[2].removesuffix("'>")
    assert "'" not in source and '"' not in source and "#" not in source
    assert unquote(source).startswith("<svg ") and "<title>a line that rises" in unquote(source)


def test_where_there_is_no_notebook_the_words_are_printed(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "IPython.display", None)
    picture.show(svg.Picture(20, 20, "A line", "It rises."))
    assert capsys.readouterr().out == "[Picture: A line. It rises.]\n"


def test_children_are_found_under_whatever_name_they_are_kept():
    a, b = Keeps(1.0), Keeps(2.0)
    for kept in ({"_prev": {a, b}}, {"left": a, "right": b}, {"inputs": [(a, 1.0), (b, 3.0)]}, {"made_of": (a, b, a)}):
        assert sorted(child.data for child in graph.children(Keeps(3.0, **kept))) == [1.0, 2.0], kept
    assert [child.data for child in graph.children(Slots(3.0, Slots(1.0), Slots(2.0)))] == [1.0, 2.0]


def test_a_graph_says_in_words_what_is_made_of_what_with_numbers_and_gradients(shown):
    a, b = Slots(2.0), Slots(3.0)
    d = Slots(6.0, a, b)
    c = Slots(8.0, d, a)
    a.grad, b.grad, d.grad, c.grad = 4.0, 2.0, 1.0, 1.0
    graph.show(c, a=a, b=b, c=c)
    described = shown[0]["text/plain"]
    assert "4 values" in described
    for said in (
        "c: data 8, gradient 1, made by + of 6 (local gradient 1) and a (local gradient 1)",
        "6: data 6, gradient 1, made by × of a (local gradient 3) and b (local gradient 2)",
        "a: data 2, gradient 4",
        "b: data 3, gradient 2",
    ):
        assert said in described


def test_a_line_that_skips_a_column_has_a_place_of_its_own_there():
    a, b = Slots(2.0), Slots(3.0)
    d = Slots(6.0, a, b)
    c = Slots(8.0, d, a)
    values = [c, d, a, b]
    below = {id(value): [id(child) for child in graph.children(value)] for value in values}
    columns, lines = graph._columns(list(map(id, values)), below)
    assert [len(column) for column in columns] == [1, 2, 2]
    places = graph._places(columns, lines)
    assert len(set(places.values())) == len(places)
    assert len(lines[id(a), id(c)]) == 3 and len(lines[id(d), id(c)]) == 2


def test_a_value_that_remembers_nothing_is_explained_instead_of_drawn(shown):
    with pytest.raises(ValueError, match="no attribute of this Value holds the Values that it was computed from"):
        graph.show(Slots(3.0))
    assert shown == []


def test_a_graph_too_large_to_read_is_refused_with_a_sentence():
    value = Slots(1.0)
    for _ in range(5000):
        value = Slots(1.0, value)
    with pytest.raises(ValueError, match="more than 40 values"):
        graph.show(value)


def test_a_value_that_holds_itself_ends():
    value = Keeps(1.0)
    value.me = value
    assert graph.children(value) == []


def test_a_table_of_counts_says_which_pair_is_commonest_and_how_many_are_missing(shown):
    tables.show([[0, 1, 2], [7, 0, 0], [0, 0, 0]], Children)
    assert "10 counted" in shown[0]["text/plain"]
    assert "Commonest: b then a 7 times, a then BOS 2 times" in shown[0]["text/plain"]
    assert "6 fields are 0" in shown[0]["text/plain"]


def test_a_table_of_nothing_but_zeros_can_be_drawn(shown):
    tables.show([[0, 0, 0]] * 3, Children)
    assert "9 fields are 0" in shown[0]["text/plain"]


@pytest.mark.parametrize("counts", [[], [[1, 2, 3]], [[1, 2]] * 3, [[1, 2, 3]] * 4])
def test_a_table_that_is_not_square_is_refused_with_a_sentence(counts):
    with pytest.raises(ValueError, match="must have 3 rows and 3 columns"):
        tables.show(counts, Children)


def test_bars_say_every_share_and_refuse_a_missing_one(shown):
    shares.show(["a", "b"], {"T = 1": [0.75, 0.25], "T = 2": [0.6, 0.4]})
    assert "T = 1: a 0.750, b 0.250. T = 2: a 0.600, b 0.400" in shown[0]["text/plain"]
    with pytest.raises(ValueError, match="gave 1 numbers for 2 logits"):
        shares.show(["a", "b"], {"T = 1": [1.0]})


def test_arrows_say_what_became_of_each_vector(shown):
    arrows.show([[3.0, -4.0]], [[0.8485, -1.1314]])
    assert "1: (3, -4) becomes (0.85, -1.13)" in shown[0]["text/plain"]


def test_errors_over_steps_name_the_best_step_and_take_an_error_of_0(shown):
    steps.show([0.1, 0.01, 0.001], {"cube": [1e-2, 0.0, 1e-3]})
    assert "down to 0e+00 at h = 1e-02" in shown[0]["text/plain"]


def test_histograms_say_the_spread_before_and_after_and_refuse_matrices_without_a_pair(shown):
    histograms.show({"wte": [-1.0, 1.0], "wpe": [0.0]}, {"wte": [-2.0, 2.0], "lm_head": [3.0]})
    assert "wte 1.00 before, 2.00 after." in shown[0]["text/plain"]
    with pytest.raises(ValueError, match="No matrix has the same name"):
        histograms.show({"a": [1.0]}, {"b": [1.0]})
