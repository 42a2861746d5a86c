"""The worker: the program of the process in which a learner's code and the probes that call it run.

It reads calls as JSON lines from its original standard input and writes replies to its original standard output;
before any learner code runs, both are moved to private descriptors, fd 0 becomes the null device and fd 1 becomes
standard error. The grader does not trust what it sends: see protocol.py. Standard library only, Python 3.9 and newer.
"""

import builtins
import gc
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
MOST_DESCRIPTORS = 64  # of a process that forks: its socket and the pipes of one child
# By default, a collection of garbage starts every 700 objects. In a graph of thousands of values, each search finds
# nothing and takes a third of the time.
THRESHOLDS = (100_000, 10, 10)
MOST_KEYS = 100  # of a dict without the key that the code looked up
MOST_CALLERS = 20  # frames of the learner's code above the one that raised
# Exact types, so that methods of a learner's subclass are never called.
SCALARS = frozenset((type(None), bool, float, str))
BUILTIN_EXCEPTIONS = {
    value: name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
}
TODO_MESSAGE = re.compile(r"L?\d{1,2}\.\d{1,2} \w[\w. ]{0,60}")
MISSING_NAME = re.compile(r"module '(\w+)' has no attribute '\w+'|cannot import name '\w+' from '(\w+)'")
MISSING_ATTRIBUTE = re.compile(r"(?:type object )?'(\w+)' (?:object )?has no attribute '\w+'")

type_name = type.__dict__["__name__"].__get__  # a metaclass cannot override this
compact = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


class NotPlainData(Exception):
    """A probe returned something that cannot be sent."""


class TooLarge(Exception):
    """A probe returned more than a reply may contain."""


def plain(value, depth, count):
    """`value` as JSON data, with tuples as lists. `count`: a list with one number, the items seen so far."""
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
    """Writes lines to the private descriptor, for the current call."""

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
    """A folder under test, with its own copies of all modules, so that two folders never share modules."""

    compiled = {}  # by source: code that each folder runs from the start
    standard_path = list(sys.path[1:]) if sys.path and sys.path[0] == os.path.dirname(__file__) else list(sys.path)

    def __init__(self, root, folder, replies):
        self.root, self.folder = root, folder
        self.path = os.path.join(root, folder)
        # The standard library comes first, so that a file named random.py shadows nothing.
        self.search = ModuleSpace.standard_path + [self.path, os.path.join(root, "common")]
        self.modules, self.namespace, self.failure = {}, None, None
        self.replies = replies

    def activate(self, names):
        """Replace the modules of the folder that was in use by this folder's."""
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
                source = file.read()
            if source not in ModuleSpace.compiled:
                ModuleSpace.compiled[source] = compile(source, path, "exec", dont_inherit=True)
            exec(ModuleSpace.compiled[source], namespace)
            self.namespace = namespace
        except BaseException:
            self.failure = describe_safely(self, loading=True)

    def progress(self, data):
        """Send plain data to the trusted side before the answer is complete."""
        self.replies.send("progress", data)

    def confirm(self):
        """Answer the request to load the modules, which `activate` has done."""
        if self.failure is None:
            self.replies.send("value", None)
        else:
            self.replies.send_failure(self.failure)

    def call(self, probe, arguments):
        """Answer one call with a value, or with a description of the failure."""
        if self.failure is None:
            try:
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
    except BaseException:  # methods of the learner's own exception may raise anything
        unknown = {"exception": "", "message": "", "file": None, "line": None, "columns": None, "callers": []}
        return {"failure": "load" if loading else "raised", **unknown}


def describe(space, loading):
    """The current exception, as data."""
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
        **({"dicts": dicts_without_key(space, error, traceback)} if kind is KeyError else {}),
    }


def dicts_without_key(space, error, traceback):
    """The local dicts of texts that lack the key of a KeyError in the learner's code: each one's name and keys."""
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    frame = traceback.tb_frame
    if os.path.dirname(frame.f_code.co_filename) != space.path or [type(key) for key in error.args] != [str]:
        return []
    dicts = [(name, [*value]) for name, value in frame.f_locals.items() if type(value) is dict and value]
    dicts = [(name, keys) for name, keys in dicts if all(type(key) is str for key in keys)]
    return [[name, [key[:100] for key in keys[:MOST_KEYS]]] for name, keys in dicts if error.args[0] not in keys][:3]


def locate(space, kind, error, traceback, loading):
    """File, line and columns of the learner's frames, the nearest to the error last, and whether the probe itself
    raised it. If an import calls an unwritten function, return only the first frame: the call is the line to change.
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
    """The UTF-8 columns of the expression that raised; None before Python 3.11."""
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
    """Whether the probe used a name that is missing in the module under test or in one of its classes."""
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
    """Standard output and error of the code. Output beyond the limit is dropped, so that code that prints a lot never
    waits for the reader.
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
    """Set this process's limits. Limits that the system does not know are left out."""
    try:
        import resource
    except ImportError:  # Windows: at least no Python loop outlives a killed grader
        import threading

        watch = threading.Timer(seconds, os._exit, (1,))
        watch.daemon = True
        watch.start()
        return
    for name, value in limits.items():
        try:
            # One second between the soft limit (SIGXCPU) and the hard one, which code cannot catch.
            resource.setrlimit(getattr(resource, "RLIMIT_" + name), (value, value + 1 if name == "CPU" else value))
        except (AttributeError, ValueError, OSError):
            pass


