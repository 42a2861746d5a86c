// Checks files with the page's engine, in node: node check_in_node.mjs PAGE [--processor-time] < jobs > reports
// A job is a line of JSON, [part, files by name]; for each, a line of JSON: {report, waited: seconds, started: how many
// interpreters}. A job with rows and steps after the files is a run of training: {losses, names, heldOut, claims,
// capstone}. An empty job asks for the version of Python: {version}. A job {recipe, names, seeds, steps} is a try of a
// recipe. A job {files, calls} calls several versions of a file, gently: {replies, kept: whether the interpreter is
// still the same}. --processor-time: a busy machine stops no code too early.
import fs from "node:fs";
import readline from "node:readline";
import { Worker } from "node:worker_threads";
import { Course } from "../../browser/src/engine.mjs";
import { split } from "../../browser/src/fast.mjs";
import { RecipeTry } from "../../browser/src/recipe_try.mjs";
import { OwnRun } from "../../browser/src/own_run.mjs";
import { countProcessorTime } from "./processor_time.mjs";

const page = process.argv[2];
const TODAY = "2026-11-30"; // a page with the solutions wants to know it
const program = new URL("../../browser/src/interpreter.worker.mjs", import.meta.url);

const starting = new Set();
let started = 0;
if (process.argv.includes("--processor-time")) countProcessorTime(() => starting.size > 0);

function startWorker() {
  const worker = new Worker(program, { stderr: true });
  worker.unref();
  started += 1;
  starting.add(worker);
  for (const event of ["message", "exit"]) worker.once(event, () => starting.delete(worker));
  return {
    send: (data) => worker.postMessage(data),
    onMessage: (take) => worker.on("message", take),
    onFailure: (take) => worker.on("error", (error) => take(String(error))),
    terminate: () => worker.terminate(),
  };
}

const source = (name) => ({ indexURL: `${page}/pyodide/`, archive: new Uint8Array(fs.readFileSync(`${page}/${name}.zip`)) });
const course = new Course(startWorker, { checker: source("checker"), learner: source("learner") });
const [{ version }] = await course.ready;

async function trained(files, rows, steps) {
  course.learner.keepSpare(course.learner.current);
  await course.learner.current.ready;
  const run = new OwnRun(course.learner.spare, files, ...split(rows), steps, 42); // it has started already
  await run.begin();
  while (!run.done) await run.advance(steps + 1);
  const names = await run.names(3);
  const heldOut = await run.heldOutLoss(() => {});
  const recorded = fs.readFileSync(`${page}/capstone.json`, "utf8");
  const few = { names: 1, cold: 1, hot: 1 };
  const claims = await run.claims(few);
  const claimed = { run: null, losses: run.losses, problem: "Stopped.", one_step: await run.oneStep(JSON.parse(recorded).step) };
  const known = JSON.stringify(rows);
  const capstone = JSON.parse(await course.checker.ask("capstone", { recorded, claimed: JSON.stringify(claimed), known }));
  return { losses: run.losses, names, heldOut, claims, capstone };
}

// Tries a recipe: {losses, lines} or {problem, losses}.
async function tried({ recipe, names, seeds, steps }) {
  const losses = [];
  const start = () => {
    const spare = course.learner.spare ?? course.startOther(); // it has started already
    course.learner.spare = null;
    return spare;
  };
  const attempt = new RecipeTry({ checker: course.checker, start, names, steps, onStep: (run, step, loss) => losses.push(loss) });
  try {
    return { losses, ...(await attempt.run(recipe, seeds)) };
  } catch (error) {
    return { losses, problem: error.message };
  }
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const job = JSON.parse(line);
  if (job.recipe) {
    process.stdout.write(`${JSON.stringify(await tried(job))}\n`);
    continue;
  }
  if (job.calls) {
    await course.learner.use(JSON.stringify(job.files));
    const before = course.learner.current;
    const replies = [];
    for (const each of job.calls) replies.push(await course.learner.call(each, true));
    process.stdout.write(`${JSON.stringify({ replies, kept: course.learner.current === before })}\n`);
    continue;
  }
  const [part, files, rows, steps] = job;
  if (!files) {
    process.stdout.write(`${JSON.stringify({ version })}\n`);
    continue;
  }
  if (rows) {
    process.stdout.write(`${JSON.stringify(await trained(files, rows, steps))}\n`);
    continue;
  }
  // The longest time between the end of a call's limit and its reply.
  let waited = 0;
  const before = started;
  const learner = course.learner;
  const call = learner.call.bind(learner);
  learner.call = async (wanted, ...how) => {
    await learner.prepare().catch(() => {});
    const began = performance.now();
    const reply = await call(wanted, ...how);
    waited = Math.max(waited, (performance.now() - began) / 1000 - wanted[2]);
    return reply;
  };
  const report = await course.check({ part, files, counts: false, today: TODAY });
  learner.call = call;
  process.stdout.write(`${JSON.stringify({ report, waited, started: started - before })}\n`);
}
process.exit(0);
