"""The card of a capstone: measured numbers only, readable by all, whole or not there."""

import json
import random
import re
import struct
import subprocess
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from helpers.short_capstone import few_names
from typer.testing import CliRunner

from autograder import capstone, model
from autograder.capstone import card, grade_capstone, saved_model
from autograder.cli import app
from autograder.course import SOLUTIONS
from autograder.grading.submission import read_submission
from autograder.sandbox import Tier

SVG = "{http://www.w3.org/2000/svg}"
STEPS = 12


@pytest.fixture(scope="module")
def graded():
    with few_names():
        return grade_capstone(read_submission(SOLUTIONS), tier=Tier.LOCAL, num_steps=STEPS)


@pytest.fixture
def kept(graded, tmp_path):
    return saved_model.save_result(graded, SOLUTIONS, tmp_path / "runs" / "capstone.json")


def facts(**changes):
    some = np.tril(np.full((17, 17), 0.05)) + np.eye(17) * 0.2
    given = {"loss": 2.368, "bigram_loss": 2.453, "parameters": 4192, "names": ("mianan",) * 5, "looked_at": "m" * 16}
    return card.ResultCard(**{**given, "head": 4, "attention": some, "date": "2026-11-24", **changes})


# What is kept


def test_what_is_kept_is_the_learners_model_and_loads_in_a_learners_own_parts(kept, graded):
    from autograder.training import reference

    trained = reference().weights.load_trained(kept)
    assert trained.losses == graded.result.losses and trained.tokenizer.chars == list("abcdefghijklmnopqrstuvwxyz")
    assert trained.state_dict["wte"][3][4].data == graded.result.weights["wte"][3, 4]
    found = saved_model.load_result(kept)
    assert found.seed == 42 and np.array_equal(found.weights["lm_head"], graded.result.weights["lm_head"])


def test_a_run_with_other_letters_is_kept_in_the_usual_ones(strict):
    with few_names():
        graded = grade_capstone(read_submission(SOLUTIONS), seed=3, tier=strict, num_steps=STEPS)
    assert graded.task.alphabet != "abcdefghijklmnopqrstuvwxyz"
    weights = saved_model.in_usual_alphabet(graded.result.weights, graded.task)
    plain = graded.task.plain(graded.task.held_out)
    assert model.held_out_loss(plain, weights, model.Sizes(), card.CHARS) == pytest.approx(
        graded.measured.held_out_loss, abs=1e-12
    )


def test_a_run_that_gave_no_model_keeps_the_one_before(kept):
    before = kept.read_bytes()
    failed = grade_capstone({}, tier=Tier.LOCAL)
    assert saved_model.save_result(failed, SOLUTIONS, kept) is None and kept.read_bytes() == before


# The card


def test_the_card_measures_the_weights_and_believes_no_number_beside_them(kept, graded):
    content = json.loads(kept.read_text(encoding="utf-8"))
    content["settings"].update(held_out_loss=1.9, names=["<b>best</b>"] * 20)
    kept.write_text(json.dumps(content), encoding="utf-8")
    found = card.measure_card(kept)
    assert found.loss == pytest.approx(graded.measured.held_out_loss, abs=1e-12)
    assert 2.45 < found.bigram_loss < 2.46 and found.parameters == 4192
    known = {*graded.task.docs, *graded.task.held_out}
    assert len(set(found.names)) == 5 and not known & set(found.names)
    tokens = model.encode(found.looked_at, card.CHARS)[:-1]
    expected = model.attention_weights(tokens, graded.result.weights, model.Sizes())[0][found.head - 1]
    assert np.array_equal(found.attention, expected)
    assert "best" not in card.to_svg(card.draw(found)).decode("utf-8")


def test_the_svg_asks_for_nothing_and_can_be_read_aloud_in_light_and_in_dark():
    hostile = facts(names=("<script>x</script>", '"><image href="http://evil.example/a.png"/>'))
    text = card.to_svg(card.draw(hostile)).decode("utf-8")
    root = ElementTree.fromstring(text)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        "svg",
        "title",
        "desc",
        "style",
        "rect",
        "text",
    }
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on") or "href" in name]
    assert not re.search(r"@import|url\(|@font-face", text)
    assert root.get("role") == "img" and root.get("aria-labelledby") == "title description"
    assert root.find(f"{SVG}title").text == "My GPT in pure Python, 2026-11-24"
    assert "2.368 nats per token" in root.find(f"{SVG}desc").text
    assert "prefers-color-scheme: dark" in root.find(f"{SVG}style").text
    assert "<script>x</script>" in [element.text for element in root.iter(f"{SVG}text")]


def test_svg_and_png_show_the_same_rectangles_and_words_in_the_same_size():
    picture = card.draw(facts())
    root = ElementTree.fromstring(card.to_svg(picture))
    assert len(root.findall(f"{SVG}rect")) == 1 + len(picture.rectangles) == 1 + 17 * 18 // 2 + 3
    assert [element.text for element in root.iter(f"{SVG}text")] == [words.text for words in picture.words]
    assert struct.unpack(">II", card.to_png(picture)[16:24]) == (picture.width, picture.height) == (1200, 630)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"learner": "W" * 40, "address": "w" * 44 + ".org"},
        {"names": ("wwwwwwwww",) * 5},
        {"names": ("wwwwwwwwwwwwwww",) * 5},
        {"loss": 12345.6},
        {"loss": 3.3, "names": ()},
        {"looked_at": "ada"},
    ],
    ids=str,
)
def test_no_words_lie_over_others_over_squares_or_bars_or_beyond_the_edge(changes):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    picture = card.draw(facts(**changes))
    renderer = FigureCanvasAgg(Figure(dpi=100)).get_renderer()
    boxes = [(each.x, each.y, each.x + each.width, each.y + each.height) for each in picture.rectangles]
    for words in picture.words:
        font = FontProperties(size=words.size * 0.72, weight="bold" if words.bold else "normal")
        width, height, below = renderer.get_text_width_height_descent(words.text, font, False)
        left = words.x - {"start": 0, "middle": width / 2, "end": width}[words.anchor]
        box = (left, words.y - height + below, left + width, words.y + below)
        assert box[0] >= 20 and box[1] >= 20 and box[2] <= picture.width - 20 and box[3] <= picture.height - 20, words
        touched = [b for b in boxes if box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3]]
        assert not touched, words
        boxes.append(box)


