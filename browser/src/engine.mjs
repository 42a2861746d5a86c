// Checks a part: the checker says which calls it needs, the learner's interpreter answers them.

const STOPPED = "stopped";

// A worker with an interpreter in it. Requests are answered in order.
export class Interpreter {
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

// The learner's interpreter, and a spare one that takes its place when code does not end.
class Learner {
  constructor(start) {
    this.start = start;
    this.current = start();
    this.spare = null;
    this.files = null;
  }

  async use(files) {
    this.files = files;
    await this.current.ready;
    this.spare ??= this.start();
    await this.current.ask("files", { files });
  }

  async replace() {
    this.current.end();
    this.current = this.spare ?? this.start();
    this.spare = this.start();
    await this.current.ready;
    if (this.files) await this.current.ask("files", { files: this.files });
  }

  // One reply: [probe, arguments, seconds, line, failure, message].
  async call([probe, argumentsJson, allowed], onStart) {
    onStart?.(probe, argumentsJson, allowed);
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(() => resolve(null), allowed * 1000);
    });
    try {
      const answer = await Promise.race([this.current.ask("call", { probe, argumentsJson }), late]);
      if (answer !== null) return [probe, argumentsJson, allowed, answer.line, "", ""];
      await this.replace();
      return [probe, argumentsJson, allowed, "", "timeout", `no answer after ${seconds(allowed)} seconds`];
    } catch (error) {
      // The interpreter is broken, by a recursion that is too deep for it, or by memory.
      await this.replace();
      return [probe, argumentsJson, allowed, "", "crashed", "the interpreter crashed"];
    } finally {
      clearTimeout(timer);
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
    this.busy = Promise.resolve();
  }

  get ready() {
    return Promise.all([this.checker.ready, this.learner.current.ready]);
  }

  // The report of a part: {part, task, files}, files by name.
  check(request, onStart) {
    const turn = this.busy.then(() => this.run(request, onStart));
    this.busy = turn.catch(() => {});
    return turn;
  }

  // Runs a cell of a lesson next to the learner's files: {printed, shown: [html]}.
  cell(part, code, files) {
    const turn = this.busy.then(async () => {
      await this.ready;
      const interpreter = this.learner.current;
      let timer;
      const late = new Promise((resolve) => {
        timer = setTimeout(() => resolve(null), CELL_SECONDS * 1000);
      });
      try {
        const answer = await Promise.race([interpreter.ask("cell", { part, code, files: JSON.stringify(files) }), late]);
        if (answer !== null) return JSON.parse(answer);
        await this.learner.replace();
        return { printed: `Stopped after ${CELL_SECONDS} seconds. Is there a loop that never ends? Run the cells above again.`, shown: [] };
      } catch {
        await this.learner.replace();
        return { printed: "Python stopped: the code went too deep, or used too much memory. Run the cells above again.", shown: [] };
      } finally {
        clearTimeout(timer);
      }
    });
    this.busy = turn.catch(() => {});
    return turn;
  }

  async run(request, onStart) {
    await this.ready;
    let state = JSON.parse(await this.checker.ask("begin", { request: JSON.stringify(request) }));
    let loaded = false;
    while (state.calls) {
      if (!loaded) await this.learner.use(JSON.stringify(state.files));
      loaded = true;
      const replies = [];
      for (const call of state.calls) {
        const reply = await this.learner.call(call, onStart);
        replies.push(reply);
        if (reply[4]) break; // what comes next may be allowed less
      }
      const printed = await this.learner.current.ask("output");
      state = JSON.parse(await this.checker.ask("answer", { replies: JSON.stringify(replies), printed }));
    }
    return state.report;
  }
}
