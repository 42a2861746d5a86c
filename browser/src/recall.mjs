// The room for `recall`: one question about the learner's own code, and later another one.
import { dim, element, makeRoom, questionForm } from "./elements.mjs";
import { waiting } from "./practice.mjs";

const DONT_KNOW = 0;

export class RecallRoom {
  constructor(practice) {
    const introduction = "A question about code that you have written and that passes. It comes again after 1, 3, 7 and 21 days, so that you remember it for long. You get at most six questions per day.";
    Object.assign(this, { practice }, makeRoom("recall", "Remember what you wrote", introduction));
  }

  async open() {
    this.title.focus();
    await this.next();
  }

  // part: to ask about it even if nothing is due.
  async next(part = null) {
    if (this.busy) return;
    this.busy = true;
    this.body.replaceChildren();
    const answer = await waiting(this.status, "Looking for a question in your code", () => this.practice.ask("recall", { part }));
    this.busy = false;
    this.practice.count(answer);
    const notes = [...(answer.notes ?? []), ...(answer.problem ? [answer.problem] : [])];
    this.body.replaceChildren(...notes.map((note) => element("p", { textContent: this.practice.page.inWords(note) })));
    if (answer.question) this.drawQuestion(answer.question);
    else this.body.append(this.choice());
  }

  drawQuestion(question) {
    const title = element("h3", { tabIndex: -1, textContent: `About your code for ${question.task} ${question.title}` });
    const code = element("pre", { className: "listing", tabIndex: 0 });
    code.setAttribute("aria-label", "Your code");
    for (const [number, text] of question.lines) {
      const place = element("span", { className: "number", textContent: number || "" });
      code.append(place, number ? text : "...", "\n");
    }
    const [before, asked] = parted(question.words);
    const options = question.options.map((text, index) => [element("code", { textContent: text }), index + 1]);
    options.push([element("span", { textContent: "I don't know" }), DONT_KNOW]);
    const form = questionForm(asked, options, this.status, (number) => this.answer(question, form, number));
    this.body.append(title, code, ...before.map(words), form);
    title.focus();
  }

  async answer(question, form, given) {
    const button = form.querySelector("button");
    if (button.ariaDisabled === "true") return;
    dim(button, true);
    const reply = await waiting(this.status, "Comparing with what your code does", () => this.practice.ask("answer", { answer: given }));
    if (reply.problem) {
      this.body.replaceChildren(element("p", { textContent: reply.problem }), this.choice());
      return;
    }
    this.practice.count(reply);
    const right = given === reply.right;
    const said = right ? "Right, it is" : given === DONT_KNOW ? "It is" : "No, it is";
    const rows = question.options.map((text, index) => {
      const number = index + 1;
      const row = element("li", { className: number === reply.right ? "right" : number === given ? "wrong" : "" }, element("code", { textContent: text }));
      const mark = number === reply.right ? "the answer" : number === given ? "yours" : "";
      if (mark) row.append(" ", element("span", { className: "mark", textContent: mark }));
      if (reply.whys[index]) row.append(element("p", { className: "note", textContent: reply.whys[index] }));
      return row;
    });
    const verdict = element("h3", { tabIndex: -1, className: right ? "is-right" : "", textContent: `${said} ${question.options[reply.right - 1]}` });
    const after = [element("p", { className: "when", textContent: `${reply.when} ${this.practice.page.inWords(reply.notes.join(" "))}` })];
    if (reply.due) after.push(element("button", { type: "button", className: "main", textContent: "Next question", onclick: () => this.next() }));
    else after.push(this.choice());
    const why = reply.why ? [element("p", { textContent: reply.why })] : [];
    const asked = element("p", { textContent: parted(question.words)[1] });
    form.replaceWith(asked, verdict, ...why, element("ul", { className: "options" }, ...rows), ...after);
    verdict.focus();
  }

  // What to do when nothing is due: another question about a part.
  choice() {
    const { page } = this.practice;
    const passed = page.course.parts.filter((part) => page.results[part.file]?.earned);
    if (!passed.length) return element("p", {}, element("a", { href: "#part=0", textContent: "Go to part 0" }));
    const list = element("select", { id: "recall-part" }, ...passed.map((part) => element("option", { value: part.number, textContent: `${part.number} ${part.title}` })));
    const label = element("label", { htmlFor: "recall-part", textContent: "One more, about" });
    const button = element("button", { type: "button", textContent: "Ask", onclick: () => this.next(Number(list.value)) });
    return element("p", { className: "bar" }, label, list, button);
  }
}

// What comes before the question itself, and the question with a remark in brackets, if there is one.
function parted(words) {
  const place = words.at(-1).startsWith("(") ? -2 : -1;
  return [words.slice(0, place), words.slice(place).join(" ")];
}

// A sentence of a question, with the code in it set off.
function words(text) {
  const line = /^ *(\d+) \| (.*)$/.exec(text);
  if (line) return element("pre", { className: "listing", tabIndex: 0 }, element("span", { className: "number", textContent: line[1] }), line[2]);
  const called = /^(Your code is called:) (.*)$/.exec(text);
  if (called) return element("div", {}, element("p", { textContent: called[1] }), element("pre", { textContent: called[2], tabIndex: 0 }));
  return element("p", { textContent: text });
}
