"""The worker: the program in whose process a learner's code runs.

Other files of the grader that run there are what it loads: a part's probes, and helpers such as tracing. It reads
calls as JSON lines from its original standard input and writes replies to its original standard output; before any
learner code runs, both are moved to private descriptors, fd 0 becomes the null device and fd 1 becomes standard error.
What it sends is believed by nobody: see protocol.py. Standard library only, Python 3.9 and newer.
"""

import builtins
import io
import json
import os
import re
import signal
import sys

MAXIMUM_DEPTH = 64
MAXIMUM_ITEMS = 100000
MAXIMUM_INTEGER = 10**300
PR_SET_PDEATHSIG = 1
MOST_CALLERS = 20  # frames of the learner's above the one that raised
# Exact types, so that a subclass with methods of its own is never touched.
SCALARS = frozenset((type(None), bool, float, str))
BUILTIN_EXCEPTIONS = {
    value: name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
}
TODO_MESSAGE = re.compile(r"\d{1,2}\.\d{1,2} \w[\w. ]{0,60}")
MISSING_NAME = re.compile(r"module '(\w+)' has no attribute '\w+'|cannot import name '\w+' from '(\w+)'")
MISSING_ATTRIBUTE = re.compile(r"(?:type object )?'(\w+)' (?:object )?has no attribute '\w+'")

type_name = type.__dict__["__name__"].__get__  # a metaclass cannot stand in its way
compact = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


class NotPlainData(Exception):
    """A probe returned something that cannot go over the wire."""


class TooLarge(Exception):
    """A probe returned more than a reply may hold."""


def plain(value, depth, count):
    """`value` as JSON can hold it, tuples as lists. `count` is a list of one: the items seen so far."""
    kind = type(value)
    if kind in SCALARS:
        return value
    if kind is int:
        if -MAXIMUM_INTEGER < value < MAXIMUM_INTEGER:
            return value
        raise NotPlainData("an integer of more than 300 digits was returned")
    if depth >= MAXIMUM_DEPTH:
        raise NotPlainData(f"the data is nested more than {MAXIMUM_DEPTH} deep")
    if kind is list or kind is tuple:
        count[0] += len(value)
        if count[0] > MAXIMUM_ITEMS:
            raise TooLarge(f"more than {MAXIMUM_ITEMS} items were returned")
        return [item if type(item) is float else plain(item, depth + 1, count) for item in value]
    if kind is dict:
        count[0] += len(value)
        if count[0] > MAXIMUM_ITEMS:
            raise TooLarge(f"more than {MAXIMUM_ITEMS} items were returned")
        for key in value:
            if type(key) is not str:
                raise NotPlainData(f"a dict with a key of type {type_name(type(key))} was returned")
        return {key: plain(item, depth + 1, count) for key, item in value.items()}
    raise NotPlainData(f"an object of type {type_name(kind)} was returned, where plain data is needed")


class Replies:
    """Writes lines to the private descriptor, for the call that is being answered."""

    def __init__(self, descriptor, limit):
        self.descriptor, self.limit, self.id = descriptor, limit, ""

    def send(self, key, value):
        text = compact(plain(value, 0, [0]))
        if len(text) > self.limit:
            raise TooLarge(f"an answer of {len(text)} bytes was returned; {self.limit} is the most")
        self.write(f'{{"id":"{self.id}","{key}":{text}}}\n')

    def send_failure(self, failure):
        self.write(compact(dict(failure, id=self.id)) + "\n")

    def write(self, text):
        data = text.encode("ascii")
        while data:
            data = data[os.write(self.descriptor, data) :]


