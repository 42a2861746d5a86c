// Checks files with the page's engine, in node: node check_in_node.mjs PAGE < jobs > reports
// A job is [part, files by name]; a report is a line of JSON: {report, seconds, stopped: most milliseconds without an event}.
import fs from "node:fs";
import { Worker } from "node:worker_threads";
import { Course } from "../../browser/src/engine.mjs";

const page = process.argv[2];
const program = new URL("../../browser/src/interpreter.worker.mjs", import.meta.url);

function startWorker() {
  const worker = new Worker(program);
  worker.unref();
  return {
    send: (data) => worker.postMessage(data),
    onMessage: (take) => worker.on("message", take),
    onFailure: (take) => worker.on("error", (error) => take(String(error))),
    terminate: () => worker.terminate(),
  };
}

const source = (name) => ({ indexURL: `${page}/pyodide/`, archive: new Uint8Array(fs.readFileSync(`${page}/${name}.zip`)) });
const course = new Course(startWorker, { checker: source("checker"), learner: source("learner") });
await course.ready;
for (const [part, files] of JSON.parse(fs.readFileSync(0, "utf8"))) {
  const started = performance.now();
  const late = [];
  const report = await course.check({ part, files }, (probe, argumentsJson, allowed) => late.push([performance.now() - started, allowed]));
  process.stdout.write(`${JSON.stringify({ report, seconds: (performance.now() - started) / 1000, calls: late.length })}\n`);
}
process.exit(0);
