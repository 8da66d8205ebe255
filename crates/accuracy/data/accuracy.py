"""Writes docs/accuracy.md: the largest errors of every function over its domain, beside JAX's and SciPy's.

    cargo build --release -p accuracy
    python accuracy.py ../../../target/release/accuracy

Without the program only the exact values are computed. Needs SymPy, JAX and SciPy. What was computed exactly is kept in the
folder CACHE, if that environment variable names one, and what JAX gave; with KEPT nothing new is computed exactly, and what has no
exact values is left out. All takes about half an hour on two quiet cores, most of it mpmath's; POINTS=50 halves it.
"""

import json
import math
import os
import random
import subprocess
import sys
from multiprocessing import Pool

import elementary
import pairs

BEFORE = len(elementary.ALL)
import reductions

REDUCTIONS = {f.name for f in elementary.ALL[BEFORE:]}
import distributions
import exact as precision
import page
import peers
from exact import ANY, Beyond, Branch
from elementary import Numeric
from reference import results

LEAST, EPS = 2.2250738585072014e-308, 2.0**-52
COUNT = int(os.environ.get("POINTS", "100"))


def spread(lo, hi, n):
    """Logarithmically spaced, off round numbers."""
    step = (math.log(hi) - math.log(lo)) / n
    return [math.exp(math.log(lo) + (k + 0.3 + 0.4 * random.random()) * step) for k in range(n)]


