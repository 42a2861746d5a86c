// What only a page with the solutions has: questions about the learner's own code, mistakes planted in it, and achievements.
// What they remember is kept in this browser, and the checker works with it.
import { AchievementsRoom } from "./achievements.mjs";
import { today } from "./elements.mjs";
import { HardenPanel } from "./harden.mjs";
import { RecallRoom } from "./recall.mjs";

const MEMORY = "practice";

export class Practice {
  constructor(page) {
    Object.assign(this, { page, due: 0, planted: null, turn: Promise.resolve() });
    this.recall = new RecallRoom(this);
    this.achievements = new AchievementsRoom(this);
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

  // The checker's answer to an action. Nothing of it is kept where `stillWanted` says no. Actions take turns: each one
  // needs what the one before it has remembered.
  ask(action, more = {}, stillWanted = () => true, onStart = null) {
    const turn = this.turn.then(async () => {
      await this.page.flush();
      const engine = await this.page.engine;
      const memory = (await this.page.work.recall(MEMORY)) ?? {};
      const answer = await engine.check({ action, memory, today: today(), files: this.page.modules, ...more }, onStart);
      return stillWanted(answer) ? this.keep(answer, action) : null;
    });
    this.turn = turn.catch(() => {});
    return turn;
  }

  // The page has seen this event, which may earn an achievement.
  async note(event) {
    try {
      await this.ask("achievements", { event });
    } catch (error) {
      this.page.tell(`The page could not note what this run has earned (${error.message}). Reload the page and train again to earn it.`);
    }
  }

  // Keeps what an answer asks to remember, and returns the rest. A verdict is shown even if the browser has no space.
  async keep({ memory, ...answer }, action) {
    if (memory) {
      this.learn(memory);
      const kept = this.page.work.remember(MEMORY, memory);
      await (action === "check" ? kept.catch((error) => this.page.warn(error.message || error.name)) : kept);
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

// The answer in place of one that did not come.
export const problemOf = (error) => ({ problem: `That did not work (${error.message}). Try again, or reload the page: your work is kept.` });

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
    return problemOf(error);
  } finally {
    clearInterval(timer);
    status.textContent = "";
  }
}