class ModuleSpace:
    """One folder under test with its own copies of every module, so that two folders never see each other's."""

    standard_path = list(sys.path[1:]) if sys.path and sys.path[0] == os.path.dirname(__file__) else list(sys.path)

    def __init__(self, root, folder, replies):
        self.root, self.folder = root, folder
        self.path = os.path.join(root, folder)
        # The standard library first: a file named random.py shadows nothing.
        self.search = ModuleSpace.standard_path + [self.path, os.path.join(root, "common")]
        self.modules, self.namespace, self.failure = {}, None, None
        self.replies = replies

    def activate(self, names):
        """Put this folder's modules in place of whatever other folder was in use."""
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(self.modules)
        sys.path[:] = self.search
        if self.namespace is None and self.failure is None:
            self.load()

    def deactivate(self, names):
        self.modules = {name: sys.modules[name] for name in names if name in sys.modules}

    def load(self):
        path = os.path.join(self.root, "probes.py")
        namespace = {"__name__": "probes", "__file__": path, "progress": self.progress}
        try:
            with open(path, encoding="utf-8") as file:
                code = compile(file.read(), path, "exec", dont_inherit=True)
            exec(code, namespace)
            self.namespace = namespace
        except BaseException:
            self.failure = describe_safely(self, loading=True)

    def progress(self, data):
        """Tell the trusted side something before the answer is complete; `data` is plain."""
        self.replies.send("progress", data)

    def call(self, probe, arguments):
        """Answer one call: a value, or a failure that is described. Without a probe, whether all could be loaded."""
        if self.failure is None:
            try:
                if not probe:
                    self.replies.send("value", None)
                    return
                function = self.namespace.get(probe)
                if function is None:
                    raise NotImplementedError(f"the probe {probe} does not exist")
                self.replies.send("value", function(*arguments))
                return
            except BaseException:
                failure = describe_safely(self, loading=False)
        else:
            failure = self.failure
        self.replies.send_failure(failure)


def describe_safely(space, loading):
    try:
        return describe(space, loading)
    except BaseException:  # methods of the learner's own exception may raise whatever they like
        unknown = {"exception": "", "message": "", "file": None, "line": None, "columns": None, "callers": []}
        return {"failure": "load" if loading else "raised", **unknown}


def describe(space, loading):
    """The exception that is being handled, as data."""
    kind, error, traceback = sys.exc_info()
    try:
        text = str(error)  # may be the learner's own method
        message = text[:1000] if type(text) is str else ""
    except BaseException:
        message = ""
    if issubclass(kind, SystemExit):
        message = "the code called sys.exit()"
    frames, in_probe = locate(space, kind, error, traceback, loading)
    file, line, columns = frames[-1] if frames else (None, None, None)
    return {
        "failure": classify(space, kind, message, loading, in_probe),
        "exception": None if kind in (NotPlainData, TooLarge) else BUILTIN_EXCEPTIONS.get(kind, ""),
        "message": message,
        "file": file,
        "line": line,
        "columns": columns,
        "callers": [line for caller, line, columns in frames[-1 - MOST_CALLERS : -1] if caller == file],
    }


def locate(space, kind, error, traceback, loading):
    """File, line and columns of the learner's frames, that nearest the error last, and whether the probe itself raised
    it. Where an import calls a function that is not written, the call is the line to change: the first frame alone.
    """
    frames, last = [], ""
    while traceback is not None:
        last = traceback.tb_frame.f_code.co_filename
        if os.path.dirname(last) == space.path:
            frames.append((os.path.basename(last), traceback.tb_lineno, traceback))
        traceback = traceback.tb_next
    if loading and kind is NotImplementedError:
        frames = frames[:1]
    frames = [(file, line, None) for file, line, _ in frames[:-1]] + [
        (file, line, columns_of(nearest)) for file, line, nearest in frames[-1:]
    ]
    if issubclass(kind, SyntaxError) and BUILTIN_EXCEPTIONS.get(kind):
        source = error.filename
        if type(source) is str and os.path.dirname(source) == space.path:
            frames = [(os.path.basename(source), error.lineno if type(error.lineno) is int else None, None)]
    return frames, last == os.path.join(space.root, "probes.py")


def columns_of(traceback):
    """Where in its line the expression stands that raised, as UTF-8 columns; None before Python 3.11."""
    positions = getattr(traceback.tb_frame.f_code, "co_positions", None)
    if positions is None:
        return None
    for i, (line, last_line, first, last) in enumerate(positions()):
        if i == traceback.tb_lasti // 2:
            return [first, last] if line == last_line and first is not None and last is not None else None
    return None


def classify(space, kind, message, loading, in_probe):
    if kind is NotPlainData:
        return "type"
    if kind is TooLarge:
        return "too large"
    if issubclass(kind, MemoryError):
        return "memory"
    if is_missing(space, kind, message, in_probe):
        return "missing"
    if loading:
        return "load"
    if issubclass(kind, SystemExit):
        return "exited"
    if kind is NotImplementedError and TODO_MESSAGE.fullmatch(message):
        return "todo"
    return "raised"


def is_missing(space, kind, message, in_probe):
    """Whether the probe asked the module under test, or a class of it, for a name that is not there."""
    if kind is ModuleNotFoundError:
        return in_probe
    if kind is ImportError or kind is AttributeError:
        if not in_probe:
            return False
        found = MISSING_NAME.match(message)
        if found:
            return os.path.exists(os.path.join(space.path, (found.group(1) or found.group(2)) + ".py"))
        found = MISSING_ATTRIBUTE.match(message)
        return bool(found) and any(
            type(getattr(sys.modules.get(name), found.group(1), None)) is type for name in module_names(space.path)
        )
    return False


