// The room for achievements, level by level. The page notes those that it can see when the learner earns them.
import { element, makeRoom } from "./elements.mjs";
import { problemOf, waiting } from "./practice.mjs";

// What can be done on the page: where, and in which words. The rest is done in a copy of the course.
const HERE = {
  "first-part": ["part=0", "Open part 0"],
  engine: ["part=1", "Open part 1"],
  model: ["part=5", "Open part 5"],
  "all-parts": ["part=6", "Open part 6"],
  trained: ["train", "Train a model"],
  "own-data": ["train", "Train with your own names"],
  capstone: ["train", "Train 1,000 steps with your own parts, seed 42"],
  hardened: ["part=5", "When part 5 passes, choose Plant a mistake in it"],
};

export class AchievementsRoom {
  constructor(practice) {
    const introduction = "Achievements earn no points: they are for your own pleasure. The page notes what you do here. Tick those with a box yourself: no program can know them. Your copy of the course keeps its own list, which the command make progress shows.";
    Object.assign(this, { practice }, makeRoom("achievements", "Achievements", introduction));
  }

  async open() {
    this.title.focus();
    this.draw(await waiting(this.status, "Python is loading", () => this.practice.ask("achievements")));
  }

  // After one was ticked, the same box has the focus.
  async tick(id) {
    this.draw(await this.practice.ask("achievements", { tick: id }).catch(problemOf));
    document.getElementById(`tick-${id}`)?.focus();
  }

  draw({ achievements, problem }) {
    this.status.textContent = problem ?? "";
    if (problem) return;
    const levels = [...new Set(achievements.map(({ level }) => level))];
    this.body.replaceChildren(...levels.map((level) => this.drawLevel(level, achievements.filter((each) => each.level === level))));
  }

  drawLevel(level, rows) {
    const done = rows.filter(({ day }) => day).length;
    const title = `${level[0].toUpperCase()}${level.slice(1)}: ${done} of ${rows.length}`;
    return element("section", {}, element("h3", { textContent: title }), element("ul", {}, ...rows.map((row) => this.drawRow(row))));
  }

  drawRow({ id, title, day, how, ticked }) {
    const row = element("li", { className: day ? "done" : "" });
    if (ticked) {
      const box = element("input", { type: "checkbox", id: `tick-${id}`, checked: Boolean(day), onchange: () => this.tick(id) });
      row.append(element("label", {}, box, title));
    } else {
      const sign = element("span", { className: "sign-of-done", textContent: day ? "\u2713" : "" });
      sign.setAttribute("aria-hidden", "true");
      row.append(element("span", {}, sign, title));
    }
    if (day) row.append(element("span", { className: "day" }, element("span", { className: "unseen", textContent: "done on " }), day));
    else if (HERE[id]) row.append(element("a", { href: `#${HERE[id][0]}`, textContent: HERE[id][1] }));
    else if (!ticked) row.append(element("span", { className: "note" }, "In your copy of the course: ", element("code", { textContent: how })));
    return row;
  }
}
