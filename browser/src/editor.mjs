// The editor: CodeMirror with Python, and a mark on the line that a failing check points at.
import { autocompletion } from "@codemirror/autocomplete";
import { python } from "@codemirror/lang-python";
import { HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { indentWithTab } from "@codemirror/commands";
import { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { basicSetup } from "codemirror";

// The colours are those of page.css, in light and in dark.
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--keyword)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--string)" },
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.number, tags.bool, tags.null, tags.self], color: "var(--number)" },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.definition(tags.className)], color: "var(--name)", fontWeight: "600" },
]);

const markLine = StateEffect.define();
const marked = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    let result = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(markLine)) continue;
      const line = effect.value;
      const there = line && line <= transaction.state.doc.lines;
      result = there
        ? Decoration.set([Decoration.line({ class: "failing-line" }).range(transaction.state.doc.line(line).from)])
        : Decoration.none;
    }
    return result;
  },
  provide: (field) => EditorView.decorations.from(field),
});

export class Editor {
  // onChange gets the text a moment after it was typed; onCheck runs for Ctrl-S and Ctrl-Enter.
  constructor(parent, { onChange, onCheck }) {
    this.readOnly = new Compartment();
    const check = () => {
      onCheck();
      return true;
    };
    this.extensions = [
      keymap.of([
        { key: "Mod-s", run: check, preventDefault: true },
        { key: "Mod-Enter", run: check },
        indentWithTab, // Escape, then Tab, leaves the editor
      ]),
      basicSetup,
      autocompletion({ activateOnTyping: false }), // a list that opens by itself would take Enter and Escape; Ctrl-Space opens it
      python(),
      syntaxHighlighting(colours),
      indentUnit.of("    "),
      marked,
      EditorView.contentAttributes.of({ tabindex: "0", "aria-label": "Your code. Escape, then Tab, leaves the editor." }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged && !this.loading) onChange(this.text);
      }),
    ];
    this.loading = false;
    this.view = new EditorView({ parent, state: this.state("") });
  }

  state(text) {
    return EditorState.create({ doc: text, extensions: this.extensions });
  }

  get text() {
    return this.view.state.doc.toString();
  }

  // Shows another file: its history of changes is its own.
  open(text) {
    this.loading = true;
    this.view.setState(this.state(text));
    this.view.scrollDOM.scrollTo(0, 0); // or the place of the file before stays
    this.loading = false;
  }

  // Another tab has changed the file: the place of the cursor stays.
  follow(text) {
    this.loading = true;
    const anchor = Math.min(this.view.state.selection.main.anchor, text.length);
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text }, selection: { anchor } });
    this.loading = false;
  }

  mark(line) {
    this.view.dispatch({ effects: markLine.of(line ?? 0) });
  }

  goTo(line, focus = true) {
    const place = this.view.state.doc.line(Math.min(Math.max(line, 1), this.view.state.doc.lines));
    this.view.dispatch({ selection: { anchor: place.to }, effects: EditorView.scrollIntoView(place.from, { y: "center" }) });
    if (focus) this.view.focus();
  }

  // The line of a definition's first statement: after its docstring.
  find(definition) {
    const index = this.text.indexOf(definition);
    if (index < 0) return 1;
    const lines = this.text.slice(index).split("\n");
    let line = lines.findIndex((each) => /:\s*$/.test(each)) + 1; // after the signature
    if (/^\s*"""/.test(lines[line] ?? "")) {
      const isOneLine = lines[line].split('"""').length > 2;
      line += isOneLine ? 1 : lines.slice(line + 1).findIndex((each) => each.includes('"""')) + 2;
    }
    return this.view.state.doc.lineAt(index).number + line;
  }
}
