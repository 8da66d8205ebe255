"""docs/accuracy.md: what was measured, in tables and words."""

import math
import os
import platform

import mpmath

import peers
import reasons

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../docs/accuracy.md")
ORDERS = ("value", "first", "second")
PARTS = {
    "elementary": "Functions of one number",
    "pairs": "Functions of two numbers",
    "reductions": "Reductions",
    "distributions": "Distributions",
}


def limits(part):
    """The promised units for value, first and second derivatives: for distributions 1e-12 and 1e-11 of the result."""
    return (4504, 4504, 45036) if part == "distributions" else (4, 8, 64)


class Row:
    """The largest errors of a function: ours, JAX's and SciPy's."""

    def __init__(self, name, part):
        self.name, self.part = name, part
        self.ours, self.jax, self.scipy = [None] * 3, [None] * 3, [None]

    def add(self, ours, jax, scipy):
        larger = lambda old, new: [b if a is None or b is not None and b[0] > a[0] else a for a, b in zip(old, new)]
        self.ours = larger(self.ours, ours)
        self.jax = larger(self.jax, jax) if jax else self.jax
        self.scipy = larger(self.scipy, scipy[:1]) if scipy else self.scipy

    def text(self):
        marked = [f"**{figure(e)}**" if e and e[0] > limit else figure(e) for e, limit in zip(self.ours, limits(self.part))]
        cells = [f"`{self.name}`", *marked, *map(figure, self.jax), *map(figure, self.scipy)]
        return "| " + " | ".join(cells) + " |"

    def worse(self):
        """What is worse than promised: the order of the derivative, and the error."""
        return [(k, e) for k, (e, limit) in enumerate(zip(self.ours, limits(self.part))) if e and e[0] > limit]


def figure(error):
    if error is None:
        return ""
    u = error[0]
    return "∞" if math.isinf(u) else f"{u:.0f}" if u < 1e4 else f"{u:.0e}".replace("e+0", "e").replace("e+", "e")


def at(p):
    return "(" + ", ".join(f"{v:.4g}" for v in p) + ")" if len(p) > 1 else f"{p[0]:.4g}"


def summary(rows):
    """How many functions keep the promise, and how many do of JAX's."""
    out = ["| | value | first | second | JAX: value | first | second |\n|---|---|---|---|---|---|---|\n"]
    for part, title in PARTS.items():
        own = [r for r in rows if r.part == part]
        cells = []
        for errors in ([r.ours for r in own], [r.jax for r in own]):
            for k in range(3):
                there = [e[k][0] for e in errors if e[k]]
                cells.append(f"{sum(u <= limits(part)[k] for u in there)} of {len(there)}")
        out.append(f"| {title} | " + " | ".join(cells) + " |\n")
    return "".join(out)


def write(rows, count):
    versions = f"mpmath {mpmath.__version__}, {peers.VERSIONS}; Python {platform.python_version()}"
    out = [reasons.HEAD.format(count=count, versions=versions, summary=summary(rows))]
    for part, title in PARTS.items():
        own = [r for r in rows if r.part == part]
        out.append(f"\n## {title}\n\n{reasons.ABOUT[part]}\n\n")
        out.append("| function | value | first | second | JAX: value | first | second | SciPy: value |\n|---|---|---|---|---|---|---|---|\n")
        out += [r.text() + "\n" for r in own]
    out.append(reasons.WORSE + "\n| function | derivative | units | at | why |\n|---|---|---|---|---|\n")
    for r in rows:
        for k, e in r.worse():
            out.append(f"| `{r.name}` | {ORDERS[k]} | {figure(e)} | {at(e[1])} | {reasons.why(r.name, k, r.part)} |\n")
    out.append(reasons.SPECIAL + "\n| function | derivative | kind | units | why |\n|---|---|---|---|---|\n")
    for line in reasons.known():
        name, order, kind, size, reason = line.split(maxsplit=4)
        out.append(f"| `{name}` | {ORDERS[int(order)]} | {kind} | {size.replace('inf', '∞')} | {reason} |\n")
    open(PAGE, "w").write("".join(out))
