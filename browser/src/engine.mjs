// Checks a part: the checker says which calls it needs, the learner's interpreter answers them.

const STOPPED = "stopped";
const SUBMISSION = "submission"; // the folder of the learner's own version

// A worker with an interpreter in it. Requests are answered in order.
class Interpreter {
  constructor(startWorker, role, source) {
    this.worker = startWorker();
    this.waiting = new Map();
    this.count = 0;
    this.dead = false;
    this.worker.onMessage(({ id, result, error }) => {
      const waiter = this.waiting.get(id);
      this.waiting.delete(id);
      if (waiter) error === undefined ? waiter.resolve(result) : waiter.reject(new Error(error));
    });
    this.worker.onFailure((reason) => this.end(reason));
    this.ready = this.ask("boot", { role, ...source });
    this.ready.catch(() => {});
  }

  ask(action, data = {}) {
    if (this.dead) return Promise.reject(new Error(STOPPED));
    return new Promise((resolve, reject) => {
      this.waiting.set(++this.count, { resolve, reject });
      this.worker.send({ id: this.count, action, ...data });
    });
  }

  end(reason = STOPPED) {
    this.dead = true;
    this.worker.terminate();
    for (const { reject } of this.waiting.values()) reject(new Error(reason));
    this.waiting.clear();
  }
}

const seconds = (value) => String(Number(value.toPrecision(3)));

// Why an interpreter has ended by itself.
export const DEAD = "it called itself too many times in a row, or used too much memory for a browser";
export const LATE = Symbol("late");
const GRACE = 0.5; // seconds for a call to end by itself
const LOAD_SECONDS = 7.5; // for what stands outside of functions, as the checker allows

// The answer, or LATE.
export async function within(allowed, answer) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve(LATE), allowed * 1000);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

// The learner's interpreter, and a spare one that takes its place when code does not end.
class Learner {
  constructor(start) {
    this.start = start;
    this.current = start();
    this.spare = null;
    this.files = null;
    this.loaded = false;
  }

  async use(files) {
    this.files = files;
    this.loaded = true; // by the first call, which is the checker's own
    await this.current.ready;
    this.keepSpare(this.current);
    try {
      await this.current.ask("files", { files });
    } catch {
      this.replace(); // it was broken before, by a cell of the lesson
    }
  }

  // Returns at once: whatever comes next waits until the new one has started.
  replace() {
    this.current.end();
    const next = this.spare ?? this.start();
    this.current = next;
    this.spare = null;
    this.loaded = false;
    this.keepSpare(next);
  }

  // A spare one starts when this one has started: two at once would make both late.
  keepSpare(current) {
    const start = () => {
      if (this.current === current) this.spare ??= this.start();
    };
    current.ready.then(start, () => {});
  }

  // A new interpreter needs the files, and runs what stands outside of functions.
  async prepare() {
    await this.current.ready;
    if (this.loaded) return;
    await this.current.ask("files", { files: this.files });
    if ((await within(LOAD_SECONDS, this.current.ask("load"))) === LATE) throw new Error(STOPPED);
    this.loaded = true;
  }

  // One reply: [line, failure, message]. gently: the interpreter ends the call by itself, if it can.
  async call([probe, argumentsJson, allowed, folder], gently = false, onStart = null) {
    onStart?.(probe, argumentsJson, allowed);
    const reply = (line, failure = "", message = "") => [line, failure, message];
    const late = () => reply("", "timeout", `no answer after ${seconds(allowed)} seconds`);
    try {
      await this.prepare();
      const limit = gently ? allowed : 0;
      const answer = await within(allowed + (gently ? GRACE : 0), this.current.ask("call", { probe, argumentsJson, folder, limit }));
      if (answer !== LATE) return answer.line ? reply(answer.line) : late();
      this.replace();
      return late();
    } catch (error) {
      this.replace();
      if (/exit/i.test(error.message)) return reply("", "exited", "");
      return reply("", "crashed", DEAD);
    }
  }

  // What the code has printed. What a stopped interpreter printed is gone with it.
  async printed() {
    try {
      await this.current.ready;
      return this.loaded ? await this.current.ask("output") : "";
    } catch {
      return "";
    }
  }
}

const CELL_SECONDS = 30;

export class Course {
  // startWorker: makes a worker; source: where its interpreter comes from.
  constructor(startWorker, source) {
    const start = (role) => new Interpreter(startWorker, role, source[role]);
    this.checker = start("checker");
    this.learner = new Learner(() => start("learner"));
    this.startOther = () => start("learner"); // an interpreter for other things than checks
    this.cells = null;
    this.busy = this.cellsBusy = Promise.resolve();
  }

  get ready() {
    return Promise.all([this.checker.ready, this.learner.current.ready]);
  }

  // What the checker answers to a request, such as the report of a part: {part, task, files}, files by name.
  check(request, onStart) {
    const turn = this.busy.then(() => this.run(request, onStart));
    this.busy = turn.catch(() => {});
    return turn;
  }

  // Runs a cell of a lesson next to the learner's files: {printed, shown: [html]}. Cells have an interpreter of their own,
  // which starts with the first one: a check must not meet what a lesson has imported.
  cell(part, code, files) {
    const turn = this.cellsBusy.then(async () => {
      this.cells ??= this.startOther();
      const interpreter = this.cells;
      const stopped = (sentence) => {
        interpreter.end();
        this.cells = null;
        return { printed: `${sentence} Correct the code, then run the cells again, from the first one.`, shown: [] };
      };
      try {
        await interpreter.ready;
        const answer = await within(CELL_SECONDS, interpreter.ask("cell", { part, code, files: JSON.stringify(files) }));
        return answer === LATE ? stopped(`Stopped after ${CELL_SECONDS} seconds. Is there a loop that never ends?`) : JSON.parse(answer);
      } catch {
        return stopped("Python stopped: the code called itself too many times in a row, or used too much memory.");
      }
    });
    this.cellsBusy = turn.catch(() => {});
    return turn;
  }

  async run(request, onStart) {
    await this.ready;
    let state = JSON.parse(await this.checker.ask("begin", { request: JSON.stringify(request) }));
    while (state.calls) {
      if (state.files) await this.learner.use(JSON.stringify(state.files));
      const replies = [];
      for (const call of state.calls) {
        const reply = await this.learner.call(call, state.gently, onStart);
        replies.push(reply);
        if (reply[1] && call[3] === SUBMISSION) break; // what comes next may be allowed less
      }
      const printed = await this.learner.printed();
      state = JSON.parse(await this.checker.ask("answer", { replies: JSON.stringify(replies), printed }));
    }
    return state.result;
  }
}
