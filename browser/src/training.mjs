// The page's room for training: a run with the learner's own parts or with the fast version, and its loss curve.
import { Capstone, SEED, STEPS } from "./capstone.mjs";
import { drawChart, inWords, mean } from "./chart.mjs";
import { readNames } from "./data_set.mjs";
import { $, dim, element, spelled } from "./elements.mjs";
import { Characters, FastRun, pairLoss, split } from "./fast.mjs";
import { OwnRun } from "./own_run.mjs";

const NEEDED = ["part01", "part02", "part03", "part04", "part05", "part06", "part07"]; // and part 8 for names
const FRAME = 25; // milliseconds of the fast version between two frames
const NAMES_AT = 8; // times during a run
const SPOKEN_AT = 4; // times during a run: a live region must not chatter
const SHOWN = 20;
const EQUAL = 1e-9;

// The fast version, in small pieces so that the page stays responsive.
class FastPieces extends FastRun {
  constructor(rows, heldOut, steps, seed) {
    super(rows, steps, seed);
    this.heldOut = heldOut;
  }
  begin() {}
  async advance(until) {
    const end = performance.now() + FRAME;
    while (this.losses.length < until && performance.now() < end) this.step();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  heldOutLoss() {
    return super.heldOutLoss(this.heldOut);
  }
  end() {}
}

export class TrainingRoom {
  // names: the course's own; files: returns the learner's; engine: a promise of it; remember, recall: by name, what
  // lasts in this browser; note: called with an event that may earn an achievement.
  constructor({ files, engine, names, remember, recall, note }) {
    Object.assign(this, { files, engine, note, courseNames: names, runs: [], current: null, count: 0 });
    this.capstone = new Capstone({ engine, names, remember: (value) => remember("capstone", value), recall: () => recall("capstone") });
    $("train-start").onclick = () => this.begin();
    $("train-pause").onclick = () => this.pause();
    $("train-stop").onclick = () => this.stop();
    $("own-names").oninput = () => this.checkNames();
    $("names-file").onchange = (event) => this.takeFile(event.target.files[0]).finally(() => (event.target.value = ""));
    window.addEventListener("resize", () => this.draw()); // the chart is as wide as the page, and its text stays readable
    this.buttons();
  }

  // Shows what can run: own parts only if the page has all of them.
  open() {
    const has = NEEDED.every((part) => Object.keys(this.files()).some((name) => name.startsWith(part)));
    $("train-own").disabled = !has;
    $("train-own-note").hidden = has;
    if (!has) $("train-fast").checked = true;
    this.draw();
    this.capstone.open();
  }

  async takeFile(file) {
    if (!file) return;
    $("own-names").value = file.size <= 2_000_000 ? await file.text() : "";
    $("own-data").open = true;
    if (file.size > 2_000_000) $("names-status").textContent = `${file.name} is larger than 2 MB.`;
    else this.checkNames();
  }

  // The learner's names, or null for the course's. Says what is wrong with them.
  checkNames() {
    const text = $("own-names").value;
    const read = text.trim() ? readNames(text) : {};
    $("own-names").setAttribute("aria-invalid", String(Boolean(read.problem)));
    $("names-status").textContent = read.problem ?? (read.rows ? `${spelled(read.rows.length)} names with ${read.characters} different characters. The next run uses them.` : "The next run uses the course's names.");
    return read;
  }

