// What the page does without Python, in node: node model_in_node.mjs < {rows, steps, texts, files, weights, names} > results
import { measured } from "../../browser/src/capstone.mjs";
import { readNames } from "../../browser/src/data_set.mjs";
import { FastRun, pairLoss, split } from "../../browser/src/fast.mjs";
import { readFiles, zipOf } from "../../browser/src/portable.mjs";

let given = "";
for await (const piece of process.stdin) given += piece;
const { rows, steps, texts, files, weights, names } = JSON.parse(given);
const [training, heldOut] = split(rows);
const run = new FastRun(training, steps, 42);
while (!run.done) run.step();
const zip = new Uint8Array(await zipOf(files).arrayBuffer());
const again = await readFiles([{ name: "exercises.zip", arrayBuffer: async () => zip.buffer }], Object.keys(files));
process.stdout.write(
  JSON.stringify({
    sides: [training, heldOut],
    losses: run.losses,
    names: run.names(5),
    heldOut: run.heldOutLoss(heldOut),
    pairs: pairLoss(training, heldOut),
    read: texts.map(readNames),
    zip: Buffer.from(zip).toString("base64"),
    again,
    card: await measured(names, weights, 42),
  }),
);
