"""Puts functions of its own in place of the probes, of the check for plain data, or of what sends the answer."""

MARK = 0.123454321


def attack(tools):
    main, probes = tools.worker()
    if tools.variant == "probes":
        for name, value in list(probes.items()):
            if callable(value) and not name.startswith("__"):
                probes[name] = lambda *unused: [MARK] * 3
    elif tools.variant == "plain":
        main.plain = lambda *unused: "passed"
    elif tools.variant == "send":
        main.Replies.send = lambda self, key, value: self.write(
            f'{{"id":"{self.id}","value":[{MARK},{MARK},{MARK}]}}\n'
        )
    else:
        main.ModuleSpace.call = lambda self, probe, arguments: self.replies.send("value", arguments)


def honest(tools):
    assert callable(print)
