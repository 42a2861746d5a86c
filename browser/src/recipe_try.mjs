// A try of a recipe for the board: the checker draws and checks, the model computes the gradients here, and the recipe
// runs in an interpreter of its own for each run.
import { DEAD, LATE, within } from "./engine.mjs";
import { Model, split } from "./fast.mjs";
import { PythonRandom } from "./random.mjs";

// The board allows 10 seconds of processor time; a clock runs on while other programs work.
const CALL_SECONDS = 25;
const SUBMISSION = "submission"; // the folder of the recipe
const [SAMPLES, TEMPERATURE] = [6, 0.5];

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const VALUES = Object.fromEntries([..."0123456789abcdef"].map((digit, value) => [digit.charCodeAt(0), value]));

// The hexadecimal digits of doubles, as Python's array("d", ...).tobytes().hex() has them.
function digitsOf(numbers) {
  let digits = "";
  for (const byte of new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)) digits += HEX[byte];
  return digits;
}

function numbersOf(digits) {
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = VALUES[digits.charCodeAt(2 * i)] * 16 + VALUES[digits.charCodeAt(2 * i + 1)];
  return new Float64Array(bytes.buffer);
}

export class RecipeProblem extends Error {}

export class RecipeTry {
  // start: makes an interpreter for the recipe; names: all of the course's; onStep(run, step, loss).
  constructor({ checker, start, names, steps = 1000, onStep = () => {} }) {
    Object.assign(this, { checker, start, names, steps, onStep, stopped: false });
    [this.training, this.heldOut] = split(names);
  }

  // {lines, loss}. Rejects with a RecipeProblem, a sentence for the recipe's author.
  async run(source, seeds) {
    const started = performance.now();
    const { files, shapes } = await this.ask("begin", source, this.training, seeds, this.steps);
    this.model = Model.empty([...new Set(this.names.join(""))], shapes);
    let [names, printed] = [null, ""];
    for (let run = 0, done = false; !done; run++) {
      this.interpreter = this.start();
      try {
        await this.interpreter.ready;
        await this.interpreter.ask("files", { files: JSON.stringify(files) });
        await this.train(run);
        if (!names) printed = await this.interpreter.ask("output");
      } finally {
        this.interpreter.end();
      }
      ({ done } = await this.ask("finish", finite(await this.model.patientHeldOutLoss(this.heldOut))));
      names ??= this.model.sampled(SAMPLES, TEMPERATURE, PythonRandom.of((await this.ask("samples")).state));
    }
    return this.ask("result", names, (performance.now() - started) / 1000, printed);
  }

  async train(run) {
    const { model } = this;
    let { call } = await this.ask("start");
    let state = await this.ask("settings", ...(await this.call(call)));
    for (let step = 0; ; step++) {
      for (const [name, matrix] of model.matrices) matrix.data.set(numbersOf(state.weights[name]));
      if (!state.names) return;
      const loss = model.lossAndGradient(state.names.map((name) => model.characters.encode(name)));
      const gradients = Object.fromEntries(model.matrices.map(([name, { grad }]) => [name, digitsOf(grad)]));
      for (const [, { grad }] of model.matrices) grad.fill(0);
      this.onStep(run, step, loss);
      ({ call } = await this.ask("gradient", finite(loss), gradients));
      state = await this.ask("updated", ...(await this.call(call)));
    }
  }

  async ask(step, ...given) {
    if (this.stopped) throw new Error("stopped");
    const answer = JSON.parse(await this.checker.ask("recipe", { step, given: JSON.stringify(given) }));
    if (answer.problem) throw new RecipeProblem(answer.problem);
    return answer;
  }

  // One call of the recipe: [line, failure, message].
  async call([probe, given]) {
    try {
      const answer = await within(CALL_SECONDS, this.interpreter.ask("call", { probe, argumentsJson: JSON.stringify(given), folder: SUBMISSION, limit: 0 }));
      return answer === LATE ? ["", "timeout", `no answer after ${CALL_SECONDS} seconds`] : [answer.line];
    } catch (error) {
      if (this.stopped) throw error;
      return ["", "crashed", DEAD];
    }
  }

  stop() {
    this.stopped = true;
    this.interpreter?.end();
  }
}

const finite = (number) => (Number.isFinite(number) ? number : null);
