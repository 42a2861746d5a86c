"""The loop over values in the reference's backward, and a wrong one that passes the check of the long chain."""

import re

from autograder.course import SOLUTIONS

SOLUTION = (SOLUTIONS / "part01_autograd.py").read_text(encoding="utf-8")
ORDER = re.search(r"\n +order, seen, .*?for value in reversed\(order\):\n", SOLUTION, re.DOTALL)[0]
AS_FOUND = """
        order, seen, to_visit = [], set(), [self]
        while to_visit:
            value = to_visit.pop()
            if value not in seen:
                seen.add(value)
                order.append(value)
                to_visit.extend(value._children)
        self.grad = 1.0
        for value in order:
"""
