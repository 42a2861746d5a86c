"""Never comes back."""


def attack(tools):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def honest(tools):
    for _ in range(10_000):
        pass
