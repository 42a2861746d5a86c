// The filter above the list of known mistakes. Without this script the whole list is there, folded up by task.
document.addEventListener("DOMContentLoaded", () => {
  const groups = [...document.querySelectorAll("article details")];
  if (!groups.length) return;
  const entries = groups.map((group) => [...group.querySelectorAll("li")]);
  const total = entries.flat().length;

  const box = document.createElement("div");
  box.className = "filter";
  box.innerHTML =
    '<label for="filter">Filter the mistakes by words</label>' +
    '<input id="filter" type="search" autocomplete="off" spellcheck="false"><p role="status"></p>';
  groups[0].closest("section").before(box);
  const [field, status] = [box.querySelector("input"), box.querySelector("p")];

  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    groups.forEach((group, i) => {
      const task = group.querySelector("summary").textContent.toLowerCase();
      let here = 0;
      for (const entry of entries[i]) {
        const text = task + " " + entry.textContent.toLowerCase();
        entry.hidden = !words.every((word) => text.includes(word));
        here += !entry.hidden;
      }
      group.hidden = !here;
      group.open = words.length > 0 && here > 0;
      shown += here;
    });
    for (const section of new Set(groups.map((group) => group.closest("section")))) {
      section.hidden = ![...section.querySelectorAll("details")].some((group) => !group.hidden);
    }
    status.textContent = words.length ? `${shown} of ${total} mistakes` : "";
  });
});
