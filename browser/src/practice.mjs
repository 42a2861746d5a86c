// After a pass, in a page with the solutions: questions about the learner's own code, and mistakes planted in it. What both
// remember is kept in this browser, and the checker works with it.
import { today } from "./elements.mjs";
import { HardenPanel } from "./harden.mjs";
import { RecallRoom } from "./recall.mjs";

const MEMORY = "practice";

export class Practice {
  constructor(page) {
    Object.assign(this, { page, due: 0, planted: null });
    this.recall = new RecallRoom(this);
    this.harden = new HardenPanel(this);
  }

  // Before the first part is shown.
  async begin() {
    this.learn(await this.page.work.recall(MEMORY));
    this.page.engine.then(async () => this.count(await this.ask("due"))).catch(() => {});
  }

  learn(memory) {
    this.planted = memory?.harden?.planted ?? null;
  }

  // What each request to the checker needs.
  async context() {
    return { memory: (await this.page.work.recall(MEMORY)) ?? {}, today: today() };
  }

  // The checker's answer to an action. Nothing of it is kept where `stillWanted` says no.
  async ask(action, more = {}, stillWanted = () => true) {
    await this.page.flush();
    const engine = await this.page.engine;
    const answer = await engine.check({ action, ...(await this.context()), files: this.page.modules, ...more });
    return stillWanted(answer) ? this.keep(answer) : null;
  }

  // Keeps what an answer asks to remember, and returns the rest.
  async keep({ memory, ...answer }) {
    if (memory) {
      this.learn(memory);
      await this.page.work.remember(MEMORY, memory);
    }
    return answer;
  }

  count({ due = 0 }) {
    this.due = due;
    this.page.drawParts();
  }

  // A check was made. offer: it shows a task to be passed for the first time.
  async checked(part, report, offer) {
    if (offer) this.count(await this.ask("due"));
    await this.harden.checked(part, report, offer);
  }
}

// Runs something that takes seconds, and says so in an element.
export async function waiting(status, words, work) {
  const started = performance.now();
  const say = () => {
    const waited = Math.round((performance.now() - started) / 1000);
    status.textContent = `${words} ...${waited ? ` ${waited} s` : ""}`;
  };
  say();
  const timer = setInterval(say, 1000);
  try {
    return await work();
  } catch (error) {
    return { problem: `That did not work (${error.message}). Try again, or reload the page: your work is kept.` };
  } finally {
    clearInterval(timer);
    status.textContent = "";
  }
}
