"""trace: every vector of the learner's model beside the reference's, and the first that differs."""

from __future__ import annotations

import re

from helpers.learner import solution


def acts(course) -> str:
    path = course.root / ".learner" / "acts.json"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def test_a_right_model_equals_the_reference_everywhere(course):
    source = solution(5).replace("joined", "together")
    scores = "sum(q * k for q, k in zip(query, key)) * scale for key in keys"
    assert scores in source
    course.write(5, source.replace(scores, "score * scale for score in linear(query, keys)"))
    answer = course.run("trace", "--name", "ava")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "Every vector equals the reference's" in answer.stdout and "only yours" not in answer.stdout
    assert "read by your part 5 and the reference's other parts" in answer.stdout
    assert re.findall(r"^position (\d), token (\w+)$", answer.stdout, re.MULTILINE) == [
        ("0", "BOS"),
        ("1", "a"),
        ("2", "v"),
        ("3", "a"),
    ]
    labels = re.findall(r"^   ([a-z]\S*(?: \S+)*?)  +\d+  ", answer.stdout.partition("position 1")[0], re.MULTILINE)
    assert labels[0] == "wte + wpe" and labels[-1] == "logits" and len(labels) == 28
    weights = re.findall(r"^  head \d +((?:\d+ *){4})$", answer.stdout, re.MULTILINE)
    assert len(weights) == 4 and all(abs(sum(map(int, row.split())) - 100) <= 2 for row in weights)
    assert '"attention"' in acts(course)
    assert max(map(len, answer.stdout.splitlines())) <= 80


def test_the_first_vector_that_differs_is_marked_and_shown_in_full(course):
    course.write(3, solution(3).replace("mean_square + eps", "mean_square * 4 + eps"))
    answer = course.run("trace", "--name", "ava")
    assert answer.returncode == 1
    marked = re.findall(r"^>> .*$", answer.stdout, re.MULTILINE)
    assert len(marked) == 6 and "rmsnorm 1" in marked[0]  # 16 numbers, three in a line
    assert "The first difference, marked >>: rmsnorm 1 at position 0, token BOS" in answer.stdout
    assert "   wte + wpe " in answer.stdout and "!  layer0.attn_wq" in answer.stdout
    assert '"attention"' not in acts(course), "the attention was the reference's"


def test_it_says_which_tasks_the_difference_comes_from_and_what_to_do(course):
    course.solve(5)
    course.write(3, solution(3).replace("mean_square + eps", "mean_square * 4 + eps"))
    said = course.run("trace", "--name", "ava").stdout
    assert re.search(r"Number \[0\]: yours -?\d\S+, the reference's -?\d", said)
    assert "It comes from 3.3 rmsnorm." in said and "check 3\n" in said
    assert "position 1" not in said, "what follows builds on the difference"
    assert "position 3" in course.run("trace", "--name", "ava", "--full").stdout


def test_a_step_that_was_left_out_is_named(course):
    course.write(5, solution(5).replace("multi_head_attention(rmsnorm(x), layer", "multi_head_attention(x, layer"))
    said = course.run("trace", "--name", "ava").stdout
    assert "Until then only the reference has computed: rmsnorm 2." in said
    assert "It comes from 5.4 gpt" in said
    lacking, attention = said.index("   rmsnorm 2   "), said.index(">> layer0.attn_wq")
    assert lacking < attention, "it stands where the reference has it"


def test_equal_numbers_in_a_part_that_is_not_passed_send_to_the_checks(course):
    course.write(3, solution(3).replace("xi * scale for", "xi * scale.data for"))
    said = course.run("trace", "--name", "a")
    assert said.returncode == 0 and "This does not test gradients" in said.stdout and "check 3\n" in said.stdout
    course.solve(3)
    course.run("check", 3)
    assert "This does not test" not in course.run("trace", "--name", "a").stdout


def test_a_mistake_that_shows_at_a_later_token_is_found_there(course):
    course.write(5, solution(5).replace('state_dict["wpe"][pos_id]', 'state_dict["wpe"][0]'))
    answer = course.run("trace", "--name", "ava")
    assert "The first difference, marked >>: wte + wpe at position 1, token a" in answer.stdout


def test_a_task_that_is_not_written_stops_it_with_a_sentence(course):
    course.solve(5)
    course.run("reset", "5.3", "--yes")
    answer = course.run("trace")
    assert answer.returncode == 1 and "5.3 mlp is not written yet" in answer.stdout
    assert "part05_gpt.py, line" in answer.stdout and "head 4 output" in answer.stdout
    assert "layer0.mlp_fc1" not in answer.stdout
    assert "Next: write 5.3 mlp in " in answer.stdout and "trace --name emma" in answer.stdout


def test_a_model_of_another_build_is_compared_where_it_can_be(course):
    """One that has its own attention inside: what it does not call is said, what it returns is compared."""
    text = (
        solution(5)
        .replace("attend(", "look(")
        .replace("def look(", "def attend(query, keys, values): ...\n\n\ndef look(")
    )
    course.write(5, text)
    answer = course.run("trace", "--name", "a")
    assert answer.returncode == 0 and "yours computes it differently" in answer.stdout


def test_a_fresh_copy_traces_the_reference(course):
    answer = course.run("trace", "--name", "a")
    assert answer.returncode == 0 and "read by the reference alone" in answer.stdout
    assert not re.search(r"\|| yours|[Yy]our heads|Both|equals", answer.stdout), "nothing here is the learner's"


def test_full_shows_all_numbers(course):
    course.write(5, solution(5))
    answer = course.run("trace", "--name", "a", "--full").stdout.partition("position 1")[0]
    assert (
        answer.count("|") == 1 + 6 * 13 + 4 * 2 + 4 * 2 + 22 * 2 + 9
    )  # heading; 16 numbers; scores, weights; 4; 64; 27


def test_names_that_the_model_cannot_read_are_a_sentence(course):
    for name in ("Emma", "", "a" * 16, "zo\u00eb"):
        answer = course.run("trace", "--name", name)
        assert answer.returncode == 2 and "1 to 15 letters" in answer.stderr


def test_a_file_that_does_not_load_is_a_sentence(course):
    course.write(1, "def (\n")
    answer = course.run("trace")
    assert answer.returncode == 1 and "part01_autograd.py, line 1" in answer.stdout and "Traceback" not in answer.stderr
