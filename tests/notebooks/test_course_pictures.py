"""Every picture of the learner's pages, for a desk and for a phone: well formed, readable, and right in its numbers."""

import math
import re
import xml.etree.ElementTree

import pytest
from generator import course_pictures
from part00_setup import numerical_gradient
from part01_autograd import Value
from part04_parameters import Config
from part05_gpt import attend, gpt
from part07_training import sequence_loss
from part10_experiments import attention_map

from notebook_tools import cache, chart, graph, means, products, shapes, slices, stream, svg, walks

SVG = "{http://www.w3.org/2000/svg}"
EVERY = [(name, width) for name in course_pictures.PICTURES for width in (svg.WIDE, svg.NARROW)]


def overlapping(picture):
    """Pairs of texts that cover each other, and texts that leave the picture, as rectangles."""
    whole = svg.Box(-0.5, -0.5, picture.width + 0.5, picture.height + 0.5)
    outside = [
        box
        for box in picture.texts
        if box.left < whole.left or box.right > whole.right or box.top < whole.top or box.bottom > whole.bottom
    ]
    pairs = [(a, b) for place, a in enumerate(picture.texts) for b in picture.texts[place + 1 :] if a.meets(b)]
    return outside + pairs


@pytest.mark.parametrize(("name", "width"), EVERY)
def test_a_picture_is_well_formed_says_what_it_shows_and_no_text_covers_another(name, width):
    picture = course_pictures.draw(name, width)
    root = xml.etree.ElementTree.fromstring(picture.svg())
    assert root.get("role") == "img" and root[0].tag == f"{SVG}title" and root[1].tag == f"{SVG}desc"
    assert root[0].text == picture.title and re.search(r"\d", root[1].text), "the description has no number"
    used = {style for element in root.iter() for style in element.get("class", "").split()}
    assert used <= {"pic", *svg.ROLES, *svg.STYLES}
    assert not re.search(r"\bnan\b", "\n".join(root.itertext()))
    assert picture.width <= width + 0.5
    assert len(picture.texts) > 4 and overlapping(picture) == []
    assert min(float(text.get("font-size")) for text in root.iter(f"{SVG}text")) >= 9.5  # of 16 on a page


def test_texts_that_cover_each_other_would_be_found():
    picture = svg.Picture(100, 40, "Two texts")
    picture.text(50, 20, "one")
    picture.text(60, 22, "two")
    assert len(overlapping(picture)) == 1
    assert not picture.label([(50, 20, "middle")], "three") and len(picture.texts) == 2
    assert picture.label([(50, 20, "middle"), (12, 20, "middle")], "3") and len(picture.texts) == 3


def test_every_style_class_is_defined_and_every_colour_in_both_schemes():
    for name in (*svg.ROLES, *svg.STYLES):
        assert re.search(rf"\.pic \.{name}\{{", svg.STYLE), name
    assert svg.LIGHT.keys() == svg.DARK.keys() == {"ground", "grid", *svg.ROLES}
    assert svg.STYLE.count("{") == svg.STYLE.count("}")


@pytest.mark.parametrize("colours", [svg.LIGHT, svg.DARK], ids=["light", "dark"])
def test_texts_have_enough_contrast(colours):
    def brightness(colour):
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for role in svg.ROLES:
        low, high = sorted((brightness(colours[role]), brightness(colours["ground"])))
        assert (high + 0.05) / (low + 0.05) >= 4.5, role


def test_texts_are_measured_as_no_narrower_than_a_wide_font_draws_them():
    # The widths of DejaVu Sans at a size of 100, as its file says.
    assert svg.measure("mlp", 100) >= 188.7 and svg.measure("0.25", 100) >= 222.6
    assert svg.wrap("one two three", svg.measure("one two")) == ["one two", "three"]


# Numbers


def test_backpropagation_ends_with_the_gradients_that_backward_computes():
    a, b = Value(2.0), Value(-3.0)
    y = (a * b + a) ** 2
    y.backward()
    described = course_pictures.draw("backpropagation", svg.WIDE).description
    for node, name in ((a, "a"), (b, "b"), (y, "y")):
        assert f"{name}: data {svg.number(node.data)}, gradient {svg.number(node.grad)}" in described


def test_the_diamond_is_right_in_topological_order_and_wrong_in_the_naive_one():
    nodes = walks.diamond()
    by_name = {node.name: (key, node) for key, node in nodes.items()}
    measured = numerical_gradient(lambda xs: (2 * 3 * xs[0]) * (3 * xs[0] + 1), [1.0])[0]
    key, x = by_name["x"]
    assert x.grad == pytest.approx(measured, rel=1e-6) and x.grad == 42
    assert walks.pass_on(nodes, walks.naive(nodes))[-1][key] == 24
    described = course_pictures.draw("two-walks", svg.WIDE).description
    assert "a passes on 8, and its gradient becomes 14 only later. So x gets 24 instead of 42." in described
    assert [nodes[one].name for one in walks.order(nodes)] == ["x", "a", "b", "c", "y"]
    assert "The list: x, a, b." in course_pictures.draw("topological-order", svg.WIDE).description


@pytest.mark.parametrize(
    "names, words",
    [
        ("x m a b h z", "m is on the list before its input h. From its end, backward visits z, h, b, a, m, x. So h"),
        ("x m a b h z", "So h passes on its gradient, 1, before m has added its share. a ends with 3 instead of 9."),
        ("a b h x m z", "Right: each value is on the list after its inputs."),
        ("x b a h m z", "The gradients: z 1, m 1, h 3, a 9, b 6, x 6."),
        ("a b h x m", "z must be on the list, too"),
        ("a a b h x m z", "a is on the list twice"),
        ("a b h x m q", "There is no q in this graph. Its values: a, b, h, m, x, z."),
    ],
)
def test_an_order_that_a_learner_wrote_is_tried_and_its_first_mistake_named(names, words):
    assert words in walks.tried(walks.to_order(), names.split())


