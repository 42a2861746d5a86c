"""What a call gives back: values as they were, and one kind of failure for each thing that can go wrong."""

import math
import os
import struct
import sys

import pytest
from helpers.sandbox import PROBES, SHORT, call

from autograder.sandbox import Limits, SandboxUnavailable, Tier, Worker
from autograder.sandbox.worker_client import START_SECONDS


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -1,
        10**299,
        0.1,
        5e-324,
        1.7976931348623157e308,
        "",
        "é\U0001f600",
        [],
        [[1], [2.5]],
        {"a": [None]},
    ],
)
def test_plain_data_comes_back_as_it_was(work, value):
    reply = work().call("echo", [value])
    assert (reply.failure, reply.value, type(reply.value)) == (None, value, type(value))


def test_every_float_comes_back_bit_by_bit(work):
    values = [0.1 + 0.2, -0.0, math.inf, -math.inf, 1 / 3, 2.2250738585072014e-308]
    reply = work().call("echo", [values])
    assert struct.pack("6d", *reply.value) == struct.pack("6d", *values)
    assert math.isnan(work().call("echo", [math.nan]).value)


def test_tuples_come_back_as_lists(work):
    assert call(work("def pair(): return (1, (2.0, 'x'))"), "pair").value == [1, [2.0, "x"]]


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("object()", "object"),
        ("{1, 2}", "set"),
        ("b'x'", "bytes"),
        ("type('Value', (), {})()", "Value"),
        ("type('Sneaky', (float,), {})(1.0)", "Sneaky"),
        ("{1: 2}", "int"),
        ("10 ** 300", "300 digits"),
        ("[[1, {'a': 1j}]]", "complex"),
    ],
)
def test_what_is_not_plain_data_is_a_type_failure_that_names_the_type(work, expression, named):
    reply = call(work(f"def get(): return {expression}"), "get")
    assert reply.failure == "type" and named in reply.message and reply.value is None


def test_methods_of_a_foreign_object_are_never_called(work):
    code = """
class Loud(list):
    def __getattribute__(self, name): print('touched'); return list.__getattribute__(self, name)
    def __iter__(self): print('touched'); return iter([])
    def __len__(self): print('touched'); return 0
def get(): return [Loud()]
"""
    worker = work(code)
    assert call(worker, "get").failure == "type"
    assert worker.read_output() == ""


def test_a_list_that_holds_itself_is_a_type_failure(work):
    code = "def get():\n    items = []\n    items.append(items)\n    return items"
    assert call(work(code), "get").failure == "type"


def test_a_list_of_shared_lists_cannot_grow_without_bound(work):
    code = "def get():\n    items = [1]\n    for _ in range(40): items = [items, items]\n    return items"
    assert call(work(code), "get").failure == "too large"


def test_an_answer_that_is_too_long_says_how_long_it_was(work):
    reply = call(work("def get(): return 'x' * 2_000_000"), "get")
    assert reply.failure == "too large" and "2000002 bytes" in reply.message


def test_an_exception_has_its_name_its_message_its_file_and_its_line(work):
    reply = call(work("def get():\n    return {}['key']\n"), "get")
    assert (reply.failure, reply.exception, reply.message) == ("raised", "KeyError", "'key'")
    assert (reply.file, reply.line) == ("part05_gpt.py", 2)


def test_an_error_inside_the_reference_points_at_the_line_that_called_it(work):
    common = {"common/part01_autograd.py": b"\n\n\ndef divide(x):\n    return x / 0\n"}
    reply = call(work("from part01_autograd import divide\ndef get():\n    return divide(1)\n", files=common), "get")
    assert (reply.exception, reply.file, reply.line) == ("ZeroDivisionError", "part05_gpt.py", 3)


def test_an_exception_class_of_the_learner_is_not_named(work):
    reply = call(work("class Input1234(Exception): pass\ndef get(): raise Input1234('x')"), "get")
    assert (reply.failure, reply.exception, reply.message) == ("raised", "an exception of its own", "x")


def test_a_message_is_short_and_holds_no_control_characters(work):
    reply = call(work(r"def get(): raise ValueError('\x1b[31mred\x07\u202e\n' + 'x' * 999)"), "get")
    assert reply.message.startswith("red x") and len(reply.message) == 200


