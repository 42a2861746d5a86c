/* A button that copies a block of commands, without the comments. Pages work without it. */
for (const block of document.querySelectorAll(".highlight-sh .highlight")) {
  const button = document.createElement("button");
  button.className = "copy";
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    const text = block.querySelector("pre").innerText.replace(/[ \t]+#.*$/gm, "").trim();
    await navigator.clipboard.writeText(text + "\n");
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  block.append(button);
}