def module_names(folder):
    try:
        return [name[:-3] for name in os.listdir(folder) if name.endswith(".py")]
    except OSError:
        return []


class Printed(io.RawIOBase):
    """Standard output and error of the code. What is beyond the limit goes nowhere, so that code that prints much
    never waits for the one who reads it.
    """

    def __init__(self, limit):
        self.left = limit

    def writable(self):
        return True

    def write(self, data):
        data = bytes(data)
        kept = data[: self.left]
        self.left -= len(kept)
        while kept:
            kept = kept[os.write(2, kept) :]
        return len(data)


def refuse_input(prompt=""):
    raise EOFError("input() cannot be used here: nobody is at the keyboard while the code is checked")


def set_limits(limits, seconds):
    """Bound this process. A limit that the system does not know is left out."""
    try:
        import resource
    except ImportError:  # Windows: at least no loop of Python outlives a grader that was killed
        import threading

        watch = threading.Timer(seconds, os._exit, (1,))
        watch.daemon = True
        watch.start()
        return
    for name, value in limits.items():
        try:
            # One second between the soft limit (SIGXCPU) and the hard one, which nobody can catch.
            resource.setrlimit(getattr(resource, "RLIMIT_" + name), (value, value + 1 if name == "CPU" else value))
        except (AttributeError, ValueError, OSError):
            pass


def start_clock(seconds):
    """End this process by SIGPROF once it has used so much processor time; 0 stops the clock."""
    if hasattr(signal, "setitimer"):  # not on Windows: there the wall clock of the grader is all there is
        signal.setitimer(signal.ITIMER_PROF, seconds)


def end_with_the_parent():
    """Have the kernel kill this process when the thread that started it ends."""
    import ctypes

    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def until_the_pipe_ends(requests):
    """The lines of `requests`, read by a thread which ends this process as soon as nobody can write there any more,
    also in the middle of a call. Code that holds the interpreter's lock forever is not ended by it.
    """
    import queue
    import threading

    waiting = queue.SimpleQueue()

    def read():
        try:
            for line in requests:
                waiting.put(line)
        finally:
            os._exit(1)

    threading.Thread(target=read, daemon=True).start()
    return iter(waiting.get, None)


def apply_landlock(root, setup):
    """The second tier: this process shuts itself in. What fails here ends the worker before any learner code."""
    import base64

    sys.path.insert(0, root)
    import confine

    del sys.path[0]
    confine.restrict_files(**setup["landlock"])
    confine.restrict_calls(base64.b64decode(setup["filter"]))


def main():
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    builtins.input = refuse_input
    sys.breakpointhook = lambda *unused, **more: None  # one left in the code stops nothing: `debug` is for that
    builtins.exit = builtins.quit = sys.exit  # which a Python without its site module lacks
    root = os.path.dirname(os.path.abspath(__file__))
    setup = json.loads(requests.readline())
    if setup["parent"] == "signal":
        end_with_the_parent()
    if "landlock" in setup:
        apply_landlock(root, setup)
    set_limits(setup["limits"], setup["seconds"])
    raw = io.BufferedWriter(Printed(setup["output_bytes"] + 1))  # one more, which shows that there was more
    how = {"encoding": "utf-8", "errors": "backslashreplace", "line_buffering": True}
    printed = sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = io.TextIOWrapper(raw, **how)
    replies = Replies(answers, setup["reply_bytes"])
    replies.id = setup["id"]
    replies.send("ready", ".".join(map(str, sys.version_info[:3])))

    folders = [entry for entry in os.listdir(root) if os.path.isdir(os.path.join(root, entry))]
    names = {name for folder in folders for name in module_names(os.path.join(root, folder))}
    spaces, current = {}, None
    for line in until_the_pipe_ends(requests) if setup["parent"] == "pipe" else requests:
        request = json.loads(line)
        if "flush" in request:
            printed.flush()
            os.write(2, request["flush"].encode("ascii"))
            continue
        replies.id = request["id"]
        folder = request["folder"]
        start_clock(request["processor_seconds"])
        space = spaces.get(folder)
        if space is None:
            space = spaces[folder] = ModuleSpace(root, folder, replies)
        if space is not current:
            if current is not None:
                current.deactivate(names)
            space.activate(names)
            current = space
        space.call(request["probe"], request["arguments"])
        start_clock(0)


if __name__ == "__main__":
    main()
