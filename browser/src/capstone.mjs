// The capstone's report and its card, after a full run of the learner's own parts.
import { $, element, linesOf, saveFile, today } from "./elements.mjs";
import { Model, pairLoss, split } from "./fast.mjs";
import { PythonRandom } from "./random.mjs";

export const STEPS = 1000;
export const SEED = 42; // the seed of the recorded training
const COMMAND = "python -m autograder capstone";
// As in autograder/capstone/card.py.
const [NAMES, MOST_DRAWS, TEMPERATURE] = [5, 200, 0.5];
const LONGEST_ADDRESS = 48;
const [WIDTH, HEIGHT] = [1200, 630];

const worthOf = (points) => `${points} ${points === 1 ? "point" : "points"}`;

// The measurements on a card: those that `card` makes from the same weights.
export async function measured(names, weights, seed) {
  const [training, heldOut] = split(names);
  const model = Model.of([...new Set(names.join(""))], weights);
  const [known, random, invented] = [new Set(names), new PythonRandom(seed), []];
  for (let draws = 0; draws < MOST_DRAWS && invented.length < NAMES; draws++) {
    const [name] = model.sampled(1, TEMPERATURE, random);
    if (name && !known.has(name) && !invented.includes(name)) invented.push(name);
  }
  const lookedAt = invented[0] ?? heldOut[0];
  const heads = model.attention(lookedAt);
  const evenness = heads.map((rows) => rows.flat().reduce((sum, weight) => sum - weight * Math.log(Math.max(weight, 1e-300)), 0) / rows.length);
  const head = evenness.indexOf(Math.min(...evenness));
  return {
    loss: await model.patientHeldOutLoss(heldOut),
    bigram_loss: pairLoss(training, heldOut),
    parameters: Object.values(model.w).reduce((sum, { data }) => sum + data.length, 0),
    names: invented,
    looked_at: lookedAt.slice(0, heads[head].length - 1),
    head: head + 1,
    attention: heads[head],
  };
}

export class Capstone {
  // engine: a promise of it; names: the course's; remember, recall: what lasts in this browser.
  constructor({ engine, names, remember, recall }) {
    Object.assign(this, { engine, names, remember, shown: null });
    $("card-name").oninput = () => this.drawCard();
    $("card-png").onclick = () => this.savePicture();
    // A run that has ended meanwhile is newer.
    this.recalled = recall().then((kept) => (this.shown ??= kept ?? null));
  }

  async open() {
    await this.recalled;
    await this.draw();
  }

  // The words for the learner about a run that has ended. problem: why it stopped, if it did.
  async judge(run, seed, problem, say) {
    const names = await this.names();
    const checker = await this.checker();
    let [report, claims] = [null, null];
    const recorded = await this.recorded();
    const { step, counts } = JSON.parse(recorded);
    if (!problem) {
      say("Your code invents 100 names for the capstone's report.");
      try {
        claims = await run.claims(seed === SEED ? counts : { names: 0, cold: 0, hot: 0 });
      } catch (error) {
        if (error.message === "stopped") throw error;
        problem = error.message;
      }
    }
    if (seed === SEED) {
      const oneStep = await run.oneStep(step).catch((error) => error.message);
      const claimed = { run: claims, losses: run.losses, problem, one_step: oneStep };
      report = JSON.parse(await checker.ask("capstone", { recorded, claimed: JSON.stringify(claimed), known: JSON.stringify(names) }));
    }
    const card = claims ? { ...(await measured(names, claims.weights, seed)), date: today() } : null;
    this.shown = { report, card, seed };
    this.remember(this.shown);
    await this.draw();
    return report ? `The capstone's report is below: ${this.inWords(report)}` : "";
  }

  // The trusted interpreter, once Python is there.
  async checker() {
    const { checker } = await this.engine;
    await checker.ready;
    return checker;
  }

  async recorded() {
    const response = await fetch("capstone.json").catch(() => null);
    if (!response?.ok) throw new Error("The capstone's figures can't be loaded. Is there a network? Then train again.");
    return response.text();
  }

  get passed() {
    const { report } = this.shown ?? {};
    return Boolean(report) && report.earned === report.possible;
  }

  inWords({ earned, judged, possible }) {
    if (judged === possible) return `${earned} of ${worthOf(possible)}.`;
    return `${earned} of the ${worthOf(judged)} that this page can judge. The other ${possible - judged} need the complete course: ${COMMAND}`;
  }

  async draw() {
    $("capstone").hidden = !this.shown;
    if (!this.shown) return;
    const { report, card, seed } = this.shown;
    $("capstone-summary").textContent = report ? this.inWords(report) : `The report needs a run with seed ${SEED}; this one had seed ${seed}.`;
    $("capstone-note").hidden = !report;
    $("capstone-problem").textContent = report?.problem ?? "";
    $("capstone-problem").hidden = !report?.problem;
    $("capstone-checks").replaceChildren(...(report?.checks ?? []).map((check) => this.drawCheck(check, report)));
    $("card").hidden = !card;
    if (card) await this.drawCard();
  }

  drawCheck({ task, title, points, earned, status, message, open }, { problem }) {
    const kind = status === "passed" ? "passed" : open ? "open" : "failed";
    const row = element("li", { className: kind });
    const word = { passed: "pass", failed: "FAIL", open: "not here" }[kind];
    const worth = open && kind === "open" && !earned ? worthOf(points) : `${open && earned < points ? "at least " : ""}${earned} of ${worthOf(points)}`;
    row.append(element("span", { className: "what", textContent: word }), element("span", { textContent: ` ${task} ${title}. ` }), element("span", { className: "worth", textContent: worth }));
    if (message && !problem) row.append(kind === "passed" ? element("p", { className: "note", textContent: message.trimEnd() }) : element("pre", {}, ...linesOf(message.trimEnd())));
    return row;
  }

  get address() {
    const { hostname, host, pathname } = location;
    const address = `${host}${pathname}`.replace(/(index\.html)?\/?$/, "");
    return /^(localhost|127\.|\[)/.test(hostname) || address.length > LONGEST_ADDRESS ? "" : address;
  }

  async drawCard() {
    const checker = await this.checker();
    const given = { ...this.shown.card, learner: $("card-name").value, address: this.address };
    const { svg, light, says } = JSON.parse(await checker.ask("card", { measured: JSON.stringify(given) }));
    for (const old of [$("card-picture").src, $("card-svg").href]) URL.revokeObjectURL(old);
    const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    Object.assign($("card-picture"), { src: address, alt: says });
    $("card-svg").href = address;
    this.light = light;
  }

  // The light version as a bitmap, as `card` saves it.
  async savePicture() {
    const source = URL.createObjectURL(new Blob([this.light], { type: "image/svg+xml" }));
    const picture = new Image(WIDTH, HEIGHT);
    picture.src = source;
    await picture.decode();
    const canvas = element("canvas", { width: WIDTH, height: HEIGHT });
    canvas.getContext("2d").drawImage(picture, 0, 0, WIDTH, HEIGHT);
    URL.revokeObjectURL(source);
    saveFile(await new Promise((resolve) => canvas.toBlob(resolve, "image/png")), "card.png");
  }
}
