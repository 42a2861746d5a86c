"""Puts commands for terminals, browsers, CI systems and spreadsheets into everything that is shown."""

TEXT = (
    "\x1b[2J\x1b[31mred\x1b]0;title\x07\x9b31m\r\x08\x7f<script>alert(1)</script><img src=x onerror=alert(1)>"
    "\u202ereversed\u2066\u200b\ufeff\n::error::all passed\n::set-output name=grade::100\n##[error]x\n"
    "##vso[task.complete result=Succeeded;]\n##teamcity[testFinished]\n=cmd|' /C calc'!A0\n\ud800"
)


def attack(tools):
    print(TEXT.encode("utf-8", "replace").decode())
    if tools.variant == "text":
        raise ValueError(TEXT)
    if tools.variant == "class":
        raise type(TEXT.encode("utf-8", "replace").decode(), (Exception,), {})(TEXT)
    tools.impersonate(TEXT, [TEXT], {TEXT: TEXT})


def honest(tools):
    print("<b>bold</b> \x1b[1mbold\x1b[0m \u20ac")
