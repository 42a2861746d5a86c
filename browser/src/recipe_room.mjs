// The page's room for recipes: an editor, and a try as the board makes it.
import { mean } from "./chart.mjs";
import { Editor } from "./editor.mjs";
import { $, dim, element, spelled } from "./elements.mjs";
import { RecipeProblem, RecipeTry } from "./recipe_try.mjs";

export const FILE = "leaderboard_recipe.py";
const STEPS = 1000;
const SPOKEN_EVERY = 250; // steps
const MOST_SEEDS = 20;

export class RecipeRoom {
  // engine: a promise of it; names: the course's; work: the learner's files.
  constructor({ engine, names, work }) {
    Object.assign(this, { engine, names, work, current: null, tries: [] });
    this.editor = new Editor($("recipe-editor"), { onChange: (text) => work.saveSoon(FILE, text), onCheck: () => this.begin() });
    $("recipe-try").onclick = () => this.begin();
    $("recipe-stop").onclick = () => this.stop();
    $("recipe-reset").onclick = () => this.reset();
    $("recipe-undo").onclick = () => this.undo();
    this.buttons();
  }

  open() {
    this.editor.open(this.work.text(FILE));
  }

  async reset() {
    if (!confirm("Replace your recipe with microgpt's? Undo reset brings yours back.")) return;
    await this.work.flush();
    await this.work.replace(FILE, this.work.stubs[FILE], "reset");
    this.open();
    this.say("This is microgpt's recipe. Undo reset brings yours back.");
  }

  async undo() {
    await this.work.flush();
    const backup = await this.work.undo(FILE);
    if (backup) this.open();
    this.say(backup ? "Your earlier recipe is back." : "There is nothing to undo.");
  }

  // The seeds of the runs, or a sentence.
  seeds() {
    const written = $("recipe-seeds").value.trim();
    if (!written) return [...crypto.getRandomValues(new Uint32Array(Number($("recipe-runs").value)))];
    const seeds = written.split(/[\s,]+/).map(Number);
    if (seeds.length > MOST_SEEDS || !seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
      return `Write up to ${MOST_SEEDS} seeds, whole numbers from 0 to 4,294,967,295, or none.`;
    }
    return seeds;
  }

  async begin() {
    if (this.current) return;
    const seeds = this.seeds();
    if (typeof seeds === "string") {
      $("recipe-more").open = true;
      return this.say(seeds);
    }
    await this.work.flush();
    const source = this.editor.text;
    this.say("Python is starting for your recipe.");
    this.editor.mark(0);
    $("recipe-result").hidden = true;
    this.current = { stopped: false };
    this.buttons();
    try {
      const engine = await this.engine;
      await engine.ready;
      const losses = [];
      const tried = new RecipeTry({
        checker: engine.checker,
        start: () => engine.startOther(),
        names: await this.names(),
        steps: STEPS,
        onStep: (run, step, loss) => {
          if (step === 0) losses.length = 0;
          losses.push(loss);
          this.progress(run, seeds.length, losses);
        },
      });
      if (this.current.stopped) throw new Error("stopped");
      this.current.tried = tried;
      this.show(await tried.run(source, seeds), seeds);
    } catch (error) {
      if (this.current.stopped) this.say("Stopped. The try has no score.");
      else if (error instanceof RecipeProblem) this.refuse(error.message);
      else this.say(`The try ended (${error.message}). Try again, or reload the page: your recipe is kept.`);
    } finally {
      this.current = null;
      $("recipe-progress").hidden = true;
      this.buttons();
    }
  }

  stop() {
    if (!this.current) return;
    this.current.stopped = true;
    this.current.tried?.stop();
  }

  progress(run, runs, losses) {
    $("recipe-progress").hidden = false;
    $("recipe-bar").max = runs * STEPS;
    $("recipe-bar").value = run * STEPS + losses.length;
    $("recipe-progress-text").textContent = `run ${run + 1} of ${runs}, step ${spelled(losses.length)}, loss ${mean(losses).toFixed(3)}`;
    if (losses.length % SPOKEN_EVERY === 0) this.say(`Run ${run + 1} of ${runs}: ${spelled(losses.length)} of ${spelled(STEPS)} steps, loss ${mean(losses).toFixed(2)}.`);
  }

  refuse(problem) {
    const line = problem.match(/^Line (\d+):|\bline (\d+)\)/);
    this.say(`No score. ${problem}`);
    if (!line) return;
    const number = Number(line[1] ?? line[2]);
    this.editor.goTo(number, false);
    this.editor.mark(number);
  }

  show({ lines, loss }, seeds) {
    const summary = lines.find((line) => line.startsWith("Held-out loss"));
    this.say(summary);
    this.tries = [{ loss, seeds }, ...this.tries];
    $("recipe-result").hidden = false;
    $("recipe-lines").textContent = lines.filter((line) => line !== summary).join("\n");
    $("recipe-tries").replaceChildren(
      ...this.tries.map((each, i) =>
        element("tr", {}, element("th", { scope: "row", textContent: String(this.tries.length - i) }), element("td", { textContent: each.loss.toFixed(4) }), element("td", { textContent: each.seeds.join(", ") })),
      ),
    );
  }

  say(text) {
    $("recipe-status").textContent = text;
  }

  buttons() {
    dim($("recipe-try"), Boolean(this.current));
    dim($("recipe-stop"), !this.current);
  }
}