  async begin() {
    if (this.current) return;
    const { problem, rows: own } = this.checkNames();
    const seed = Number($("train-seed").value);
    const wrong = problem ?? (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32 ? "" : "The seed must be a whole number from 0 to 4,294,967,295.");
    if (wrong) {
      $("own-data").open ||= Boolean(problem);
      return this.say(wrong);
    }
    const steps = Number($("train-steps").value);
    const isOwn = $("train-own").checked;
    const shown = { steps, seed, isOwn, isDone: false, names: [], heldOut: null };
    this.stopped = this.paused = false;
    this.current = shown;
    this.buttons();
    this.say(isOwn ? "Python is starting for your run." : "Training.");
    try {
      const rows = own ?? (await this.courseNames());
      const [training, heldOut] = split(rows);
      shown.lines = [
        { label: "uniform guess", loss: Math.log(new Characters(training).size) },
        { label: "letter pairs", loss: pairLoss(training, heldOut) },
      ].filter(({ loss }) => Number.isFinite(loss));
      shown.data = own ? `your ${spelled(own.length)} names` : "the course's names";
      shown.key = JSON.stringify([steps, seed, own ?? null]);
      shown.events = steps === STEPS ? ["trained", ...(own ? ["own-data"] : [])] : [];
      shown.isFull = isOwn && !own && steps === STEPS;
      shown.run = isOwn ? new OwnRun((await this.engine).startOther(), this.files(), training, heldOut, steps, seed) : new FastPieces(training, heldOut, steps, seed);
      shown.label = `Run ${++this.count}, ${isOwn ? "your parts" : "fast version"}`;
      this.runs = [...this.runs, shown].slice(-2);
      await this.take(shown);
    } catch (error) {
      if (!this.stopped) this.say(`The run ended. ${await this.ended(shown, error)}`);
    } finally {
      shown.run?.end();
      this.current = null;
      this.buttons();
      this.draw();
    }
  }

  // Why a run ended, and what the capstone says of one that got as far as a step.
  async ended(shown, error) {
    const why = error.message === "stopped" ? "Python stopped: the code called itself too many times in a row, or used too much memory." : error.message;
    if (!shown.isFull || shown.seed !== SEED || shown.isDone || !shown.run?.losses.length) return why;
    const said = await this.capstone.judge(shown.run, shown.seed, why, () => {}).catch(() => "");
    return `${why} ${said}`;
  }

  async take(shown) {
    const { run, steps } = shown;
    await run.begin();
    let [named, spoken] = [1, 1];
    const mark = () => Math.ceil((named * steps) / NAMES_AT);
    while (!run.done && !this.stopped) {
      if (this.paused) {
        await new Promise((resolve) => (this.goOn = resolve));
        continue;
      }
      await run.advance(mark());
      const taken = run.losses.length;
      if (taken >= mark() && taken < steps) {
        named++;
        await this.name(shown, taken, 4);
      }
      // A pause or a stop during these steps has been reported already.
      if (taken >= (spoken * steps) / SPOKEN_AT && !run.done && !this.paused && !this.stopped) {
        spoken = Math.floor((taken * SPOKEN_AT) / steps) + 1;
        this.say(`${spelled(taken)} of ${spelled(steps)} steps, loss ${mean(run.losses).toFixed(2)}.`);
      }
      this.draw();
    }
    if (this.stopped) return;
    this.say("All steps are done. Measuring the loss on names that the model has not seen.");
    await this.name(shown, run.losses.length, SHOWN);
    shown.heldOut = await run.heldOutLoss((left) => ($("train-progress-text").textContent = `Measuring: ${left} names left`));
    shown.isDone = true;
    this.draw();
    const judged = shown.isFull ? await this.capstone.judge(run, shown.seed, "", (text) => this.say(text)) : "";
    if (judged && this.capstone.passed) shown.events.push("capstone");
    shown.events.forEach(this.note);
    this.say([this.result(shown), judged].join(" ").trim());
  }

  // Names from the model as it is. Without part 8 there are none.
  async name(shown, taken, count) {
    try {
      shown.names.push({ taken, names: await shown.run.names(count) });
    } catch (error) {
      if (error.message === "stopped") throw error;
      shown.nameless = error.message;
    }
  }

