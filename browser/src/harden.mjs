// The panel for `harden`, in the verdict of a part: a mistake is planted in passing code, found, fixed and named.
import { dim, element, linesOf, questionForm } from "./elements.mjs";
import { waiting } from "./practice.mjs";

export class HardenPanel {
  constructor(practice) {
    this.practice = practice;
    this.title = element("h3", { id: "harden-title", tabIndex: -1 });
    this.status = element("p", { id: "harden-status" });
    this.status.setAttribute("role", "status");
    this.body = element("div");
    this.section = element("section", { id: "harden", hidden: true }, this.title, this.status, this.body);
    this.section.setAttribute("aria-labelledby", "harden-title");
    document.getElementById("summary").after(this.section);
  }

  get page() {
    return this.practice.page;
  }

  // The part that is shown has this verdict, or none. Code that came with a link is not the learner's file.
  show(report, offer = false) {
    const { planted } = this.practice;
    this.status.textContent = "";
    const { part, example } = this.page;
    if (example) this.section.hidden = true;
    else if (planted?.part === part.number) this.drawPlanted(report?.passed);
    else if (report?.passed && this.page.results[part.file]?.passed) this.drawOffer(offer, planted);
    else this.section.hidden = true;
  }

  async checked(part, report, offer) {
    if (this.page.part === part) this.show(report, offer);
  }

  draw(title, ...rows) {
    this.section.hidden = false;
    this.title.textContent = title;
    this.body.replaceChildren(...rows);
  }

  button(words, act, main = false) {
    const made = element("button", { type: "button", className: main ? "main" : "", textContent: words });
    made.onclick = async () => {
      if (made.ariaDisabled === "true") return;
      dim(made, true);
      await act.call(this);
      dim(made, false);
    };
    return made;
  }

  // Passed, and no mistake is planted here.
  drawOffer(offer, planted) {
    const bar = element("p", { className: "bar" });
    bar.append(this.button(offer ? "One question about your code" : "A question about your code", () => this.goToRecall()));
    const other = planted && this.page.course.parts.find((each) => each.number === planted.part);
    if (other) bar.append(element("a", { href: `#part=${other.number}`, textContent: `Find the mistake in part ${other.number} first` }));
    else bar.append(this.button("Plant a mistake in it", this.plant));
    this.draw("Do you know why it works?", bar);
    if (!other) {
      this.body.append(element("p", { className: "note", textContent: "One place of your file changes; you see only what goes wrong. You find it, fix it and say which cause it was. Your file comes back whenever you like." }));
    }
  }

  goToRecall() {
    location.hash = "recall";
  }

  async plant() {
    const { part, editor } = this.page;
    await this.page.flush();
    const before = editor.text;
    const untouched = (answer) => answer.problem || (this.page.part === part && editor.text === before);
    const answer = await waiting(this.status, "Looking for a place in your code", () => this.practice.ask("harden", { part: part.number }, untouched));
    if (!answer || answer.problem) {
      this.status.textContent = this.page.inWords(answer?.problem ?? "Your code changed meanwhile, so nothing was planted.");
      return;
    }
    await this.page.replaceFile(part, answer.text, "harden");
    this.title.focus();
  }

  // isPassing: whether the last verdict is a pass, so the mistake may be fixed.
  drawPlanted(isPassing) {
    const { planted } = this.practice;
    const { part } = this.page;
    const symptom = element("pre", { tabIndex: 0 }, ...linesOf(planted.symptom.map((line) => line.replace(/^ {2}/, "")).join("\n")));
    symptom.setAttribute("aria-label", "What goes wrong");
    this.draw(
      "Find the planted mistake",
      element("p", { textContent: `One place of ${part.file} is wrong; the rest is as you wrote it. This is what it does:` }),
      symptom,
      element("p", { textContent: "Fix it in the editor, then choose Check. Until then, the verdict gives no advice." }),
      element("p", { className: "bar" }, this.button("Restore my file", this.restore), this.button("Show the answer", this.giveUp)),
    );
    if (isPassing) this.askForCause();
  }

  async askForCause() {
    const answer = await waiting(this.status, "Looking at your change", () => this.practice.ask("harden", { part: this.page.part.number }));
    if (this.page.part?.number !== answer.part || answer.state !== "fixed") return;
    const options = answer.causes.map((says, index) => [element("span", { textContent: says }), index + 1]);
    const form = questionForm("Which cause was it?", options, this.status, (number) => this.name(number), this.button("Show the answer", this.giveUp));
    this.draw("It passes again: name the cause", form);
    this.title.focus();
  }

  async name(number) {
    if (this.busy) return;
    this.busy = true;
    const answer = await waiting(this.status, "Comparing", () => this.practice.ask("name", { answer: number }));
    this.busy = false;
    if (answer.named) this.drawEnd("You found it", answer.lines);
    else this.status.textContent = this.page.inWords(answer.problem ?? answer.lines.join(" "));
  }

  async giveUp() {
    const answer = await waiting(this.status, "Comparing", () => this.practice.ask("give up"));
    if (answer.problem) {
      this.status.textContent = answer.problem;
      return;
    }
    const part = this.page.course.parts.find((each) => each.number === answer.part);
    if (answer.text !== this.page.work.text(part.file)) {
      await this.page.replaceFile(part, answer.text, "harden");
      await this.page.check();
    }
    this.drawEnd("This was the mistake", [...answer.lines, "Your file is as it was."]);
  }

  // Brings back every character of the file. The mistake can still be named.
  async restore() {
    const { planted } = this.practice;
    const { part } = this.page;
    const bytes = Uint8Array.from(atob(planted.before), (letter) => letter.charCodeAt(0));
    await this.page.replaceFile(part, new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes), "harden");
    await this.page.check();
  }

  drawEnd(title, lines) {
    const code = lines.filter((line) => line.startsWith("  ") && !line.startsWith("  The cause:"));
    const says = lines.filter((line) => !code.includes(line));
    const place = says.findIndex((line) => line.startsWith("It was in line"));
    const rows = says.map((line) => element("p", { textContent: line.trim() }));
    rows.splice(place + 1, 0, element("pre", { tabIndex: 0, textContent: withoutIndent(code).join("\n") }));
    this.draw(title, ...rows, element("p", { className: "bar" }, this.button("Plant another one", this.plant), this.button("A question about your code", () => this.goToRecall())));
    this.title.focus();
  }
}

const LABEL = 11; // characters of "  yours:   " and "  planted: ", which come before the code

// The lines without the spaces that all of them have before their code.
function withoutIndent(lines) {
  const code = lines.map((line) => line.slice(LABEL));
  const indent = Math.min(...code.map((each) => each.length - each.trimStart().length));
  return lines.map((line, index) => line.slice(2, LABEL) + code[index].slice(indent));
}
