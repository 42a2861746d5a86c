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


def test_an_achievement_that_could_not_be_kept_is_reported():
    [told] = run(EARNED_WITHOUT_SPACE)
    assert "(the quota is used up)" in told and "train again" in told
