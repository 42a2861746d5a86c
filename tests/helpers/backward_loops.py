"""The loop over values in the reference's backward, and a wrong one that passes the check of the long chain."""

ORDER = """
        order, seen, to_visit = [], set(), [(self, False)]  # topological order, children first
        while to_visit:
            value, children_done = to_visit.pop()
            if children_done:
                order.append(value)
            elif value not in seen:
                seen.add(value)
                to_visit.append((value, True))
                to_visit.extend([(child, False) for child in reversed(value._children)])
        self.grad = 1.0
        for value in reversed(order):
"""
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
