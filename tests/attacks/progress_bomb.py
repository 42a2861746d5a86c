"""Sends progress notes without end."""


def attack(tools):
    replies = tools.replies()
    while True:
        replies.send("progress", [0.0] * 1000)


def honest(tools):
    assert [0.0] * 1000
