// The page: parts, lesson, editor and verdict.
import { $, dim, element, linesOf, saveFile } from "./elements.mjs";
import { Editor } from "./editor.mjs";
import { Course } from "./engine.mjs";
import { readFiles, textIn, zipOf } from "./portable.mjs";
import { Practice } from "./practice.mjs";
import { FILE as RECIPE, RecipeRoom } from "./recipe_room.mjs";
import { Work } from "./storage.mjs";
import { TrainingRoom } from "./training.mjs";

const WORDS = { passed: "pass", failed: "FAIL", error: "FAIL", timeout: "FAIL", missing: "FAIL", todo: "to do", manual: "manual" };

// A link within the page. It is a complete address, since axe takes a "#..." that is out of sight for a broken skip link.
const addressOf = (wanted) => `${location.href.split("#")[0]}#${wanted}`;

// A web worker with the engine's interface.
function webWorker() {
  const worker = new Worker(new URL("interpreter.js", document.baseURI), { type: "module" });
  return {
    send: (data) => worker.postMessage(data),
    onMessage: (take) => worker.addEventListener("message", (event) => take(event.data)),
    onFailure: (take) => worker.addEventListener("error", (event) => take(event.message || "the worker failed")),
    terminate: () => worker.terminate(),
  };
}

// Loads what Python needs, with its progress on the page; the workers then find it in the browser's cache. Returns the
// two archives of the course.
async function download(sizes) {
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  let loaded = 0;
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
  const load = async (name) => {
    const response = await fetch(name);
    if (!response.ok) throw new Error(`${name} could not be loaded`);
    const parts = [];
    const reader = response.body.getReader();
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      parts.push(step.value);
      loaded += step.value.length;
      $("boot").textContent = `Loading Python: ${megabytes(loaded)} of ${megabytes(total)} MB. The next visit needs no network.`;
    }
    return new Uint8Array(await new Blob(parts).arrayBuffer());
  };
  const contents = Object.fromEntries(await Promise.all(Object.keys(sizes).map(async (name) => [name, await load(name)])));
  $("boot").textContent = "Python is starting ...";
  return [contents["checker.zip"], contents["learner.zip"]];
}

class Page {
  constructor(course, work) {
    Object.assign(this, { course, work, part: null, results: {}, hints: {}, example: null, started: new Map() });
    this.editor = new Editor($("editor"), { onChange: (text) => this.typed(text), onCheck: () => this.check() });
    this.engine = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    this.engine.catch(() => {}); // reported in `open`
    this.practice = course.practice ? new Practice(this) : null;
    const names = async () => textIn((await this.engine).learnerArchive, "datasets/names.txt").split("\n").map((line) => line.trim()).filter(Boolean);
    this.recipe = new RecipeRoom({ engine: this.engine, names, work });
    this.training = new TrainingRoom({
      files: () => this.modules,
      engine: this.engine,
      remember: (name, value) => this.work.remember(name, value),
      recall: (name) => this.work.recall(name),
      names,
      note: (event) => this.practice?.note(event),
    });
  }

  // What the list shows below the parts.
  get rooms() {
    const rooms = [
      { view: "train", label: "Train a model", title: "Train a model", room: this.training },
      { view: "recipe", label: "Try a recipe", title: "Try a recipe", room: this.recipe },
    ];
    if (!this.practice) return rooms;
    const { due, recall, achievements } = this.practice;
    return [
      ...rooms,
      { view: "recall", label: "Recall", title: "Remember what you wrote", room: recall, state: due ? `${due} due` : "" },
      { view: "achievements", label: "Achievements", title: "Achievements", room: achievements },
    ];
  }

  // The parts' files, without the recipe, which no check reads.
  get modules() {
    return Object.fromEntries(Object.entries(this.work.all()).filter(([name]) => name !== RECIPE));
  }

