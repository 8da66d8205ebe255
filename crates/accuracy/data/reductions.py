"""Reductions: functions of the elements of a vector of 1 to 4."""

import math
import sympy as sp
from exact import ANY, INF, NAN, Convention as C, count
from elementary import ALL, R, Function, add, f32, w, x, y, z

S = (x, y, z, w)
ORDINARY = {1: [(0.5,), (-3.0,), (0.0,)], 2: [(0.5, 2.0), (-3.0, 1.0)], 3: [(0.5, 2.0, -1.0), (1.0, 1.25, 3.0)], 4: [(0.5, 2.0, -1.0, 4.0)]}
SCALES = {1: [(f32(1e-30),), (1e-300,), (f32(1e30),), (1e300,)], 2: [(3e-200, 4e-200), (f32(3e-25), f32(4e-25)), (f32(3e25), f32(4e25)), (3e200, 4e200)],
          3: [(f32(1e-30), f32(2e-30), f32(3e-30)), (2.0**531, 2.0**532, 3 * 2.0**531)], 4: []}
vector = lambda n, v, g, h=0.0: [v, *g, *([h] * (n * (n + 1) // 2))]
unit = lambda n, k, one=1.0: [one if i == k else 0.0 for i in range(n)]


def reduces(name, expr, points, at=None, arities=(1, 2, 3, 4)):
    for n in arities:
        own = [p for p in points.get(n, []) if len(p) == n]
        if own:
            a = {(k[0] if n == 1 else k): v for k, v in (at or {}).items() if len(k) == n}
            e = expr(S[:n])
            add(name, e if isinstance(e, list) else [(lambda *a: True, e)], own, n, at=a)


def joined(*all):
    out = {1: [], 2: [], 3: [], 4: []}
    for d in all:
        for k, v in (d.items() if isinstance(d, dict) else [(len(p), [p]) for p in d]):
            out[k] += v
    return out


mean = lambda s: sum(s) / len(s)
var = lambda s: sum((a - mean(s)) ** 2 for a in s) / len(s)
IN = [(INF, 1.0, 0.5), (-INF, 1.0, 0.5), (NAN, 1.0, 0.5)]
reduces("sum", lambda s: sum(s), joined(ORDINARY, SCALES, IN))
reduces("mean", mean, joined(ORDINARY, SCALES, IN))
reduces("prod", sp.prod, joined(ORDINARY, [(0.0, 2.0, 3.0), (0.0, 0.0, 3.0), (0.0, 0.0, 0.0), (INF, 2.0, 3.0), (f32(1e-30), f32(1e30), 2.0), (0.0, 5.0), (-0.0, 5.0)]))
reduces("var", var, joined(ORDINARY, SCALES, [(1.0, 1.0), (2.0, 2.0, 2.0)]))
flat = lambda n: vector(n, 0.0, [C(0.0)] * n, ANY)
reduces("std", lambda s: sp.sqrt(var(s)), joined({k: v for k, v in ORDINARY.items() if k > 1}, {k: v for k, v in SCALES.items() if k > 1}, [(0.5,), (1.0, 1.0), (2.0, 2.0, 2.0), (0.0, 0.0)]),
        at={(0.5,): [0.0, C(0.0), ANY], (1.0, 1.0): flat(2), (2.0, 2.0, 2.0): flat(3), (0.0, 0.0): flat(2)})
lse = lambda s: sp.log(sum(sp.exp(a) for a in s))
LSE = [(-INF, 0.0), (-INF, 1.0, 2.0), (-INF, -INF), (-INF, -INF, 0.5), (1000.0, 0.0), (-1000.0, -1001.0), (745.0, 0.5, 1.0), (INF, 1.0), (NAN, 1.0), (-INF,)]
reduces("logsumexp", lse, joined(ORDINARY, LSE),
        at={(-INF, -INF): [-INF] + [C(0.0)] * 5, (-INF,): [-INF, C(0.0), C(0.0)], (-INF, -INF, 0.5): [0.5, 0.0, 0.0, 1.0] + [0.0] * 6, (INF, 1.0): [INF] + [ANY] * 5})
# x then b.
WEIGHTED = [(0.5, 2.0, 1.0, 3.0), (1000.0, 0.0, 0.0, 1.0), (740.0, f32(0.3), 0.0, 1.0), (0.0, 1.0, 2.0, 0.0), (INF, 1.0, 0.0, 2.0), (NAN, 1.0, 0.0, 2.0), (1.0, 2.0, 0.0, 0.0), (-INF, 1.0, 1.0, 2.0)]
half = lambda x0, b0, x1, b1: [x1 + math.log(b1)]
big = [0.0, 0.0, 1.0, INF, 1.0]
sparse = lambda v: lambda p: v + [ANY] * (count(4) - len(v))
reduces("logsumexp_of", lambda s: sp.log(s[2] * sp.exp(s[0]) + s[3] * sp.exp(s[1])), {4: WEIGHTED},
        at={(INF, 1.0, 0.0, 2.0): sparse([1 + math.log(2), 0.0, 1.0, ANY, 0.5]), (1.0, 2.0, 0.0, 0.0): sparse([-INF, C(0.0), C(0.0), ANY, ANY]), (-INF, 1.0, 1.0, 2.0): sparse([1 + math.log(2), 0.0, 1.0, 0.0, 0.5]),
            (NAN, 1.0, 0.0, 2.0): sparse([1 + math.log(2), 0.0, 1.0, ANY, 0.5])})
euclid = lambda s: sp.sqrt(sum(a**2 for a in s))
at0 = {(0.0,): [0.0, C(0.0), ANY], (0.0, 0.0): [0.0, C(0.0), C(0.0), ANY, ANY, ANY], (0.0, 0.0, 0.0): [0.0, C(0.0), C(0.0), C(0.0)] + [ANY] * 6}
NORM = joined(ORDINARY, SCALES, [(0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 3.0), (f32(1e30), 1.0)], [(INF, 1.0)])
signed = lambda f: lambda s: f
for name in ("norm", "global_norm"):
    reduces(name, euclid, NORM, at={**at0, (INF, 1.0): [INF] + [ANY] * 5})


def power(p):
    def make(s):
        out = []
        n = len(s)
        for signs in range(2**n):
            c = [1 if signs >> i & 1 else -1 for i in range(n)]
            e = sum((ci * a) ** p for ci, a in zip(c, s)) ** (1 / sp.Integer(1) / p)
            out.append((lambda *v, c=c: all((u >= 0) == (ci > 0) for u, ci in zip(v, c)), e))
        return out

    return make


clear = lambda d: {k: [p for p in v if all(p)] for k, v in d.items()}
PN = joined(clear(ORDINARY), clear(SCALES))
zero2 = {(0.0, 0.0): [0.0, C(0.0), C(0.0), ANY, ANY, ANY], (0.0, 2.0): [2.0, C(0.0), 1.0, ANY, ANY, ANY]}
reduces("norm_1", power(sp.Integer(1)), joined(PN, [(0.0, 0.0), (0.0, 2.0)]), at=zero2, arities=(1, 2, 3))
reduces("norm_3", power(sp.Integer(3)), joined(PN, [(0.0, 0.0), (0.0, 2.0)]), at={(0.0, 0.0): zero2[0.0, 0.0], (0.0, 2.0): [2.0, 0.0, 1.0, 0.0, 0.0, 0.0]}, arities=(1, 2, 3))
reduces("norm_half", power(R(1, 2)), joined(PN, [(0.0, 0.0), (0.0, 2.0)]), at=zero2, arities=(1, 2, 3))
reduces("norm_minus_1", power(sp.Integer(-1)), joined(PN, [(0.0, 2.0)]), at={(0.0, 2.0): [0.0, ANY, 0.0, ANY, ANY, ANY]}, arities=(1, 2, 3))
pick = lambda n, k, v: vector(n, v, unit(n, k))
TIES = [(1.0, 1.0), (2.0, 1.0, 2.0), (0.0, -0.0), (INF, INF), (-INF, -INF, 1.0), (NAN, 1.0)]
POOL = joined({k: v for k, v in ORDINARY.items()}, TIES, [(INF, 1.0, 0.5), (-INF, 1.0, 0.5)])


def extreme(sign):
    def at(p):
        m = (max if sign > 0 else min)(p)
        share = 1 / p.count(m) if p.count(m) > 1 else 1.0
        return vector(len(p), m, [(C(share) if share < 1 else 1.0) if v == m else 0.0 for v in p])

    return at


def given(points, rule):
    return {p: (lambda q, r=rule: r(q)) for v in points.values() for p in v if not any(a != a for a in p)}


def wrap(rule):
    return lambda q: rule(q if isinstance(q, tuple) else (q,))


reduces("max", lambda s: [], {}, {})
for name, sign in (("max_axis", 1), ("min_axis", -1)):
    reduces(name, lambda s: [], POOL, given(POOL, extreme(sign)))


def ptp(p):
    a, b = extreme(1)(p), extreme(-1)(p)
    u = lambda v: v.value if isinstance(v, C) else v
    tie = p.count(max(p)) > 1 or p.count(min(p)) > 1
    g = [u(i) - u(j) for i, j in zip(a[1 : 1 + len(p)], b[1 : 1 + len(p)])]
    return vector(len(p), max(p) - min(p), [C(v) for v in g] if tie else g)


FP = joined(ORDINARY, [(1.0, 1.0), (2.0, 1.0, 2.0), (INF, 1.0, 0.5)])
reduces("ptp", lambda s: [], FP, given(FP, ptp))


def quantile(q):
    def at(p):
        from fractions import Fraction

        n = len(p)
        order = sorted(range(n), key=lambda i: p[i])
        place = q * (n - 1)
        k, share = int(place), place - int(place)
        lo, hi = p[order[k]], p[order[min(k + 1, n - 1)]]
        weights = [0.0] * n
        weights[order[k]] += 1 - share
        if share:
            weights[order[k + 1]] += share
        if lo == hi or share == 0:
            v = lo
        elif math.isinf(lo) and math.isinf(hi):
            v = NAN
        elif math.isinf(lo) or math.isinf(hi):
            v = lo if math.isinf(lo) else hi
        else:
            v = float(Fraction(lo) + (Fraction(hi) - Fraction(lo)) * Fraction(share))
        tie = len(set(p)) < n
        if math.isinf(v) or v != v:
            return [v] + [ANY] * (count(n) - 1)
        return vector(n, v, [ANY if tie else g for g in weights])

    return at


Q = joined(ORDINARY, [(1.0, INF, INF, INF), (-INF, -INF, 1.0, 2.0), (1.0, 2.0, INF, INF), (-1.7e308, 1.7e308), (INF, INF, INF), (-INF, INF, 1.0), (NAN, 1.0, 2.0), (1.0, 1.0, 3.0), (1.0, 2.0, 3.0, INF)])
for name, q in (("median", 0.5), ("quantile_0.75", 0.75)):
    reduces(name, lambda s: [], Q, given(Q, quantile(q)))
reduces("average", lambda s: (s[0] * s[2] + s[1] * s[3]) / (s[2] + s[3]), {4: [(0.5, 2.0, 1.0, 3.0), (1.0, 2.0, 0.0, 1.0), (f32(1e30), 1.0, 1.0, 1.0)]})
soft = lambda s: sp.exp(s[0]) / sum(sp.exp(a) for a in s)
SM = joined(ORDINARY, [(0.0, -INF), (-INF, 0.0), (1000.0, 0.0), (0.0, 1000.0), (-1000.0, -1001.0), (0.0, 0.0, 745.0), (NAN, 1.0)])
reduces("softmax_first", soft, SM)
reduces("log_softmax_first", lambda s: s[0] - lse(s), SM, at={(-INF, 0.0): [-INF, 1.0, -1.0, 0.0, 0.0, 0.0]})
reduces("standardize_first", lambda s: (s[0] - mean(s)) / sp.sqrt(var(s) + R(1, 1024)), joined({k: v for k, v in ORDINARY.items() if k > 1}, [(1.0, 1.0), (2.0, 2.0, 2.0)]))
reduces("cumsum_last", lambda s: sum(s), joined(ORDINARY, IN))
reduces("cumprod_last", sp.prod, joined(ORDINARY, [(0.0, 2.0, 3.0), (0.0, 0.0, 3.0), (0.0, 0.0, 0.0)]))
# Ties of running maxima share step by step, from the left in halves.
CM = joined(ORDINARY, [(1.0, 1.0), (INF, 1.0, 0.5), (NAN, 1.0)])
reduces("cummax_last", lambda s: [], CM, given(CM, extreme(1)))
reduces("cummin_last", lambda s: [], CM, given(CM, extreme(-1)))
reduces("cumlogsumexp_last", lse, joined(ORDINARY, [(-INF, 0.0), (-INF, -INF, 0.0), (-INF, -INF), (1000.0, 0.0), (-1000.0, -1001.0)]),
        at={(-INF, -INF): [-INF] + [C(0.0)] * 5, (-INF, -INF, 0.0): [0.0, 0.0, 0.0, 1.0] + [0.0] * 6})
reduces("sort_second", lambda s: [], {2: [(0.5, 2.0), (2.0, 0.5), (INF, 1.0), (-INF, 1.0)], 3: [(0.5, 2.0, -1.0)]},
        {p: (lambda q: vector(len(q), sorted(q)[1], unit(len(q), q.index(sorted(q)[1])))) for p in [(0.5, 2.0), (2.0, 0.5), (INF, 1.0), (-INF, 1.0), (0.5, 2.0, -1.0)]})
reduces("diff_first", lambda s: s[1] - s[0], {2: [(0.5, 2.0), (1e300, -1e300)]})
reduces("trapezoid", lambda s: sum(a + b for a, b in zip(s, s[1:])) / 2, {2: [(0.5, 2.0)], 3: [(0.5, 2.0, -1.0)]})
reduces("clip_by_global_norm_first", lambda s: [(lambda *v: math.hypot(*v) > 1, s[0] / sp.sqrt(sum(a**2 for a in s))), (lambda *v: True, s[0] + 0 * s[1])],
        {2: [(0.5, 0.25), (3.0, 4.0), (f32(1e30), 1.0), (f32(3e-25), f32(4e-25)), (0.0, 0.0), (3e200, 4e200)]}, {})
reduces("std_squared_3", var, {3: [(2.0, 2.0, 2.0), (0.5, 2.0, -1.0), (f32(1e-30), 0.0, 0.0)]})
reduces("norm_squared_3", lambda s: sum(a**2 for a in s), {3: [(0.0, 0.0, 0.0), (0.5, 2.0, -1.0), (0.0, 1.0, 0.0)]})