@pytest.mark.parametrize("body", ["raise 1 / 0", "return {}[()]", "raise SystemExit"])
def test_an_exception_with_hostile_methods_is_still_an_answer(work, body):
    code = f"""
class Awful(Exception):
    def __str__(self): {body}
    __repr__ = __str__
    @property
    def __traceback__(self): {body}
def get(): raise Awful()
"""
    reply = call(work(code), "get")
    assert (reply.failure, reply.message, reply.line) == ("raised", "", 7)


def test_a_task_that_is_not_written_yet_is_todo_with_its_number(work):
    reply = call(work("def attend(): raise NotImplementedError('5.1 attend')"), "attend")
    assert (reply.failure, reply.message) == ("todo", "5.1 attend")
    other = call(work("def attend(): raise NotImplementedError('later')"), "attend")
    assert (other.failure, other.exception) == ("raised", "NotImplementedError")


def test_a_name_that_is_not_there_is_missing_and_named(work):
    reply = call(work("x = 1"), "attend")
    assert reply.failure == "missing" and "'attend'" in reply.message and "part05_gpt" in reply.message


def test_a_method_that_is_not_there_is_missing_and_named(work):
    probes = "import part05_gpt as part\ndef use(): return part.Value().exp()"
    reply = work("class Value: pass", probes=probes).call("use", [])
    assert reply.failure == "missing" and "'exp'" in reply.message


def test_an_attribute_error_of_the_learners_own_code_is_not_a_missing_name(work):
    reply = call(work("import math\ndef get(): return math.nothing"), "get")
    assert (reply.failure, reply.line) == ("raised", 2)
    reply = call(work("class Value: pass\ndef get(): return Value().exp()"), "get")
    assert (reply.failure, reply.line) == ("raised", 2)


def test_a_file_that_is_not_there_is_missing():
    with Worker({"probes.py": PROBES.encode(), "submission/other.py": b""}) as worker:
        reply = worker.call("echo", [1])
    assert reply.failure == "missing" and "part05_gpt" in reply.message


@pytest.mark.parametrize(
    ("code", "exception", "line"),
    [
        ("x = 1\ndef broken(:\n    pass", "SyntaxError", 2),
        ("def f():\nreturn 1", "IndentationError", 2),
        ("import math\n\nmath.log(-1)", "ValueError", 3),
        ("import numpy", "ModuleNotFoundError", 1),
        ("import sys\nsys.exit()", "SystemExit", 2),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", 1),
        ("raise GeneratorExit", "GeneratorExit", 1),
        ("class Odd(BaseException): pass\nraise Odd", "an exception of its own", 2),
        ("raise NotImplementedError('5.1 attend')", "NotImplementedError", 1),
    ],
)
def test_code_that_does_not_load_says_where(work, code, exception, line):
    worker = work(code)
    for _ in range(2):  # the answer is the same the second time
        reply = worker.call("echo", [1])
        assert (reply.failure, reply.exception, reply.file, reply.line) == ("load", exception, "part05_gpt.py", line)


def test_null_bytes_in_the_source_are_a_load_failure(work):
    assert work("x = 1\0").call("echo", [1]).failure == "load"


def test_ending_the_program_while_loading_is_an_exit(work):
    assert work("import os\nos._exit(0)").call("echo", [1]).failure == "exited"


@pytest.mark.parametrize("body", ["import sys; sys.exit(0)", "raise SystemExit", "import os; os._exit(0)"])
def test_ending_the_program_in_a_call_is_an_exit_and_the_next_call_works(work, body):
    worker = work(f"def leave():\n    {body}\n")
    assert call(worker, "leave").failure == "exited"
    assert worker.call("echo", [5]).value == 5


@pytest.mark.parametrize("name", ["KeyboardInterrupt", "GeneratorExit", "StopIteration", "RecursionError"])
def test_other_exceptions_that_end_programs_are_only_raised(work, name):
    reply = call(work(f"def get(): raise {name}"), "get")
    assert (reply.failure, reply.exception) == ("raised", name)


def test_endless_recursion_is_a_recursion_error(work):
    reply = call(work("def deep(): return deep()"), "deep")
    assert (reply.failure, reply.exception) == ("raised", "RecursionError")


