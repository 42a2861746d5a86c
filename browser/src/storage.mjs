// The learner's work, in the browser's own database. Nothing is sent anywhere.

const DATABASE = "gpt-course";
const STORES = ["files", "backups", "state"];
const MOST_BACKUPS = 50; // of one file
const SAVE_AFTER = 300; // milliseconds without a key

function finished(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

// Where a browser allows no database, such as in some private windows, the work lasts until the page is closed.
class MemoryStorage {
  constructor() {
    this.lasting = false;
    this.maps = Object.fromEntries(STORES.map((name) => [name, new Map()]));
    this.next = 0;
  }
  async get(store, key) {
    return this.maps[store].get(key);
  }
  async put(store, value, key) {
    this.maps[store].set(key ?? ++this.next, value);
  }
  async delete(store, key) {
    this.maps[store].delete(key);
  }
  async entries(store) {
    return [...this.maps[store]];
  }
}

class LastingStorage {
  constructor(database) {
    this.lasting = true;
    this.database = database;
  }
  stored(name) {
    return this.database.transaction(name, "readonly").objectStore(name);
  }
  // Ends when the change is stored: a browser may find only then that its space is used up.
  async change(name, make) {
    const transaction = this.database.transaction(name, "readwrite");
    make(transaction.objectStore(name));
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
  }
  get(store, key) {
    return finished(this.stored(store).get(key));
  }
  put(store, value, key) {
    return this.change(store, (objects) => objects.put(value, key));
  }
  delete(store, key) {
    return this.change(store, (objects) => objects.delete(key));
  }
  async entries(store) {
    const objects = this.stored(store);
    const [keys, values] = await Promise.all([finished(objects.getAllKeys()), finished(objects.getAll())]);
    return keys.map((key, index) => [key, values[index]]);
  }
}

async function open() {
  try {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      for (const name of STORES) request.result.createObjectStore(name, { autoIncrement: name === "backups" });
    };
    const storage = new LastingStorage(await finished(request));
    // Otherwise a browser that is short of space may delete it.
    navigator.storage?.persist?.();
    return storage;
  } catch {
    return new MemoryStorage();
  }
}

// Files by name. What a learner has not touched is the stub, and is not stored: so a new version of the course brings
// its new stub.
export class Work {
  static async open(stubs) {
    const work = new Work();
    work.unsaved = new Map();
    work.flushed = () => {};
    work.storage = await open();
    work.stubs = stubs;
    work.texts = new Map(await work.storage.entries("files"));
    work.begun = (await work.recall("begun")) ?? {};
    for (const name of work.texts.keys()) work.begun[name] ??= stubs[name];
    work.tabs = new BroadcastChannel(DATABASE);
    return work;
  }

  get lasting() {
    return this.storage.lasting;
  }

  text(name) {
    return this.texts.get(name) ?? this.stubs[name];
  }

  touched(name) {
    return this.texts.has(name);
  }

  // Whether the course has a new stub of a file that the learner has begun.
  hasNewStub(name) {
    return this.touched(name) && this.begun[name] !== this.stubs[name];
  }

  async begin(name) {
    this.begun[name] = this.stubs[name];
    await this.remember("begun", this.begun);
  }

  all() {
    return Object.fromEntries(Object.keys(this.stubs).map((name) => [name, this.text(name)]));
  }

  // Calls back for each file that another tab has saved, with what was typed here and is not saved. That is dropped:
  // later, it would replace the newer text.
  onOtherTab(take) {
    this.tabs.onmessage = ({ data: { name, text } }) => {
      if (!(name in this.stubs)) return;
      const typedHere = this.unsaved.get(name);
      this.unsaved.delete(name);
      text === this.stubs[name] ? this.texts.delete(name) : this.texts.set(name, text);
      take(name, text, typedHere);
    };
  }

  async save(name, text) {
    this.unsaved.delete(name); // an older text, which would replace this one later
    this.tabs.postMessage({ name, text });
    if (text === this.stubs[name]) {
      this.texts.delete(name);
      await this.storage.delete("files", name);
    } else {
      const touched = this.touched(name);
      this.texts.set(name, text);
      if (!touched) await this.begin(name);
      await this.storage.put("files", text, name);
    }
  }

  // Saves what is typed, a moment after the last key.
  saveSoon(name, text) {
    this.unsaved.set(name, text);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), SAVE_AFTER);
  }

  // Saves what is not saved yet. What the browser can't store, as when its space is used up, is tried again the next time.
  async flush() {
    clearTimeout(this.timer);
    const unsaved = [...this.unsaved];
    this.unsaved.clear();
    const done = await Promise.allSettled(unsaved.map(([name, text]) => this.save(name, text)));
    const failed = done.flatMap(({ reason }, index) => (reason ? [{ reason, file: unsaved[index] }] : []));
    for (const { file: [name, text] } of failed) {
      const isNewest = this.text(name) === text && !this.unsaved.has(name); // more may be typed or saved in the meantime
      if (isNewest) this.unsaved.set(name, text);
    }
    if (unsaved.length) this.flushed(failed.length ? failed[0].reason.message || failed[0].reason.name : "");
  }

  // Calls back after each flush: with the browser's reason where a file could not be saved, otherwise with "".
  onFlush(take) {
    this.flushed = take;
  }

  // Replaces a file and keeps what it held.
  async replace(name, text, reason) {
    await this.backUp(name, this.text(name), reason);
    await this.save(name, text);
  }

  async backUp(name, text, reason) {
    await this.storage.put("backups", { name, text, reason, time: Date.now() });
    const kept = (await this.storage.entries("backups")).filter(([, backup]) => backup.name === name);
    for (const [key] of kept.slice(0, Math.max(0, kept.length - MOST_BACKUPS))) await this.storage.delete("backups", key);
  }

  // What the last replacement of a file replaced; undoing twice brings back what was undone.
  async undo(name) {
    const kept = (await this.storage.entries("backups")).filter(([, backup]) => backup.name === name);
    if (!kept.length) return null;
    const [key, backup] = kept.at(-1);
    await this.storage.put("backups", { name, text: this.text(name), reason: "undo", time: Date.now() });
    await this.save(name, backup.text);
    await this.storage.delete("backups", key); // last, since there may be no space for the others
    return backup;
  }

  remember(key, value) {
    return this.storage.put("state", value, key);
  }

  recall(key) {
    return this.storage.get("state", key);
  }
}
