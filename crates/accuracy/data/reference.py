"""Writes reference.txt: every function at its points with value, first and second derivatives, from 50 digits and more.

    python reference.py [NAME…]

With the environment variable CACHE, a folder, what was computed is kept there; functions named are computed again.
A line is a function (`= name arity`) or a point: its arguments, then value, first and second derivatives (the upper
triangle). `-` is not specified; a number after `c` is the documented choice where there is no derivative; `big` is a number too large for a float. Needs SymPy.
"""

import math
import os
import sys
import time
from multiprocessing import Pool

from mpmath import mp

from exact import ANY, Beyond, NAN, Branch, Convention, count, limit, number, settled
from elementary import Numeric
import elementary
import exact
import pairs
import reductions
import distributions

HERE = os.path.dirname(os.path.abspath(__file__))


def text(v):
    if isinstance(v, str):
        return v
    if isinstance(v, Convention):
        return "c" + text(v.value)
    if math.isnan(v):
        return "nan"
    if isinstance(v, Beyond):
        return "big" if v > 0 else "-big"
    if v == int(v) if abs(v) < 1e6 else False:
        return "-0" if v == 0 and math.copysign(1, v) < 0 else str(int(v))
    return repr(v)


def results(f, args, branches):
    n = count(f.arity)
    rest = [ANY] * (n - 1)
    key = args[0] if f.arity == 1 else args
    if key in f.at:
        v = f.at[key]
        return v(args) if callable(v) else v
    if any(math.isnan(a) for a in args):
        return [NAN] + rest
    if f.outside(*args):
        return [NAN] + rest
    if isinstance(f, Numeric):
        return [Branch.one(g, args) for g in f.all]
    if isinstance(f, distributions.Jets):
        return f.all_at(args)
    for where, branch in branches:
        if where(*args):
            return branch.at(args)
    raise ValueError(f"{f.name} at {args}: no branch")


def lines(f):
    start = time.time()
    exact.least_digits = exact.digits_for(f.name)
    branches = [(where, Branch(e, f.symbols)) for where, e in f.branches] if not isinstance(f, Numeric) else []
    out = [f"= {f.name.replace(' ', '_')} {f.arity}"]
    done = set()
    for args in f.points:
        if text(args[0]) + str(args) in done:
            continue
        done.add(text(args[0]) + str(args))
        out.append(" ".join(text(v) for v in [*args, *results(f, args, branches)]))
    return f.name, "\n".join(out) + "\n", time.time() - start


def run(group):
    return [lines(everything()[i]) for i in group]


def kept(f, arity):
    """Where the lines of a function are kept between runs, if CACHE names a folder."""
    return os.path.join(os.environ["CACHE"], f"{f.name}.{arity}".replace("/", "_"))


def everything():
    return elementary.ALL


def main():
    all = everything()
    cache = os.environ.get("CACHE")
    texts = {}
    for i, f in enumerate(all):
        if cache and f.name not in sys.argv[1:] and os.path.exists(kept(f, f.arity)):
            texts[i] = open(kept(f, f.arity)).read()
    # What shares its integrals is computed together.
    groups = {}
    for i, f in enumerate(all):
        if i not in texts:
            groups.setdefault(f.name.split(".")[0] if isinstance(f, distributions.Jets) else i, []).append(i)
    with Pool(int(os.environ.get("JOBS", "2"))) as pool:
        for group, results in zip(groups.values(), pool.imap(run, groups.values())):
            for i, (name, lines, seconds) in zip(group, results):
                if seconds > 10:
                    print(f"{name}: {seconds:.0f} s", file=sys.stderr, flush=True)
                texts[i] = lines
                if cache:
                    open(kept(all[i], all[i].arity), "w").write(lines)
    with open(os.path.join(HERE, "reference.txt"), "w") as f:
        f.write("".join(texts[i] for i in range(len(all))))


if __name__ == "__main__":
    main()