  result(shown) {
    const loss = shown.heldOut === null ? "There are too few names to keep some for measuring." : `Loss on unseen names: ${shown.heldOut.toFixed(3)} nats per token.`;
    const other = this.runs.find((run) => run !== shown && run.key === shown.key && run.isDone && run.isOwn !== shown.isOwn);
    if (!other) return `Done. ${loss}`;
    const apart = Math.max(...shown.run.losses.map((each, i) => Math.abs(each - other.run.losses[i])));
    return `Done. ${loss} ${apart < EQUAL ? "Your parts and the fast version compute the same losses, step by step." : `Your parts and the fast version differ by up to ${apart.toPrecision(2)}, although they have the same seed.`}`;
  }

  pause() {
    if (!this.current) return;
    this.paused = !this.paused;
    if (!this.paused) this.goOn?.();
    this.say(this.paused ? `Paused after ${spelled(this.current.run?.losses.length ?? 0)} steps.` : "Training continues.");
    this.buttons();
  }

  stop() {
    if (!this.current) return;
    this.stopped = true;
    this.paused = false;
    this.goOn?.();
    this.say(`Stopped after ${spelled(this.current.run?.losses.length ?? 0)} steps.`);
    this.current.run?.end();
  }

  say(text) {
    $("train-status").textContent = text;
  }

  buttons() {
    const runs = Boolean(this.current);
    dim($("train-start"), runs);
    dim($("train-pause"), !runs);
    dim($("train-stop"), !runs);
    $("train-pause").textContent = runs && this.paused ? "Resume" : "Pause";
  }

  draw() {
    const newest = this.runs.at(-1);
    $("train-results").hidden = !newest;
    if (!newest) return;
    const { losses } = newest.run;
    $("train-progress").max = newest.steps;
    $("train-progress").value = losses.length;
    $("train-progress-text").textContent = `${spelled(losses.length)} of ${spelled(newest.steps)} steps`;
    drawChart($("chart"), this.runs, newest.lines);
    // A reader of screens gets the words when they matter, not with each frame.
    if (!this.current || this.paused) $("chart").setAttribute("aria-label", inWords(this.runs, newest.lines));
    $("runs").replaceChildren(...this.runs.map((shown) => this.row(shown, shown === newest)));
    $("train-names").replaceChildren(...this.runs.toReversed().map((shown) => this.drawNames(shown)));
    $("bars").replaceChildren(...(newest.heldOut === null ? [] : this.bars(newest)));
  }

  row(shown, isNewest) {
    const { losses } = shown.run;
    const sign = element("span", { className: `sign ${isNewest ? "new" : "old"}` });
    sign.setAttribute("aria-hidden", "true");
    const cells = [shown.data, shown.seed, spelled(losses.length), losses.length ? mean(losses).toFixed(3) : "", shown.heldOut === null ? "" : shown.heldOut.toFixed(3)];
    const name = element("th", { scope: "row" }, sign, shown.label);
    return element("tr", {}, name, ...cells.map((text) => element("td", { textContent: text })));
  }

  drawNames(shown) {
    const rows = shown.names.map(({ taken, names }) => [
      element("dt", { textContent: `after ${spelled(taken)} steps` }),
      element("dd", { textContent: names.map((name) => name || "(empty)").join(", ") }),
    ]);
    const note = shown.nameless ? [element("p", { className: "note", textContent: shown.nameless })] : [];
    return element("section", {}, element("h4", { textContent: shown.label }), element("dl", {}, ...rows.flat()), ...note);
  }

  bars(shown) {
    const rows = [...shown.lines, { label: `${shown.isOwn ? "your" : "the"} model, on names that it has not seen`, loss: shown.heldOut }];
    const most = Math.max(...rows.map(({ loss }) => loss));
    return rows.map(({ label, loss }) => {
      const bar = element("div", { className: "bar-of-loss", textContent: loss.toFixed(3) });
      bar.style.width = `${(100 * loss) / most}%`;
      return element("li", {}, element("p", { textContent: label }), bar);
    });
  }
}
