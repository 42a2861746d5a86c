// Elements of the page.
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// A button that does nothing for now. Unlike a disabled one, it keeps the focus of the keyboard.
export function dim(button, isDim) {
  button.ariaDisabled = String(isDim);
}