def start_clock(seconds):
    """End this process by SIGPROF once it has used this much processor time; 0 stops the timer."""
    if hasattr(signal, "setitimer"):  # not on Windows, which has only the grader's wall time
        signal.setitimer(signal.ITIMER_PROF, seconds)


def load_packages(statements, folders):
    """Import installed packages that the code may use, before any call is timed. One thread is enough for small
    matrices, and more of them would only wait for each other.
    """
    import warnings

    os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
    ModuleSpace.standard_path.extend(folders)
    sys.path.extend(folders)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for statement in statements:
            exec(statement, {})


def end_with_the_parent():
    """Let the kernel kill this process when the thread that started it ends."""
    import ctypes

    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def until_the_pipe_ends(requests):
    """Yield the lines of `requests`. A thread reads them, and ends this process as soon as the other end is closed,
    even during a call. It can't end code that holds the interpreter's lock forever.
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


def compile_once(folder):
    """Compile each module in `folder` only once. Every implementation under test imports its own copies of the other
    parts, and compiling them takes most of the time.
    """
    loader = sys.modules["_frozen_importlib_external"].SourceFileLoader
    original = loader.source_to_code
    if original.__module__ == __name__:  # done before this process was forked
        return

    def source_to_code(self, data, path, **more):
        if os.path.dirname(path) != folder:
            return original(self, data, path, **more)
        if (path, data) not in ModuleSpace.compiled:
            ModuleSpace.compiled[path, data] = original(self, data, path, **more)
        return ModuleSpace.compiled[path, data]

    loader.source_to_code = source_to_code


def apply_landlock(root, setup):
    """The second tier: this process restricts itself. A failure here ends the worker before any learner code runs."""
    import base64

    sys.path.insert(0, root)
    import confine

    del sys.path[0]
    confine.restrict_files(**setup["landlock"])
    confine.restrict_calls(base64.b64decode(setup["filter"]))


def serve(root):
    """Fork a process for each message on the socket that is standard input, and return in the new process, whose
    standard streams are the three pipes of the message. What all of them need is loaded before. This process never runs
    or reads anything of a learner's; the new one gets the stricter filter before it does, and has no socket.
    """
    import base64
    import socket

    sys.path.insert(0, root)
    import confine

    del sys.path[0]
    control = socket.socket(fileno=0)
    filter_program = base64.b64decode(control.makefile("rb").readline())
    load_ahead(root)
    gc.collect()
    gc.freeze()  # the new processes share these objects, and their collectors never write to them
    control.sendall(b"ready")
    while True:
        _, pipes, _, _ = socket.recv_fds(control, 1, 3)
        if len(pipes) != 3:  # the grader has closed the socket
            os._exit(0)
        process = os.fork()
        if process == 0:
            control.detach()
            for number, pipe in enumerate(pipes):
                os.dup2(pipe, number)
            os.closerange(3, MOST_DESCRIPTORS)
            del sys.argv[1:]
            confine.restrict_calls(filter_program)
            return
        for pipe in pipes:
            os.close(pipe)
        handle = os.pidfd_open(process)
        socket.send_fds(control, [b"\n"], [handle])
        os.close(handle)
        control.sendall(b"%6d" % os.waitpid(process, 0)[1])


def load_ahead(root):
    """Load what most submissions import, and compile the probes and the other parts."""
    for name in ("collections", "dataclasses", "functools", "itertools", "math", "random", "zlib"):
        __import__(name)

    path = os.path.join(root, "probes.py")
    with open(path, encoding="utf-8") as file:
        source = file.read()
    ModuleSpace.compiled[source] = compile(source, path, "exec", dont_inherit=True)
    common = os.path.join(root, "common")
    compile_once(common)
    loader = sys.modules["_frozen_importlib_external"].SourceFileLoader
    for name in module_names(common):
        path = os.path.join(common, name + ".py")
        module = loader(name, path)
        module.source_to_code(module.get_data(path), path)


def main():
    if sys.argv[1:] == ["serve"]:
        serve(os.path.dirname(os.path.abspath(__file__)))
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    builtins.input = refuse_input
    # A breakpoint() left in the code does nothing here; it works in `debug`.
    sys.breakpointhook = lambda *unused, **more: None
    builtins.exit = builtins.quit = sys.exit  # a Python without its site module does not have them
    root = os.path.dirname(os.path.abspath(__file__))
    setup = json.loads(requests.readline())
    if setup["parent"] == "signal":
        end_with_the_parent()
    if "landlock" in setup:
        apply_landlock(root, setup)
    set_limits(setup["limits"], setup["seconds"])
    if "packages" in setup:
        load_packages(setup["packages"], setup["package_folders"])
    raw = io.BufferedWriter(Printed(setup["output_bytes"] + 1))  # one more byte, to show that there was more
    how = {"encoding": "utf-8", "errors": "backslashreplace", "line_buffering": True}
    printed = sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = io.TextIOWrapper(raw, **how)
    replies = Replies(answers, setup["reply_bytes"])
    replies.id = setup["id"]
    replies.send("ready", ".".join(map(str, sys.version_info[:3])))

    if hasattr(gc, "set_threshold"):  # PyPy has another collector
        gc.set_threshold(*THRESHOLDS)
    compile_once(os.path.join(root, "common"))
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
            names.update(module_names(space.path))  # the folder may be there only now
        if space is not current:
            if current is not None:
                current.deactivate(names)
            space.activate(names)
            current = space
        if "probe" in request:
            space.call(request["probe"], request["arguments"])
        else:
            space.confirm()
        start_clock(0)


if __name__ == "__main__":
    main()
