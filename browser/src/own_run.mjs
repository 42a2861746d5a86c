// A run of training with the learner's own parts, in an interpreter of its own. It has the interface of the fast one.
import { LATE, within } from "./engine.mjs";

const SLICE_SECONDS = 0.25;
const LIMIT_SECONDS = 30; // a step takes 0.1 to 0.2 s
const CLAIMS_SECONDS = 300; // 100 names
const HELD_OUT_AT_ONCE = 5;

export class OwnRun {
  constructor(interpreter, files, rows, heldOut, steps, seed) {
    Object.assign(this, { interpreter, losses: [], done: false });
    this.given = [files, rows, heldOut, steps, seed];
  }

  ask(step, ...given) {
    return this.askWithin(LIMIT_SECONDS, step, ...given);
  }

  async askWithin(seconds, step, ...given) {
    const reply = await within(seconds, this.interpreter.ask("train", { step, given: JSON.stringify(given) }));
    if (reply === LATE) throw new Error(`Your code did not answer for ${seconds} seconds. Is there a loop that never ends?`);
    const answer = JSON.parse(reply);
    if (answer.error) throw new Error(answer.error);
    return answer;
  }

  async begin() {
    await this.interpreter.ready;
    await this.ask("begin", ...this.given);
  }

  // Takes steps for a moment, but not beyond `until` in total.
  async advance(until) {
    const { losses, done } = await this.ask("advance", SLICE_SECONDS, until - this.losses.length);
    this.losses.push(...losses);
    this.done = done;
  }

  names(count) {
    return this.ask("names", count);
  }

  // What the capstone reads of a finished run.
  claims(counts) {
    return this.askWithin(CLAIMS_SECONDS, "claims", counts);
  }

  // The weights after one step, from weights that the grader drew.
  oneStep({ tokens, weights }) {
    return this.ask("one_step", tokens, weights);
  }

  // onLeft gets the number of names that are left.
  async heldOutLoss(onLeft) {
    let [nats, predictions, start, left] = [0, 0, 0, 1];
    while (left > 0) {
      const answer = await this.ask("held_out_loss", start, HELD_OUT_AT_ONCE);
      nats += answer.nats;
      predictions += answer.predictions;
      start += HELD_OUT_AT_ONCE;
      onLeft((left = answer.left));
    }
    return predictions ? nats / predictions : null;
  }

  end() {
    this.interpreter.end();
  }
}