  // Shows the part and what the learner wrote while Python is still loading.
  static async open() {
    const course = await (await fetch("course.json")).json();
    const work = await Work.open(course.stubs);
    const page = new Page(course, work);
    page.results = (await work.recall("results")) ?? {};
    page.hints = (await work.recall("hints")) ?? {};
    page.listen();
    page.drawClass();
    await page.practice?.begin();
    await page.follow(); // before the download, which takes all of a slow connection
    if (!work.lasting) page.tell("This browser does not store your work for this page. Choose Save as zip before you close it.");
    try {
      const [checker, learner] = await download(course.sizes);
      const indexURL = new URL("pyodide/", document.baseURI).href;
      const engine = new Course(webWorker, { checker: { indexURL, archive: checker }, learner: { indexURL, archive: learner } });
      page.resolve(Object.assign(engine, { learnerArchive: learner }));
      await engine.ready;
      $("boot").textContent = "Ready. Nothing that you write leaves this browser.";
    } catch (error) {
      page.reject(error);
      $("boot").textContent = `Python did not start (${error.message}). Reload the page to try again.`;
    }
    return page;
  }

  listen() {
    $("check").onclick = () => this.check();
    $("hint").onclick = () => this.hint();
    $("reset").onclick = () => this.reset();
    $("undo").onclick = () => this.undo();
    $("save-zip").onclick = () => this.saveZip();
    $("open-files").onchange = (event) => this.take([...event.target.files]).finally(() => (event.target.value = ""));
    $("task").onchange = () => this.goToTask($("task").value, false); // the arrow keys stay in the list
    document.querySelector(".skip").onclick = (event) => {
      event.preventDefault(); // the address says which part is shown
      $(this.part ? "editor-title" : `${$("main").dataset.view}-title`).focus();
    };
    window.addEventListener("hashchange", () => this.follow());
    this.work.onOtherTab((...saved) => this.follows(...saved));
    this.work.onFlush((problem) => this.warn(problem));
    // Whatever else finds no space, such as the copy before a reset, which is then not made.
    window.addEventListener("unhandledrejection", ({ reason }) => reason?.name === "QuotaExceededError" && this.warn(reason.message || reason.name));
    window.addEventListener("resize", () => this.scrollParts());
    window.addEventListener("pagehide", () => this.flush());
    document.addEventListener("visibilitychange", () => document.hidden && this.flush());
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "s") {
        const handled = event.defaultPrevented; // by the editor
        event.preventDefault();
        if (!handled) this.check();
      }
    });
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      this.take([...event.dataTransfer.files]);
    });
  }

  // The address says what to show: #part=3&task=3.1&code=...
  async follow() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const room = this.rooms.find(({ view }) => wanted.has(view));
    if (room) return this.showRoom(room);
    const task = wanted.get("task") ?? "";
    const number = Number(wanted.get("part") ?? (task ? task.split(".")[0] : ((await this.work.recall("part")) ?? 0)));
    const part = this.course.parts.find((each) => each.number === number) ?? this.course.parts[0];
    await this.flush();
    await this.show(part, wanted.get("code"));
    if (task) this.goToTask(task);
    this.showRecorded();
  }

  async showRoom({ view, title, room }) {
    await this.flush();
    this.part = null;
    $("main").dataset.view = view;
    document.title = title;
    this.tell("");
    this.drawParts();
    room.open();
  }

  // The verdict on the example of the front page was recorded when the page was built: it need not wait for Python.
  showRecorded() {
    const { example } = this.course;
    if (!example || this.example !== example.code || this.part.number !== example.part) return;
    this.drawReport(example.report);
    this.toVerdictOnPhone();
    const keep = [...$("banner").querySelectorAll("button")];
    this.tell("This code came with the link, and so did its verdict below. Change the code, then choose Check.", ...keep);
  }

  // The links of a class, and the time zone of its dates.
  drawClass() {
    const { links = [], zone } = this.course;
    const rows = links.map(([label, address]) => element("li", {}, element("a", { href: address, textContent: label })));
    if (zone) rows.push(element("li", { className: "due", textContent: `Times are those of ${zone}.` }));
    $("class-links").hidden = !rows.length;
    $("class-links").replaceChildren(...rows);
  }

  async show(part, code) {
    this.part = part;
    $("main").dataset.view = "part";
    this.work.remember("part", part.number);
    this.example = code || null;
    $("lesson-title").textContent = `Part ${part.number}: ${part.title}`;
    $("lesson-text").innerHTML = await (await fetch(`lessons/${part.name}.html`)).text();
    $("lesson").scrollTop = 0;
    [...document.querySelectorAll("#lesson-text .cell")].forEach((cell, index) => this.equip(cell, index + 1));
    $("editor-title").textContent = `exercises/${part.file}`;
    $("task").replaceChildren(
      element("option", { value: "", textContent: "all tasks" }),
      ...part.tasks.map((task) => element("option", { value: task.id, textContent: `${task.id} ${task.title}` })),
    );
    document.title = `Part ${part.number}: ${part.title}`;
    this.editor.open(this.example ?? this.work.text(part.file));
    if (this.example) {
      const keep = element("button", { type: "button", textContent: "Keep it as my file", onclick: () => this.keepExample() });
      const back = element("button", { type: "button", textContent: "Back to my file", onclick: () => this.leaveExample() });
      this.tell("This code came with the link. Your own file is untouched.", keep, back);
    } else if (this.work.hasNewStub(part.file)) {
      const take = element("button", { type: "button", textContent: "Start from the new stub", onclick: () => this.takeNewStub(part) });
      const keep = element("button", { type: "button", textContent: "Keep mine", onclick: () => this.work.begin(part.file).then(() => this.tell("")) });
      this.tell(`The course has a new stub of ${part.file}. Your own file is kept.`, take, keep);
    } else this.tell("");
    this.drawParts();
    this.drawReport(this.results[part.file]);
  }

  // A cell of the lesson gets a button that runs it as it is now, and a place for what it shows.
  equip(cell, number) {
    const button = element("button", { type: "button", textContent: "Run" });
    const output = element("div", { className: "output" });
    output.setAttribute("role", "status");
    const part = this.part;
    button.onclick = async () => {
      if (button.ariaDisabled === "true") return;
      dim(button, true);
      await this.flush();
      const files = { ...this.modules, [part.file]: this.part === part ? this.editor.text : this.work.text(part.file) };
      output.replaceChildren(element("p", { className: "note", textContent: "Running ..." }));
      const engine = await this.engine;
      // A new interpreter has not run the cells before this one.
      if (!engine.cells || this.started.get(part) !== engine.cells) {
        await engine.cell(part.name, document.querySelector("#lesson-text .start")?.textContent ?? "", files);
      }
      this.started.set(part, engine.cells);
      const { printed, shown } = await engine.cell(part.name, code.textContent, files);
      output.replaceChildren();
      if (printed) output.append(element("pre", { textContent: printed, tabIndex: 0 }));
      for (const html of shown) output.append(element("div", { innerHTML: html }));
      if (!printed && !shown.length) output.append(element("p", { textContent: "This cell has no output." }));
      dim(button, false);
    };
    const code = cell.querySelector("code");
    code.setAttribute("aria-label", `Code of cell ${number}`);
    code.onkeydown = (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      button.click();
    };
    const note = element("p", { className: "note", textContent: "You can change this code. Ctrl-Enter runs it. Changes to cells of a lesson are not kept." });
    cell.append(...(number === 1 ? [note] : []), button, output);
  }

  drawParts() {
    const rows = this.course.parts.map((part) => {
      const result = this.results[part.file];
      const state = result?.passed ? "passed" : result ? `${result.earned} of ${result.possible}` : this.work.touched(part.file) ? "started" : "";
      const link = element("a", { href: addressOf(`part=${part.number}`) }, element("span", { textContent: `${part.number} ${part.title}` }));
      if (state) link.append(element("span", { className: `state ${result?.passed ? "passed" : ""}`, textContent: state }));
      if (part === this.part) link.setAttribute("aria-current", "page");
      if (part.due) link.append(element("span", { className: "due", textContent: `due ${part.due}` }));
      return element("li", {}, link);
    });
    const rooms = this.rooms.map(({ view, label, state }, i) => {
      const link = element("a", { href: addressOf(view) }, element("span", { textContent: label }));
      if (state) link.append(element("span", { className: "state", textContent: state }));
      if ($("main").dataset.view === view) link.setAttribute("aria-current", "page");
      return element("li", { className: i ? "" : "other" }, link);
    });
    const list = $("parts").firstElementChild;
    const focused = list.contains(document.activeElement) ? document.activeElement.href : null;
    list.replaceChildren(...rows, ...rooms);
    if (focused) [...list.querySelectorAll("a")].find((link) => link.href === focused)?.focus();
    this.scrollParts();
  }

  // On a phone, the list scrolls sideways.
  scrollParts() {
    const list = $("parts").firstElementChild;
    const shown = list.querySelector("[aria-current]");
    if (shown) list.scrollLeft += shown.getBoundingClientRect().left - list.getBoundingClientRect().left - 16;
  }

  goToTask(id, focus = true) {
    const task = this.part.tasks.find((each) => each.id === id);
    $("task").value = task ? id : "";
    if (task?.defines) this.editor.goTo(this.editor.find(`def ${task.defines}`), focus);
  }

  // Another tab of this browser has saved a file. What was typed here a moment before is kept as a backup.
  async follows(name, text, typedHere) {
    this.drawParts();
    if (name === RECIPE) return this.recipe.editor.follow(text);
    if (name === this.part?.file && !this.example) this.editor.follow(text);
    if (typedHere === undefined || typedHere === text) return;
    await this.work.backUp(name, typedHere, "another tab");
    this.tell(`${name} was changed in another tab. Undo reset brings back what you typed here.`);
  }

  typed(text) {
    if (!this.example) this.work.saveSoon(this.part.file, text);
  }

  flush() {
    return this.work.flush();
  }

  async check() {
    if (this.checking || !this.part) return;
    this.checking = true;
    await this.flush();
    const part = this.part;
    const text = this.editor.text;
    const task = $("task").value || null;
    dim($("check"), true);
    $("summary").textContent = "Python is loading. Your check runs as soon as it is ready.";
    const engine = await this.engine.then(async (each) => (await each.ready, each)).catch(() => null);
    $("summary").textContent = "Checking ...";
    const started = performance.now();
    let last = "";
    const shown = setInterval(() => {
      const waited = Math.round((performance.now() - started) / 1000);
      $("summary").textContent = `Checking ... ${waited} s${last && waited > 1 ? `: ${last}` : ""}`;
    }, 1000);
    try {
      if (!engine) throw new Error("Python did not start");
      const files = { ...this.modules, [part.file]: text };
      const counts = !this.example; // not code that came with a link
      const request = { part: part.number, task, files, counts };
      const onStart = (probe) => (last = probe ? "your code runs" : "your file loads");
      const answer = this.practice ? this.practice.ask("check", request, () => true, onStart) : engine.check(request, onStart);
      const { offer, ...report } = await answer;
      // A check of one task says nothing about the others.
      if (!this.example && !task) {
        this.results[part.file] = report;
        this.work.remember("results", this.results);
      }
      if (this.part === part) this.drawReport(report, true);
      this.practice?.checked(part, report, offer);
    } catch (error) {
      $("summary").textContent = `The check could not be run (${error.message}). Try again, or reload the page: your work is kept.`;
    } finally {
      clearInterval(shown);
      this.checking = false;
      dim($("check"), false);
      this.drawParts();
    }
  }

  drawReport(report, isNew = false) {
    this.report = report;
    $("hints").hidden = true;
    if (!isNew) this.practice?.harden.show(report);
    if (!report) {
      $("summary").textContent = `Write task ${this.part.tasks[0].id} ${this.part.tasks[0].title}, then choose Check.`;
      $("checks").replaceChildren();
      $("printed").hidden = true;
      this.editor.mark(0);
      return;
    }
    $("summary").textContent = `${report.earned} of ${report.possible} points. ${this.inWords(report.breaks || report.next).replace(/[^.]$/, "$&.")}`;
    this.advised = new Set(); // one mistake is explained once
    $("checks").replaceChildren(...report.checks.map((check) => this.drawCheck(check)));
    $("printed").hidden = !report.printed;
    $("printed").lastElementChild.textContent = report.printed ?? "";
    const first = report.checks.find((check) => ["failed", "error", "timeout", "missing"].includes(check.status) && check.line);
    this.editor.mark(first?.line);
    if (isNew) {
      $("verdict").scrollTop = 0;
      this.toVerdictOnPhone();
    }
  }

  // Where lesson, editor and verdict are one above the other.
  toVerdictOnPhone() {
    if (matchMedia("(max-width: 60rem)").matches) $("work").scrollIntoView();
  }

  drawCheck(check) {
    const failed = ["failed", "error", "timeout", "missing"].includes(check.status);
    const row = element("li", { className: failed ? "failed" : check.status });
    row.append(element("span", { className: "what", textContent: WORDS[check.status] }), ` ${check.task} ${check.title}${check.hidden ? " (hidden)" : ""}`);
    if (check.advice && !this.advised.has(check.advice)) row.append(element("p", { className: "advice", textContent: this.inWords(check.advice) }));
    this.advised.add(check.advice);
    if (check.message && failed) {
      // A recognised mistake is surer than the check's own guess.
      const lines = check.message.trimEnd().split("\n").filter((line) => !(check.advice && line.startsWith("Likely:")));
      row.append(element("pre", {}, ...linesOf(this.inWords(lines.join("\n")))));
    }
    const note = this.course.notes[check.name];
    if (note) row.append(element("p", { className: "note", textContent: note }));
    if (failed && check.line) {
      row.append(element("button", { type: "button", textContent: `Go to line ${check.line}`, onclick: () => this.editor.goTo(check.line) }));
    }
    return row;
  }

  // Replaces each command of the terminal by what to do on the page.
  inWords(text) {
    return text.replace(/python -m autograder reset \d+/g, "Reset").replace(/python -m autograder (?:recall|harden) (\d+)/g, "choose part $1").replace(/python -m autograder check (\d+\.\d+)/g, "check task $1").replace(/python -m autograder check (\d+)/g, "check part $1").replace(/python -m autograder check/g, "check every part");
  }

  async hint() {
    const hint = this.report?.hint;
    const box = $("hints");
    box.hidden = false;
    if (!hint) {
      box.replaceChildren(element("p", { textContent: this.report ? "All checks pass, so there is no hint to show." : "Check your code first. The hints are for the first check that fails." }));
      return;
    }
    if (hint.instead) {
      box.replaceChildren(element("p", { textContent: hint.instead }));
      return;
    }
    const key = `${this.part.number} ${hint.about}`;
    this.hints[key] = Math.min((this.hints[key] ?? 0) + 1, hint.texts.length);
    this.work.remember("hints", this.hints);
    const shown = hint.texts.slice(0, this.hints[key]).map((text) => element("li", { textContent: text.replaceAll("`", "") }));
    const left = hint.texts.length - shown.length;
    box.replaceChildren(
      element("p", { textContent: `Task ${hint.task}, hint ${shown.length} of ${hint.texts.length}:` }),
      element("ol", {}, ...shown),
      element("p", { textContent: left ? "Choose Hint again for the next one." : "These are all the hints. The code with blanks is only in the complete course." }),
    );
  }

  async reset() {
    const part = this.part;
    if (!confirm(`Replace ${part.file} with the original stub? Undo reset brings your code back.`)) return;
    await this.flush();
    await this.work.replace(part.file, this.work.stubs[part.file], "reset");
    this.editor.open(this.work.text(part.file));
    $("summary").textContent = "The stub is back. Undo reset brings your code back.";
    this.drawParts();
  }

  // Replaces a file, and keeps what it held. The verdict so far says nothing about it.
  async replaceFile(part, text, reason) {
    await this.work.replace(part.file, text, reason);
    delete this.results[part.file];
    this.work.remember("results", this.results);
    if (this.part === part) {
      this.editor.open(text);
      this.drawReport(undefined);
      $("summary").textContent = "Your file has changed. Choose Check for its verdict.";
    }
    this.drawParts();
  }

  async takeNewStub(part) {
    await this.work.replace(part.file, this.work.stubs[part.file], "new stub");
    await this.show(part, null);
    this.tell("This is the new stub. Undo reset brings your code back.");
  }

  async undo() {
    await this.flush();
    const backup = await this.work.undo(this.part.file);
    $("summary").textContent = backup ? "Your earlier code is back. Undo reset again returns to the other one." : "There is nothing to undo for this file.";
    if (backup) this.editor.open(backup.text);
    this.drawParts();
  }

  async saveZip() {
    await this.flush();
    saveFile(zipOf(this.work.touched(RECIPE) ? this.work.all() : this.modules), "exercises.zip");
    this.tell("exercises.zip holds all your files. Unpack it into the course's folder, or submit it.");
  }

  async take(files) {
    await this.flush();
    const names = files.find((file) => /\.txt$/i.test(file.name));
    if (names) {
      location.hash = "train";
      return this.training.takeFile(names);
    }
    const { texts, left } = await readFiles(files, Object.keys(this.course.stubs));
    const changed = Object.keys(texts).filter((name) => texts[name] !== this.work.text(name));
    const replaced = changed.filter((name) => this.work.touched(name));
    if (replaced.length && !confirm(`Replace ${replaced.join(", ")}? Undo reset brings your code back, file by file.`)) return;
    for (const name of changed) await this.work.replace(name, texts[name], "opened");
    if (RECIPE in texts) this.recipe.open();
    const part = this.part?.file in texts ? this.part : this.course.parts.find((each) => each.file in texts);
    const same = Object.keys(texts).length - changed.length;
    const said = [changed.length ? `Opened ${changed.join(", ")}.` : "", same ? `${same} unchanged.` : "", ...left].filter(Boolean);
    if (part) {
      history.replaceState(null, "", `#part=${part.number}`);
      await this.show(part, null);
    } else if (RECIPE in texts) {
      history.replaceState(null, "", "#recipe");
      await this.follow();
    }
    this.tell(said.join(" "));
  }

  async keepExample() {
    await this.work.replace(this.part.file, this.editor.text, "example");
    location.hash = `part=${this.part.number}`;
  }

  leaveExample() {
    location.hash = `part=${this.part.number}`;
  }

  tell(text, ...buttons) {
    $("banner").hidden = !text;
    $("banner").replaceChildren(text, ...buttons);
  }

  // Warns while what was typed is not saved. problem: the browser's reason, or "" once it is saved.
  warn(problem) {
    const warning = problem && `This browser could not save what you typed (${problem}). Choose Save as zip before you close the page.`;
    if (warning === $("warning").textContent) return; // it must not be read aloud again
    $("warning").hidden = !warning;
    $("warning").textContent = warning;
  }
}

async function keepForOfflineUse() {
  if (!navigator.serviceWorker) return;
  const registration = await navigator.serviceWorker.register("service_worker.js");
  const offer = (coming) => {
    if (!navigator.serviceWorker.controller) return; // the first visit
    const button = element("button", { type: "button", textContent: "Load it", onclick: () => coming.postMessage("use the new version") });
    $("banner").hidden = false;
    $("banner").replaceChildren("A new version of the course is available. Your work is kept.", button);
  };
  const follow = (coming) => coming?.addEventListener("statechange", () => coming.state === "installed" && offer(coming));
  registration.addEventListener("updatefound", () => follow(registration.installing));
  // The browser may have found it while Python was starting.
  if (registration.waiting) offer(registration.waiting);
  else follow(registration.installing);
  let reloads = 0;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (registration.active && reloads++ === 0 && document.body.dataset.controlled) location.reload();
    document.body.dataset.controlled = "yes";
  });
  if (navigator.serviceWorker.controller) document.body.dataset.controlled = "yes";
}

window.coursePage = Page.open();
// Afterwards: on a slow connection, it would load everything at the same time again.
window.coursePage.finally(() => keepForOfflineUse().catch(() => {}));
