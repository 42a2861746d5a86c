// The loss curves of one or two runs, as a picture with a text alternative.
const [LEFT, RIGHT, TOP, BOTTOM] = [40, 12, 12, 40];
const [NARROWEST, HEIGHT, LOWER] = [280, 320, 240]; // LOWER is for a phone
const WINDOW = 50; // steps: the loss of a single name is noisy
const [LOWEST, HIGHEST] = [1.5, 3.75];

export function mean(losses, window = WINDOW) {
  const last = losses.slice(-window);
  return last.reduce((sum, loss) => sum + loss, 0) / last.length;
}

function runningMeans(losses) {
  let sum = 0;
  return losses.map((loss, i) => {
    sum += loss - (i >= WINDOW ? losses[i - WINDOW] : 0);
    return sum / Math.min(i + 1, WINDOW);
  });
}

function svg(tag, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// What the picture shows, in words.
export function inWords(runs, lines) {
  const of = (run) => {
    const { losses } = run.run;
    if (!losses.length) return `${run.label}: no step yet`;
    return `${run.label}: ${losses[0].toFixed(2)} at the first step, ${mean(losses).toFixed(2)} as the mean of the last ${Math.min(WINDOW, losses.length)} of ${losses.length} steps`;
  };
  const known = lines.map(({ label, loss }) => `${label} ${loss.toFixed(2)}`);
  return `Loss per step, lower is better. ${[...runs.map(of), ...known].join(". ")}.`;
}

// runs: [{label, steps, run}], the newest last; lines: [{label, loss}] to compare with.
export function drawChart(picture, runs, lines) {
  // In pixels of the screen, so that its text is as large as the page's.
  const width = Math.max(NARROWEST, picture.clientWidth);
  const height = width < 500 ? LOWER : HEIGHT;
  picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const steps = Math.max(1, ...runs.map((run) => run.steps));
  const x = (step) => LEFT + ((width - LEFT - RIGHT) * step) / steps;
  const y = (loss) => TOP + ((height - TOP - BOTTOM) * (HIGHEST - Math.min(HIGHEST, Math.max(LOWEST, loss)))) / (HIGHEST - LOWEST);
  const parts = [];
  for (const loss of [1.5, 2, 2.5, 3, 3.5]) {
    parts.push(svg("line", { x1: LEFT, x2: width - RIGHT, y1: y(loss), y2: y(loss), class: "grid" }));
    parts.push(svg("text", { x: LEFT - 8, y: y(loss) + 4, "text-anchor": "end" }, loss.toFixed(1)));
  }
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const anchor = share === 1 ? "end" : "middle";
    parts.push(svg("text", { x: x(share * steps), y: height - BOTTOM + 18, "text-anchor": anchor }, Math.round(share * steps).toLocaleString("en")));
  }
  parts.push(svg("text", { x: width - RIGHT, y: height - 6, "text-anchor": "end" }, "training steps"));
  for (const { label, loss } of lines) {
    parts.push(svg("line", { x1: LEFT, x2: width - RIGHT, y1: y(loss), y2: y(loss), class: "known" }));
  }
  // The older one is on top: where both are equal, its dashes lie on the newer one's line.
  runs.toReversed().forEach(({ run }, i) => {
    const place = i === 0 ? "new" : "old";
    if (place === "new") {
      const dots = run.losses.map((loss, step) => `M${x(step + 1).toFixed(1)} ${y(loss).toFixed(1)}h0`).join("");
      parts.push(svg("path", { d: dots, class: "dots" }));
    }
    const path = runningMeans(run.losses).map((loss, step) => `${step ? "L" : "M"}${x(step + 1).toFixed(1)} ${y(loss).toFixed(1)}`).join("");
    if (path) parts.push(svg("path", { d: path, class: `curve ${place}` }));
  });
  // These texts are drawn last, since curves may cross them.
  for (const { label, loss } of lines) parts.push(svg("text", { x: width - RIGHT - 4, y: y(loss) - 5, "text-anchor": "end" }, `${label} ${loss.toFixed(2)}`));
  picture.replaceChildren(...parts);
}