def test_the_example_by_hand_is_what_value_computes():
    a, b = Value(2.0), Value(3.0)
    d = a * b
    c = d + a
    c.backward()
    read = graph.read(c, {"a": a, "b": b, "c": c, "d": d})
    assert [(n.name, n.operator, n.data, n.grad) for n in read.values()] == [
        (n.name, n.operator, n.data, n.grad) for n in walks.by_hand().values()
    ]


def test_operators_and_local_gradients_are_found_in_the_references_graph():
    x = Value(2.0)
    found = {}
    for name, y in (
        ("+", x + 3),
        ("×", x * 3),
        ("^3", x**3),
        ("^−1", x**-1),
        ("exp", x.exp()),
        ("log", x.log()),
        ("relu", x.relu()),
        ("^0.3", x**0.3),
    ):
        nodes = graph.read(y)
        found[name] = nodes[id(y)].operator
        slopes = [slope for key, slope in nodes[id(y)].inputs if key == id(x)]
        assert slopes == pytest.approx([y._local_grads[0]])
    assert list(found) == list(found.values())


def test_the_attention_of_the_picture_is_that_of_the_kept_model():
    rows = attention_map("aliyah", course_pictures.trained())[0][3]
    root = xml.etree.ElementTree.fromstring(course_pictures.draw("attention", svg.WIDE).svg())
    words = [text.text for text in root.iter(f"{SVG}text")]
    shown = words[words.index("head 4") :]
    percents = [word for word in shown if word.isdigit()]
    assert percents == [f"{100 * weight:.0f}" for row in rows for weight in row]


def test_the_weighted_mean_of_a_picture_is_what_attend_returns():
    rows = [[Value(number) for number in row] for row in ([2.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0])]
    query = [Value(0.0), Value(2.0 * 2**0.5)]  # attend divides by the root of 2; the picture's steps do not yet
    values = [[Value(3.0 * row[1].data), Value(0.0)] for row in rows]
    output, weights = attend(query, rows, values)
    described = course_pictures.draw("query-key-value", svg.WIDE).description
    shown = ", ".join(f"{name} {weight.data:.3f}" for name, weight in zip("emma", weights))
    assert f"a: weights {shown}; mean ({svg.number(output[0].data, 3)}, 0)." in described


def test_each_head_of_the_picture_gets_its_columns_of_every_row():
    described = course_pictures.draw("two-heads", svg.WIDE).description
    assert "numbers 0 to 1 of every row: dot products 2, 2;" in described and "output [5, 5]." in described
    assert "numbers 2 to 3 of every row: dot products 0, 2;" in described and "output [4.02, 0.978]." in described
    given = []
    vectors = [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]
    slices.drawing(vectors[0], vectors, vectors, 2, lambda *parts: (given.append(parts), ([0.0], [1.0]))[1])
    assert given[1] == ([3.0, 4.0], [[3.0, 4.0], [7.0, 8.0]], [[3.0, 4.0], [7.0, 8.0]])


def test_a_row_of_weights_that_looks_ahead_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="Row 0 has 2 weights: it looks at 1 positions"):
        means.drawing([[0.5, 0.5]], [[1.0], [2.0]], "ab", "Two")


def test_the_cache_grows_by_a_key_per_letter_and_the_stream_by_what_is_added():
    assert "Reads b: 3 keys, of BOS, a, b." in cache.drawing(["BOS", "a", "b"]).description
    drawn = stream.drawing([3.0, 4.0], [("attention", [0.85, 1.13], [1.0, -1.0])])
    assert "attention reads [0.85, 1.13] and adds [1, −1]: x is [4, 3]." in drawn.description


def test_the_lists_of_the_forward_step_have_the_lengths_of_the_reference():
    model, config = course_pictures.trained(), Config()
    keys, values, looked = [[]], [[]], []
    for position, token in enumerate([26, 4, 12]):
        logits = gpt(token, position, keys, values, model.state_dict, config, looked)
    described = shapes.drawing(config, 3).description
    assert f"logits: lm_head times x: {len(logits)} numbers" in described
    assert f"keys, in the cache: {len(keys[0])} tokens × {len(keys[0][0])}." in described
    assert f"where heads look: {len(looked[-1])} heads × {len(looked[-1][0])}." in described
    assert f"mlp_fc1, then relu: {len(model.state_dict['layer0.mlp_fc1'])} numbers" in described


def test_the_training_step_has_the_losses_of_the_reference():
    loss = sequence_loss(course_pictures.trained().tokenizer.encode("emma"), course_pictures.fresh(), Config()).data
    picture = course_pictures.draw("one-training-step", svg.WIDE)
    nats, before, after = course_pictures._one_step()
    assert before == loss and loss == pytest.approx(sum(nats) / len(nats), rel=1e-9) and after < before
    assert f"Loss {loss:.3f}; 4,192 parameters" in picture.description and f"loss {after:.3f}." in picture.description


def test_a_row_more_than_outputs_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="linear gave 1 numbers for 2 rows"):
        products.drawing([1.0], [[1.0], [2.0]], [1.0])


def test_ticks_are_round_numbers_within_the_scale():
    assert chart.Scale(-0.93, 1.1).ticks(5) == [-0.5, 0.0, 0.5, 1.0]
    assert chart.Scale(0.1, 1e-6, log=True).ticks() == pytest.approx([10.0**power for power in range(-6, 0)])
    assert chart.plain(-0.001) == "−0.001" and chart.plain(12000) == "12,000" and chart.power(1e-5) == "10⁻⁵"
    assert math.isfinite(chart.Scale(0, 1).share(float("inf")))
