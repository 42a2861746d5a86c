// A learner's own data set: one name per line.
import { LONGEST } from "./fast.mjs";

const MOST_ROWS = 50_000;
const FEWEST_ROWS = 20;
const MOST_CHARACTERS = 100;

// {rows} to train on, or {problem}: a sentence that says what to change.
export function readNames(text) {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim());
  const rows = lines.filter(Boolean);
  if (rows.length > MOST_ROWS) return { problem: `There are ${rows.length.toLocaleString("en")} lines; at most ${MOST_ROWS.toLocaleString("en")} are allowed.` };
  const long = lines.findIndex((line) => [...line].length > LONGEST);
  if (long >= 0) return { problem: `Line ${long + 1} has ${[...lines[long]].length} characters; the model has ${LONGEST} positions. Shorten or delete it.` };
  if (new Set(rows).size < FEWEST_ROWS) return { problem: `There are ${new Set(rows).size} different names; write at least ${FEWEST_ROWS}, one per line.` };
  const characters = new Set(rows.flatMap((row) => [...row]));
  if (characters.size < 2) return { problem: "All names have the same single character, so there is nothing to learn." };
  if (characters.size > MOST_CHARACTERS) return { problem: `There are ${characters.size} different characters; at most ${MOST_CHARACTERS} are allowed.` };
  return { rows, characters: characters.size };
}