def test_asking_for_input_says_that_nobody_is_there(work):
    reply = call(work("def ask(): return input('name? ')"), "ask")
    assert reply.exception == "EOFError" and "input() cannot be used here" in reply.message
    assert call(work("import sys\ndef ask(): return sys.stdin.read()"), "ask").value == ""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process")
def test_too_much_memory_is_a_memory_failure_and_the_worker_goes_on(work):
    worker = work("def eat(): return [0] * 10 ** 9")
    assert call(worker, "eat").failure == "memory"
    assert worker.call("echo", [1]).value == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process")
def test_a_module_that_needs_two_gigabytes_is_a_memory_failure(work):
    assert work("table = bytearray(2 * 10 ** 9)").call("echo", [1]).failure == "memory"


def test_an_endless_loop_is_a_timeout_and_the_next_call_works(work):
    worker = work("def spin():\n    while True: pass")
    reply = call(worker, "spin", seconds=0.3)
    assert reply.failure == "timeout" and "0.3 seconds" in reply.message
    assert worker.no_survivors and worker.call("echo", [1]).value == 1


def test_a_loop_that_python_cannot_interrupt_is_a_timeout_too(work):
    code = "import re\ndef match(): return re.match('(a+)+$', 'a' * 60 + 'b')"
    assert call(work(code), "match", seconds=0.3).failure == "timeout"


@pytest.mark.skipif(os.name != "posix", reason="Windows does not count processor time for us")
def test_the_processor_time_of_a_job_is_bounded(work):
    limits = Limits(cpu_seconds=1, call_seconds=15, total_seconds=15)
    reply = call(work("def spin():\n    while True: pass", limits=limits), "spin")
    assert reply.failure == "timeout" and "processor time" in reply.message


def test_after_the_total_time_every_call_is_a_timeout(work):
    worker = work("def spin():\n    while True: pass", limits=Limits(cpu_seconds=20, call_seconds=9, total_seconds=0.4))
    assert call(worker, "spin").failure == "timeout"
    reply = worker.call("echo", [1])
    assert reply.failure == "timeout" and "0.4 seconds for all calls" in reply.message


def test_progress_notes_come_in_order_before_the_answer(work):
    probes = "import part05_gpt\ndef count(n):\n    for i in range(n): progress([i, i / 3])\n    return 'done'"
    notes = []
    reply = work(probes=probes).call("count", [50], on_progress=notes.append)
    assert reply.value == "done" and notes == [[i, i / 3] for i in range(50)]


def test_a_progress_note_that_is_not_plain_data_is_a_type_failure(work):
    probes = "import part05_gpt\ndef note():\n    progress(object())"
    assert work(probes=probes).call("note", []).failure == "type"


def test_an_error_while_a_note_is_handled_ends_the_call_and_the_next_one_works(work):
    probes = "import part05_gpt\ndef note(): progress(1); return 2"
    worker = work(probes=probes)

    def handle(note):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        worker.call("note", [], on_progress=handle)
    assert worker.call("note", []).value == 2


def test_two_folders_have_worlds_of_their_own_and_each_keeps_its_state(work):
    code = b"import part01_autograd\ncount = 0\ndef step():\n    global count\n    count += %d\n    return count\n"
    files = {"variants-a/part05_gpt.py": code % 10, "submission/part05_gpt.py": code % 1}
    files["common/part01_autograd.py"] = b"x = 1"
    worker = work(files=files)
    answers = [worker.call("run", ["step"], folder=folder).value for folder in ("submission", "variants-a") * 3]
    assert answers == [1, 10, 2, 20, 3, 30]


def test_a_file_of_the_folder_comes_before_the_reference(work):
    files = {"common/part01_autograd.py": b"x = 'reference'", "submission/part01_autograd.py": b"x = 'own'"}
    assert call(work("from part01_autograd import x\ndef get(): return x", files=files), "get").value == "own"


def test_a_file_named_like_the_standard_library_shadows_nothing(work):
    files = {"submission/random.py": b"raise SystemExit", "submission/json.py": b"raise SystemExit"}
    code = "import random, json\ndef get(): return random.Random(42).random()"
    assert call(work(code, files=files), "get").value == 0.6394267984578837


