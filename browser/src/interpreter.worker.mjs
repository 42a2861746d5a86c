// One interpreter in a worker: either the learner's, which runs probes, or the checker, which holds the checks.
import { openPort } from "./port.mjs";

const port = await openPort();
const handlers = {
  learner: {
    boot: "import learner\nserve = learner.prepare()",
    files(python, { files }) {
      python.globals.set("files", files);
      python.runPython("served = serve(files)");
    },
    call(python, { probe, argumentsJson }) {
      const call = python.runPython("served.call");
      try {
        return { line: call(probe, argumentsJson) };
      } finally {
        call.destroy();
      }
    },
    output: (python) => python.runPython("served.output()"),
  },
  checker: {
    boot: "import checker",
    begin(python, { request }) {
      python.globals.set("request", request);
      return python.runPython("check = checker.begin(request)\ncheck.next()");
    },
    answer(python, { replies, printed }) {
      python.globals.set("replies", replies);
      python.globals.set("printed", printed);
      return python.runPython("check.answer(replies, printed)\ncheck.next()");
    },
  },
};

let python = null;
let mine = null;

async function boot({ role, indexURL, archive }) {
  mine = handlers[role];
  const { loadPyodide } = await import(`${indexURL}pyodide.mjs`);
  python = await loadPyodide({ indexURL, stdout: () => {}, stderr: () => {} });
  python.unpackArchive(archive, "zip", { extractDir: "/course" });
  python.runPython(`import sys\nsys.path.insert(0, "/course/browser" if ${role === "learner" ? "False" : "True"} else "/course/serving")`);
  python.runPython(`sys.path.insert(0, "/course")`);
  python.runPython(mine.boot);
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
