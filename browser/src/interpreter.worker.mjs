// One interpreter in a worker: either the learner's, which runs probes, or the checker, which holds the checks.
import { openPort } from "./port.mjs";

const port = await openPort();
const handlers = {
  learner: {
    boot: "import learner, training\npage, trainer = learner.Page(), training.Trainer()",
    files: (python, { files }) => call(python, "page.serve", files),
    load: (python) => call(python, "page.served.load"),
    call: (python, { probe, argumentsJson, folder, limit }) => ({ line: call(python, "page.served.call", probe, argumentsJson, folder, limit) }),
    cell: (python, { part, code, files }) => call(python, "page.run_cell", part, code, files),
    output: (python) => call(python, "page.served.output"),
    train: (python, { step, given }) => call(python, "trainer.answer", step, given),
  },
  checker: {
    boot: "import checker\npage = checker.page()",
    begin: (python, { request }) => call(python, "page.begin", request),
    answer: (python, { replies, printed }) => call(python, "page.answer", replies, printed),
    capstone: (python, { recorded, claimed, known }) => call(python, "page.capstone", recorded, claimed, known),
    recipe: (python, { step, given }) => call(python, "page.tries.answer", step, given),
    card: (python, { measured }) => call(python, "page.card", measured),
  },
};

// Calls a function of Python's with text, and returns its text.
function call(python, name, ...given) {
  const target = python.runPython(name);
  try {
    return target(...given);
  } finally {
    target.destroy();
  }
}

let python = null;
let mine = null;

// Python raises MemoryError at this limit. A phone would close the page long before WebAssembly's own limit of 4 GB.
const MOST_MEMORY = 512 * 1024 * 1024;

function limitMemory() {
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * 65536 > MOST_MEMORY) throw new RangeError("the memory of this interpreter is limited");
    return grow.call(this, pages);
  };
}

// A link may bring code: it gets no way to send what is kept in this browser.
function takeNetworkAway() {
  for (const name of ["fetch", "XMLHttpRequest", "WebSocket", "EventSource", "WebTransport", "indexedDB", "caches", "BroadcastChannel"]) {
    if (name in globalThis) Object.defineProperty(globalThis, name, { value: undefined, configurable: false, writable: false });
  }
}

async function boot({ role, indexURL, archive }) {
  mine = handlers[role];
  if (role === "learner") limitMemory();
  const { loadPyodide } = await import(`${indexURL}pyodide.mjs`);
  python = await loadPyodide({ indexURL, stdout: () => {}, stderr: () => {} });
  python.unpackArchive(archive, "zip", { extractDir: "/course" });
  python.runPython(`import sys\nsys.path[:0] = ["/course", "/course/${role === "learner" ? "serving" : "browser"}"]`);
  python.runPython(mine.boot);
  if (role === "learner") takeNetworkAway();
  return { version: python.runPython("'.'.join(map(str, sys.version_info[:3]))") };
}

port.receive(async ({ id, action, ...data }) => {
  try {
    const result = action === "boot" ? await boot(data) : mine[action](python, data);
    port.send({ id, result });
  } catch (error) {
    port.send({ id, error: String(error && error.message ? error.message : error).slice(0, 2000) });
  }
});
