// The learner's files as a zip and back: the same exercises/*.py as in the course's folder.
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";

const LONG_AGO = new Date(1980, 0, 1);
const LARGEST_FILE = 64 * 1024;

export function zipOf(files) {
  const entries = Object.entries(files).map(([name, text]) => [`exercises/${name}`, [strToU8(text), { mtime: LONG_AGO }]]);
  return new Blob([zipSync(Object.fromEntries(entries))], { type: "application/zip" });
}

// The text of one file in a zip.
export function textIn(archive, path) {
  return strFromU8(unzipSync(archive, { filter: (entry) => entry.name === path })[path]);
}

// The given files that belong to the course, and why others are left out: {texts: {name: text}, left: [sentence, ...]}.
export async function readFiles(given, known) {
  const texts = {};
  const left = [];
  const take = (path, bytes) => {
    const name = path.split("/").at(-1);
    if (!known.includes(name)) left.push(`${path} is not a file of the course.`);
    else if (bytes.length > LARGEST_FILE) left.push(`${path} has ${bytes.length} bytes; at most ${LARGEST_FILE} are allowed.`);
    else {
      try {
        texts[name] = new TextDecoder("utf-8", { fatal: true }).decode(bytes).replaceAll("\r\n", "\n");
      } catch {
        left.push(`${path} is not UTF-8 text.`);
      }
    }
  };
  for (const file of given) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (!/\.zip$/i.test(file.name)) {
      take(file.name, bytes);
      continue;
    }
    try {
      const entries = unzipSync(bytes, { filter: (entry) => entry.originalSize <= 4 * LARGEST_FILE && /\.py$/.test(entry.name) });
      if (!Object.keys(entries).length) left.push(`${file.name} contains no Python files.`);
      for (const [path, content] of Object.entries(entries)) if (!path.startsWith("__MACOSX")) take(path, content);
    } catch {
      left.push(`${file.name} can't be read as a zip file.`);
    }
  }
  return { texts, left };
}

