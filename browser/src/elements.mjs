// Elements of the page, and how it writes numbers, dates and messages.
export const $ = (id) => document.getElementById(id);
export const spelled = (number) => number.toLocaleString("en");

// The date where the learner is, in the form 2026-11-30, which is the Swedish one.
export const today = () => new Date().toLocaleDateString("sv");

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// A room: a section with a heading, an introduction, a line that says what happens, and a body. Returns what changes later.
export function makeRoom(id, heading, introduction) {
  const title = element("h2", { id: `${id}-title`, tabIndex: -1, textContent: heading });
  const status = element("p", { id: `${id}-status` });
  status.setAttribute("role", "status");
  const body = element("div", { id: `${id}-body` });
  const section = element("section", { id }, title, element("p", { className: "intro", textContent: introduction }), status, body);
  section.setAttribute("aria-labelledby", title.id);
  $("main").append(section);
  return { title, status, body };
}

// A button that does nothing for now. Unlike a disabled one, it keeps the focus of the keyboard.
export function dim(button, isDim) {
  button.ariaDisabled = String(isDim);
}

// A question with options to choose from, as [content, value], and buttons below them. onAnswer gets the chosen value.
export function questionForm(legend, options, status, onAnswer, ...buttons) {
  const rows = options.map(([content, value]) => element("label", { className: "option" }, element("input", { type: "radio", name: "option", value }), content));
  const answer = element("button", { type: "submit", className: "main", textContent: "Answer" });
  const form = element("form", { className: "question" }, element("fieldset", {}, element("legend", { textContent: legend }), ...rows), element("p", { className: "bar" }, answer, ...buttons));
  form.onsubmit = (event) => {
    event.preventDefault();
    const chosen = form.querySelector("input:checked");
    if (chosen) onAnswer(Number(chosen.value));
    else status.textContent = "Choose an answer first.";
  };
  return form;
}

// Saves data as a file.
export function saveFile(blob, name) {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// The lines of a message. A long line continues below the start of its text, not below its label.
export function linesOf(message) {
  const lines = message.split("\n");
  return lines.map((line, i) => {
    const label = /^ *[A-Z][a-z ]*: +/.exec(line)?.[0] ?? "";
    const row = element("span", { className: "line", textContent: i < lines.length - 1 ? `${line}\n` : line });
    row.style.setProperty("--label", `${label.length}ch`);
    return row;
  });
}