def half(n=COUNT):
    return spread(1e-300, 1e300, n // 4) + spread(1e-3, 1e3, n // 2) + [random.uniform(0, 40) for _ in range(n // 4)]


def points(f):
    """Over the domain that the sweep's points span."""
    random.seed(f.name)
    lo = min(p[0] for p in f.points if p[0] == p[0])
    hi = max(p[0] for p in f.points if p[0] == p[0])
    if f.arity == 1:
        inside = [p[0] for p in f.points if p[0] == p[0] and not f.outside(p[0])]
        lo, hi = min(inside), max(inside)
        all = half() + ([-v for v in half()] if lo < 0 else [])
        if hi <= 1:
            all += [1 - v for v in spread(1e-15, 0.5, COUNT // 4)] + ([v - 1 for v in spread(1e-15, 0.5, COUNT // 4)] if lo < 0 else [])
        return [(v,) for v in all if lo <= v <= hi]
    # Between the sweep's own points.
    whole = [p for p in f.points if all_finite(p)]
    out = []
    while len(out) < COUNT:
        p, q = random.choice(whole), random.choice(whole)
        out.append(tuple(between(a, b) for a, b in zip(p, q)))
    return out


def all_finite(p):
    return all(math.isfinite(v) for v in p)


def between(a, b):
    t = random.random()
    if a > 0 and b > 0 or a < 0 and b < 0:
        return math.copysign(math.exp((1 - t) * math.log(abs(a)) + t * math.log(abs(b))), a)
    return (1 - t) * a + t * b


def distribution_points(f):
    """Parameters over 20 decades, and arguments where the distribution is."""
    random.seed(f.name)
    family, kind = f.name.split(".")
    r = lambda lo=1e-10, hi=1e10: math.exp(random.uniform(math.log(lo), math.log(hi)))
    out = []
    while len(out) < COUNT // 2:
        z = random.gauss(0, 1.5)
        if kind == "entropy":
            out.append(tuple(r() for _ in range(f.arity)))
        elif family == "norm":
            s = r()
            m = random.choice([0.0, s * random.gauss(0, 3)])
            out.append((random.random(), m, s) if kind == "ppf" else (m + s * 2 * z, m, s))
        elif family == "t":
            out.append((2 * z, r()))
        elif family == "beta":
            a, b = r(), r()
            mean, sd = a / (a + b), math.sqrt(a * b / (a + b + 1)) / (a + b)
            v = mean + z * sd
            out.append((v if 0 < v < 1 else random.random(), a, b))
        elif family in ("gamma", "chi2"):
            a = r()
            v = a + z * math.sqrt(a)
            out.append((v if v > 0 else r(1e-10, 1), a))
        elif family == "poisson":
            m = r()
            out.append((float(max(0, round(m + z * math.sqrt(m)))), m))
        elif family == "nbinom":
            n, p = r(), random.random()
            mean = n * (1 - p) / p
            out.append((float(max(0, round(mean + z * math.sqrt(mean / p)))), n, p))
    return out


def exact(job):
    name, arity, points = job
    precision.least_digits = precision.digits_for(name)
    f = next(g for g in elementary.ALL if g.name == name and g.arity == arity)
    branches = [(where, Branch(e, f.symbols)) for where, e in f.branches] if not isinstance(f, (Numeric, distributions.Jets)) else []
    out = []
    for p in points:
        try:
            out.append([v if isinstance(v, (int, float)) and not isinstance(v, Beyond) else ANY for v in results(f, p, branches)])
        except (ValueError, ArithmeticError, TypeError):
            out.append([ANY])
    return out


def units(got, want, size=None):
    """The distance in units in the last place of a size, by default that of the exact number; None if there is nothing to measure."""
    if want == ANY or math.isnan(want) or math.isinf(want) or 0 < abs(want) < LEAST / EPS or want == 0:
        return None
    size = abs(want) if size is None else size
    if not math.isfinite(got):
        return math.inf
    return abs(got - want) / (2.0 ** math.floor(math.log2(size)) * EPS)


# Their poles are the negative integers, as all large numbers are.
POLES = ("gamma", "ln_gamma", "rgamma", "polygamma")


def left_out(name, p):
    """Where the exact numbers mean nothing: at poles and kinks."""
    return name.startswith(POLES) and p[0] < -(2.0**52) or name in REDUCTIONS and 0.0 in p


def worst(name, points, got, want, arity):
    """The largest error of value, first and second derivatives, each with its point; None if there is none to measure."""
    ranges = [(0, 1), (1, 1 + arity), (1 + arity, 1 + arity * (arity + 3) // 2)]
    out = []
    for order, (lo, hi) in enumerate(ranges):
        best = None
        for p, g, w in zip(points, got, want):
            if left_out(name, p):
                continue
            size = None
            if name in REDUCTIONS and len(w) > lo:
                # The gradient and the Hessian as a whole; of values what is left of equal elements is nothing.
                size = max([abs(v) for v in w[lo:hi] if v != ANY and math.isfinite(v)] + [LEAST / EPS])
                if order == 0 and size < 1e-40 * max(map(abs, p)):
                    continue
            for k in range(lo, hi):
                if k < len(g) and k < len(w) and g[k] is not None:
                    u = units(g[k], w[k], size)
                    if u is not None and (best is None or u > best[0]):
                        best = (u, p)
        out.append(best)
    return out


def part(name):
    return "distributions" if "." in name else "reductions" if name in REDUCTIONS else None


def kept(file, jobs, compute, new=True):
    """What is computed for each job: what is in a file of the folder CACHE is not computed again."""
    cache = os.environ.get("CACHE")
    path = cache and os.path.join(cache, file)
    known = json.load(open(path)) if path and os.path.exists(path) else {}
    key = lambda j: f"{j[0]}/{j[1]}/{len(j[2])}"
    missing = [j for j in jobs if key(j) not in known] if new else []
    for j, e in zip(missing, compute(missing)):
        known[key(j)] = e
        if path:
            json.dump(known, open(path, "w"))
    return [known.get(key(j)) for j in jobs]


def computed(jobs):
    """Exact values by job."""
    with Pool(int(os.environ.get("JOBS", "2"))) as pool:
        return kept("dense.json", jobs, lambda new: pool.imap(exact, new), not os.environ.get("KEPT"))


def ours(program, jobs):
    """Value and derivatives at the points of each job."""
    text = "".join(f"{n.replace(' ', '_')} {' '.join(map(repr, p))}\n" for n, _, ps in jobs for p in ps)
    lines = subprocess.run([program], input=text, capture_output=True, text=True, check=True).stdout.splitlines()
    all = {}
    for line in lines:
        name, *numbers = line.split()
        all.setdefault(name, []).append([float(v) for v in numbers])
    whole = lambda n: n + 1 + n * (n + 3) // 2
    return [[r[a:] for r in all[n.replace(" ", "_")] if len(r) == whole(a)] for n, a, _ in jobs]


def main():
    exactly = lambda f: f.points and (f.branches or isinstance(f, (Numeric, distributions.Jets)))
    wanted = [f for f in elementary.ALL if exactly(f) and not f.name.startswith(("where ", "bernoulli", "powi:-2147"))]
    jobs = [(f.name, f.arity, distribution_points(f) if "." in f.name else points(f)) for f in wanted]
    known = computed(jobs)
    if not sys.argv[1:]:
        return
    jobs, known = zip(*[(j, e) for j, e in zip(jobs, known) if e and j[2]])
    rows = {}
    jax = peers.Jax()
    theirs = kept("jax.json", jobs, lambda new: (jax.at(name, ps, arity) for name, arity, ps in new))
    for (name, arity, ps), want, got, their in zip(jobs, known, ours(sys.argv[1], jobs), theirs):
        columns = [worst(name, ps, got, want, arity), their, peers.of_scipy(name, ps)]
        columns[1:] = [None if c is None else worst(name, ps, c, want, arity) for c in columns[1:]]
        # Of vectors of several lengths the worst.
        row = rows.setdefault(name, page.Row(name, part(name) or ("elementary" if arity == 1 else "pairs")))
        row.add(*columns)
    page.write(list(rows.values()), COUNT)


if __name__ == "__main__":
    main()