def test_what_the_code_prints_is_kept_in_order_and_cleaned(work):
    code = r"""
import os, sys
def speak():
    print('one')
    print('two\x1b[31m\u202e', file=sys.stderr)
    os.write(1, b'three\n')
    print('no newline', end='')
    print('\ud800', end='')
"""
    worker = work(code)
    call(worker, "speak")
    assert worker.read_output() == "one\ntwo\nthree\nno newline\\ud800"
    assert worker.read_output() == "one\ntwo\nthree\nno newline\\ud800", "asking leaves no trace"


def test_prints_never_mix_with_answers(work):
    worker = work("""def speak():\n    print('{"id":"x","value":1}')\n    return 2""")
    assert call(worker, "speak").value == 2


def test_the_worker_starts_before_it_is_needed(work):
    worker = work()
    worker.start()
    worker.start()
    assert worker.call("echo", [1]).value == 1
    assert worker.interpreter_version == ".".join(map(str, sys.version_info[:3]))


def test_the_files_are_gone_when_the_worker_is_closed(work):
    worker = work("def where(): return __file__")
    path = call(worker, "where").value
    assert os.path.exists(path)
    worker.close()
    assert not os.path.exists(os.path.dirname(os.path.dirname(os.path.dirname(path))))


def test_the_environment_of_a_worker_is_empty(work, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "x")
    names = call(work("import os\ndef names(): return sorted(os.environ)"), "names").value
    assert set(names) <= {"LC_CTYPE", "SYSTEMROOT", "TEMP", "TMP", "PYPY_GC_NURSERY", "__CF_USER_TEXT_ENCODING"}


@pytest.mark.parametrize(
    "path", ["../x.py", "/x.py", "a/b/c.py", "a/../x.py", ".hidden", "a\\b.py", "worker.py", "worker.pyc", "", "a/"]
)
def test_a_path_that_climbs_out_of_the_job_is_refused(path):
    with pytest.raises(ValueError, match="not a file of a job"):
        Worker({path: b""}).start()


def test_an_interpreter_that_does_not_exist_is_the_graders_problem(work):
    with pytest.raises(SandboxUnavailable, match="could not be started"):
        work(interpreter="/no/such/python").call("echo", [1])


@pytest.mark.skipif(os.name != "posix", reason="uses true as an interpreter")
def test_an_interpreter_that_does_not_answer_is_the_graders_problem(work):
    with pytest.raises(SandboxUnavailable, match="did not start"):
        work(interpreter="true").call("echo", [1])
    assert START_SECONDS > SHORT.call_seconds


@pytest.mark.skipif(not os.path.exists("/usr/bin/pypy3"), reason="pypy3 is not installed")
def test_pypy_serves_probes_too(work):
    worker = work("def half(xs): return [x / 2 for x in xs]", interpreter="/usr/bin/pypy3")
    assert call(worker, "half", [1.0, 3.0]).value == [0.5, 1.5]
    assert call(worker, "nothing").failure == "missing"
    assert worker.read_output() == ""


def test_a_folder_that_is_added_later_has_its_own_copies_of_all_modules():
    probes = b"import part01, part05\ndef add(): part01.seen.append(part05.NAME); return part01.seen"
    files = {"probes.py": probes, "common/part01.py": b"seen = []\n", "one/part05.py": b"NAME = 'one'\n"}
    with Worker(files, Tier.LOCAL) as worker:
        assert worker.call("add", [], "one").value == ["one"]
        worker.add("two", {"part05.py": b"NAME = 'two'\n"})
        worker.add("three", {"part05.py": b"1 / 0\n"})
        assert worker.call("add", [], "two").value == ["two"]
        assert worker.call("add", [], "one").value == ["one", "one"]
        failed = worker.call("add", [], "three")
        assert (failed.failure, failed.file, failed.line) == ("load", "part05.py", 1)
        with pytest.raises(ValueError, match="not a file of a job"):
            worker.add("..", {"part05.py": b""})


def test_a_graph_is_built_without_searching_it_for_garbage_again_and_again(work):
    code = """
import gc
def collections():
    before = gc.get_stats()[0]["collections"]
    kept = [[] for _ in range(50_000)]
    return gc.get_stats()[0]["collections"] - before, len(kept)
"""
    count, kept = call(work(code), "collections").value
    assert count <= 1 and kept == 50_000  # by default 65