def test_a_head_that_looks_at_one_place_is_more_striking_than_one_that_looks_everywhere():
    assert card.evenness(np.eye(4)) == 0 < card.evenness(np.tril(np.ones((4, 4))) / np.arange(1, 5)[:, None])


def test_names_of_the_data_and_repeated_ones_are_no_inventions(graded):
    weights = graded.result.weights
    all_new = card.new_names(weights, set(), random.Random(1))
    some_known = card.new_names(weights, set(all_new[:2]), random.Random(1))
    assert len(all_new) == 5 and some_known[:3] == all_new[2:]
    always_a = {name: np.zeros_like(matrix) for name, matrix in weights.items()}
    always_a["wte"] += 1.0
    always_a["lm_head"][0] += 1000.0  # the same name each time
    assert card.new_names(always_a, set(), random.Random(1)) == ("a" * 16,)


# The commands


def test_the_command_writes_both_pictures_and_a_second_one_replaces_them(kept, monkeypatch):
    monkeypatch.setattr(saved_model, "RESULT", kept)
    for _ in range(2):
        done = CliRunner().invoke(app, ["card"])
        assert done.exit_code == 0 and done.stdout.count("Written: ") == 2
        assert re.match(
            rf"The capstone from \d{{4}}-\d\d-\d\d, with the parts in {re.escape(str(SOLUTIONS))}\.\n", done.stdout
        )
    assert sorted(path.name for path in kept.parent.iterdir()) == ["capstone.json", "card.png", "card.svg"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "You have no trained model yet. First run: "),
        ("{", "is not a valid result of a capstone"),
        ('{"settings": {}, "matrices": {}}', "is not a valid result of a capstone"),
        (
            '{"settings": {"date": "2026-11-24", "seed": 1, "folder": ""}, "matrices": {"wte": [[null]]}}',
            "is not a valid result",
        ),
        ("[" * 100_000, "is not a valid result of a capstone"),
    ],
    ids=["nothing", "half a file", "no settings", "no weights", "nested"],
)
def test_without_a_result_the_card_says_what_to_run(content, words, tmp_path, monkeypatch):
    path = tmp_path / "capstone.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    monkeypatch.setattr(saved_model, "RESULT", path)
    done = CliRunner().invoke(app, ["card"])
    assert done.exit_code == 1 and words in done.stderr and "autograder capstone" in done.stderr
    assert not list(tmp_path.glob("card*"))


def test_the_capstone_command_keeps_its_model_and_names_the_card(graded, tmp_path, monkeypatch):
    path = tmp_path / "runs" / "capstone.json"
    monkeypatch.setattr(saved_model, "RESULT", path)
    monkeypatch.setattr(capstone, "grade_capstone", lambda files, **given: graded)
    done = CliRunner().invoke(app, ["capstone", "--from", str(SOLUTIONS)])
    assert done.exit_code == 0  # a right run: twelve losses that agree earn every point
    assert done.stdout.splitlines()[-1].endswith("autograder card") and str(path) in done.stdout
    assert saved_model.load_result(path).seed == 42
    path.unlink()
    as_json = CliRunner().invoke(app, ["capstone", "--from", str(SOLUTIONS), "--json"])
    assert json.loads(as_json.stdout)["part"] == 11 and path.exists()


def test_a_model_that_cannot_be_kept_is_said_after_the_report(graded, tmp_path, monkeypatch):
    (tmp_path / "runs").write_text("a file where the folder should be", encoding="utf-8")
    monkeypatch.setattr(saved_model, "RESULT", tmp_path / "runs" / "capstone.json")
    monkeypatch.setattr(capstone, "grade_capstone", lambda files, **given: graded)
    done = CliRunner().invoke(app, ["capstone", "--from", str(SOLUTIONS)])
    assert done.exit_code == 1 and "20 points" in done.stdout and "can't be saved" in done.stderr


@pytest.mark.parametrize(
    ("remote", "shown"),
    [
        ("https://ada:secret@git.example.org/ada/gpt.git", "git.example.org/ada/gpt"),
        ("git@git.example.org:ada/gpt.git", "git.example.org/ada/gpt"),
        ("ssh://git@git.example.org:2222/ada/gpt", "git.example.org/ada/gpt"),
        ("/home/ada/gpt", ""),
        ("../gpt.git", ""),
        ("https://git.example.org/a@b/gpt", ""),
    ],
)
def test_the_address_on_a_card_is_the_courses_and_holds_no_password(tmp_path, remote, shown):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    assert card.course_address(tmp_path) == ""
    subprocess.run(["git", "-C", tmp_path, "config", "remote.origin.url", remote], check=True)
    assert card.course_address(tmp_path) == shown


def test_a_card_names_its_learner_and_the_course_only_when_they_are_known():
    words = [each.text for each in card.draw(facts(learner="Ada", address="git.example.org/ada/gpt")).words]
    assert "Build yours: git.example.org/ada/gpt" in words and "by Ada" in words
    plain = [each.text for each in card.draw(facts()).words]
    assert not any(text.startswith(("Build yours", "by ")) for text in plain)
    assert any("^: the beginning" in text for text in plain)
