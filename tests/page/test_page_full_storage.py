"""Where the browser can't store more, the page says so, keeps what was typed, and tries again."""

import json
import shutil
import subprocess

import pytest

from autograder.bundle.page import SOURCE

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="There is no node here.")

TYPED_WITHOUT_SPACE = """
import { Work } from "./src/storage.mjs";
const work = await Work.open({ "a.py": "stub", "b.py": "stub" });
const heard = [], put = work.storage.put.bind(work.storage);
work.onFlush((problem) => heard.push(problem));
work.storage.put = async () => { throw new Error("the quota is used up"); };
work.saveSoon("a.py", "typed");
await work.flush();
const typed = work.all()["a.py"];
work.storage.put = put;
await work.flush();
work.tabs.close();
console.log(JSON.stringify({ heard, typed, stored: await work.storage.entries("files") }));
"""
REPLACED_WITHOUT_SPACE = """
import { Work } from "./src/storage.mjs";
const work = await Work.open({ "a.py": "stub", "b.py": "stub", "c.py": "stub" });
const put = work.storage.put.bind(work.storage), other = new BroadcastChannel("gpt-course");
work.storage.put = async () => { throw new Error("the quota is used up"); };
for (const name of ["a.py", "b.py"]) work.saveSoon(name, "typed");
await work.flush();
const told = new Promise((resolve) => work.onOtherTab((...saved) => resolve(saved)));
other.postMessage({ name: "b.py", text: "typed there" });
const fromOther = await told;
const failing = [];
work.storage.put = () => new Promise((resolve, reject) => failing.push(reject));
work.saveSoon("c.py", "old");
const late = work.flush();
work.storage.put = put;
await work.replace("a.py", "stub", "reset");
work.saveSoon("c.py", "new");
await work.flush();
for (const fail of failing) fail(new Error("the quota is used up"));
await late;
await work.flush();
for (const tabs of [work.tabs, other]) tabs.close();
console.log(JSON.stringify({ fromOther, texts: work.all(), stored: await work.storage.entries("files") }));
"""
# Replaces the browser's database. It accepts data, and reports only at the end of the transaction that it is full.
FULL_DATABASE = """
const error = new DOMException("", "QuotaExceededError");
const transaction = () => {
  const begun = { error, objectStore: () => ({ put: request, getAll: request, getAllKeys: request, get: request }) };
  setTimeout(() => begun.onabort?.(), 5);
  return begun;
};
const request = () => answered({ result: [] });
const answered = (asked) => (setTimeout(() => asked.onsuccess?.(), 1), asked);
globalThis.navigator ??= {};
globalThis.indexedDB = { open: () => answered({ result: { transaction } }) };
const { Work } = await import("./src/storage.mjs");
const work = await Work.open({ "a.py": "stub" });
const heard = [];
work.onFlush((problem) => heard.push(problem));
work.saveSoon("a.py", "typed");
await work.flush();
work.tabs.close();
console.log(JSON.stringify({ heard, unsaved: [...work.unsaved] }));
"""
UNDONE_WITHOUT_SPACE = """
import { Work } from "./src/storage.mjs";
const work = await Work.open({ "a.py": "stub" }), put = work.storage.put.bind(work.storage);
await work.replace("a.py", "typed", "opened");
work.storage.put = async () => { throw new Error("the quota is used up"); };
await work.undo("a.py").catch(() => {});
work.storage.put = put;
const backup = await work.undo("a.py");
work.tabs.close();
console.log(JSON.stringify([backup?.text, work.text("a.py")]));
"""
CHECKED_WITHOUT_SPACE = """
import { Practice } from "./src/practice.mjs";
const warned = [], remember = async () => { throw new Error("the quota is used up"); };
const page = { work: { remember }, warn: (text) => warned.push(text) };
const practice = Object.assign(Object.create(Practice.prototype), { page });
const answer = await practice.keep({ memory: {}, earned: 10 }, "check");
const other = await practice.keep({ memory: {}, planted: 1 }, "harden").catch((error) => error.message);
console.log(JSON.stringify({ warned, answer, other }));
"""
EARNED_WITHOUT_SPACE = """
import { Practice } from "./src/practice.mjs";
const told = [], ask = async () => { throw new Error("the quota is used up"); };
const practice = Object.assign(Object.create(Practice.prototype), { ask, page: { tell: (text) => told.push(text) } });
await practice.note("trained");
console.log(JSON.stringify(told));
"""


def run(program):
    command = ["node", "--input-type=module", "--eval", program]
    done = subprocess.run(command, cwd=SOURCE, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_what_the_browser_cannot_store_is_reported_kept_and_stored_later():
    found = run(TYPED_WITHOUT_SPACE)
    assert found["heard"] == ["the quota is used up", ""]
    assert found["typed"] == "typed", "the next check reads it"
    assert found["stored"] == [["a.py", "typed"]]


def test_a_database_that_finds_only_at_the_end_that_it_is_full_is_reported():
    assert run(FULL_DATABASE) == {"heard": ["QuotaExceededError"], "unsaved": [["a.py", "typed"]]}


def test_what_could_not_be_stored_replaces_nothing_newer():
    found = run(REPLACED_WITHOUT_SPACE)
    assert found["fromOther"] == ["b.py", "typed there", "typed"], "the page keeps what was typed here as a backup"
    assert found["texts"] == {"a.py": "stub", "b.py": "typed there", "c.py": "new"}
    assert found["stored"] == [["c.py", "new"]], "the reset file is the stub, and the other tab has stored its own"


def test_an_undo_that_finds_no_space_can_be_repeated():
    assert run(UNDONE_WITHOUT_SPACE) == ["stub", "stub"]


def test_a_verdict_is_shown_where_nothing_can_be_remembered():
    full = "the quota is used up"
    assert run(CHECKED_WITHOUT_SPACE) == {"warned": [full], "answer": {"earned": 10}, "other": full}


def test_an_achievement_that_could_not_be_kept_is_reported():
    [told] = run(EARNED_WITHOUT_SPACE)
    assert "(the quota is used up)" in told and "train again" in told
