"""Functions of two numbers: the rows of the table, and what arrays make of them."""

import math
import sympy as sp
from exact import ANY, INF, NAN, Convention as C, number
from elementary import ALL, MAX, R, SUB, Function, Numeric, add, f32, x, y
from mpmath import mp, mpf

WIDE = [0.0, -0.0, SUB, 1e-300, f32(1e-40), f32(1e-30), f32(1e-10), 0.5, 1.0, 1.5, 2.0, 3.0, 7.0, 300.0, f32(1e10), f32(1e30), 1e160, 1e300, INF]
WIDE += [-v for v in (1e-300, f32(1e-30), 0.5, 1.0, 2.0, 3.0, f32(1e30), 1e300, INF)]
FEW = [0.0, 1e-300, f32(1e-30), 0.5, 1.0, 3.0, f32(1e10), f32(1e30), 1e300, INF, -0.5, -1.0, -f32(1e30), -INF, NAN]
grid = lambda a, b: [(u, v) for u in a for v in b]
ZEROS = (0.0, 0.0)
origin = lambda v, d=C(0.0): {ZEROS: [v, d, d, ANY, ANY, ANY]}
finite = lambda v: [v, ANY, ANY, ANY, ANY, ANY]
both = lambda p: all(math.isinf(a) for a in p)

SAME = {(a, b): finite(a + b) for a in FEW for b in FEW if both((a, b))}
add("add", x + y, grid(FEW, FEW), 2, at=SAME)
add("sub", x - y, grid(FEW, FEW), 2, at={(a, b): finite(a - b) for a, b in SAME})
add("mul", x * y, grid(FEW, FEW), 2, at={p: finite(NAN) for a in (INF, -INF) for p in ((0.0, a), (a, 0.0))})
add("div", x / y, grid(FEW, [v for v in FEW if v != 0]), 2)


def pow_at_zero(p):
    """0^y, from the right."""
    b = p[1]
    if b == 0:
        return [1.0, C(0.0), C(0.0), ANY, ANY, ANY]
    if b < 0:
        return finite(INF)
    first = b if b == 1 else 0.0 if b > 1 else INF
    second = 0.0 if b == 1 or b > 2 else 2.0 if b == 2 else INF if b > 1 else -INF
    mixed = 0.0 if b > 1 else -INF
    return [0.0, first, 0.0, second, mixed, 0.0]


POW = [0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 7.0, -0.5, -1.0, -2.0, f32(1e-10), 300.0, NAN]
BASE = [0.0, 1e-300, f32(1e-30), 0.5, 1.0, 1.5, 3.0, f32(1e10), f32(1e30), INF, NAN]
add("pow", sp.exp(y * sp.log(x)), grid(BASE, POW), 2,
    at={**{(0.0, b): pow_at_zero for b in POW if b == b}, (NAN, 0.0): [ANY] * 6, (1.0, NAN): [ANY] * 6,
        **{(INF, b): finite(1.0 if b == 0 else INF if b > 0 else 0.0) for b in POW if b == b}})
ALL[-1].points += [(-2.0, 3.0), (-2.0, 2.0), (-0.5, 1.0), (-3.0, -1.0), (-2.0, 0.0)]
ALL[-1].at.update({(-2.0, 3.0): [-8.0, 12.0, ANY, -12.0, ANY, ANY], (-2.0, 2.0): [4.0, -4.0, ANY, 2.0, ANY, ANY], (-0.5, 1.0): [-0.5, 1.0, ANY, 0.0, ANY, ANY],
                   (-3.0, -1.0): [-1 / 3, -1 / 9, ANY, -2 / 27, ANY, ANY], (-2.0, 0.0): [1.0, 0.0, ANY, 0.0, ANY, ANY]})
add("atan2", [(lambda a, b: b > 0, sp.atan(x / y)), (lambda a, b: a > 0, sp.pi / 2 - sp.atan(y / x)),
              (lambda a, b: a < 0, -sp.pi / 2 - sp.atan(y / x)), (lambda a, b: True, sp.pi + sp.atan(x / y))], grid(FEW, FEW), 2,
    at={**{(a, b): finite(math.atan2(a, b)) for a in FEW for b in FEW if both((a, b))}, ZEROS: finite(0.0)})
add("hypot", sp.sqrt(x**2 + y**2), grid(FEW, FEW), 2,
    at={**origin(0.0), **{(a, b): finite(INF) for a in FEW for b in FEW if both((a, b))}, **{q: [ANY] * 6 for a in (INF, -INF) for q in ((a, NAN), (NAN, a))}})
add("over_hypot", x / sp.sqrt(x**2 + y**2), [p for p in grid(FEW, FEW) if not both(p) and not (math.isinf(p[0]) and math.isnan(p[1]))], 2, at={ZEROS: [C(0.0)] + [ANY] * 5})
ORDER = [0.0, -0.0, SUB, 1.0, 2.0, -1.0, 1e300, INF, -INF, NAN]


def larger(sign):
    def at(p):
        a, b = p
        best = max(a, b) if sign > 0 else min(a, b)
        if a == b:
            return [best, C(0.5), C(0.5), C(0.0), C(0.0), C(0.0)]
        return [best, float(best == a), float(best == b), 0.0, 0.0, 0.0]

    return at


for name, sign in (("max", 1), ("min", -1)):
    add(name, [], grid(ORDER, ORDER), 2, at={p: larger(sign) for p in grid(ORDER, ORDER) if p[0] == p[0] and p[1] == p[1]})


def copysign(p):
    v = math.copysign(p[0], p[1])
    d = 0.0 if p[0] == 0 else math.copysign(1, p[0]) * math.copysign(1, p[1])
    return [v, C(0.0) if p[0] == 0 else d, 0.0, 0.0, 0.0, 0.0]


add("copysign", [], [p for p in grid(ORDER, ORDER) if p[0] == p[0] and p[1] == p[1]], 2, at={p: copysign for p in grid(ORDER, ORDER) if p[0] == p[0] and p[1] == p[1]})
def division(kind):
    """Remainders and the floor of the quotient, exactly."""

    def at(p):
        a, b = p
        if b == 0 or math.isinf(a):
            return [ANY if kind.endswith("divide") else NAN] + [ANY] * 5
        if math.isinf(b):
            q = 0 if kind in ("rem", "trunc_divide") or a == 0 or (a > 0) == (b > 0) else -1
            v = {"rem": a, "remainder": a if q == 0 else b, "floor_divide": float(q), "trunc_divide": 0.0}[kind]
            return [v, 0.0, 0.0, 0.0, 0.0, 0.0] if kind.endswith("divide") else [v] + [ANY] * 5
        fa, fb = __import__("fractions").Fraction(a), __import__("fractions").Fraction(b)
        q = fa / fb
        n = math.trunc(q) if kind in ("rem", "trunc_divide") else math.floor(q)
        r = fa - n * fb
        jump = q == math.floor(q)
        if kind.endswith("divide"):
            return [number(mpf(n))] + [0.0] * 5
        return [number(mpf(r.numerator) / r.denominator), 1.0, number(-mpf(n)), 0.0, 0.0, 0.0]

    return at


QUOTIENTS = [(i / 10, j / 100) for i in (1, 2, 3, 5, 7, 10, 13) for j in (1, 2, 5, 10, 30, 70)] + [(1.0, 0.1), (-1.0, 0.1), (-1.0, INF), (1.0, -INF), (1.0, INF), (0.0, INF), (0.0, 1.0), (5.5, 2.0),
             (-5.5, 2.0), (5.5, -2.0), (f32(0.3), f32(0.1)), (1.0, f32(0.1)), (-1.0, f32(0.1)), (f32(1e30), 3.0), (1e300, 3.0), (f32(1e-40), 3.0), (1.0, SUB), (2.0**60, 3.0), (INF, 1.0), (1.0, 0.0), (3.0, 1.0), (-3.0, 1.0)]
for kind in ("rem", "remainder", "floor_divide", "trunc_divide"):
    add(kind, [], QUOTIENTS, 2, at={p: division(kind) for p in QUOTIENTS})
SUMS = [-INF, -1e300, -f32(1e30), -745.0, -30.0, -1.0, 0.0, SUB, f32(1e-10), 0.5, 1.0, 3.0, 100.0, f32(1e10), 1e300, INF]
edge = {(-INF, -INF): [-INF] + [C(0.0)] * 5, (INF, INF): finite(INF), (INF, -INF): finite(INF), (-INF, INF): finite(INF)}
add("log_add_exp", [(lambda a, b: a >= b, x + sp.log(1 + sp.exp(y - x))), (lambda a, b: True, y + sp.log(1 + sp.exp(x - y)))], grid(SUMS, SUMS) + [(NAN, 1.0), (1.0, NAN)], 2, at=edge)
add("log_add_exp2", [(lambda a, b: a >= b, x + sp.log(1 + 2 ** (y - x)) / sp.log(2)), (lambda a, b: True, y + sp.log(1 + 2 ** (x - y)) / sp.log(2))], grid(SUMS, SUMS) + [(NAN, 1.0)], 2, at=edge)
share = {(-INF, -INF): [C(0.0)] + [ANY] * 5, (INF, INF): [C(0.5)] + [ANY] * 5, (INF, -INF): finite(1.0), (-INF, INF): finite(0.0)}
add("exp_share", 1 / (1 + sp.exp(y - x)), grid(SUMS, SUMS), 2, at=share)
add("exp2_share", 1 / (1 + 2 ** (y - x)), grid(SUMS, SUMS), 2, at=share)
PLAIN = [1e-300, f32(1e-30), 0.5, 1.0, 3.0, f32(1e10), -0.5, -3.0]
add("times_or_zero", x * y, grid(PLAIN, PLAIN + [0.0]), 2)
ALL[-1].points += [(0.0, INF), (0.0, 3.0)]
ALL[-1].at = {(0.0, INF): finite(0.0)}
add("ratio", x / y, grid(PLAIN + [0.0], PLAIN), 2)
ALL[-1].points += [ZEROS]
ALL[-1].at = {ZEROS: finite(0.0)}
add("ln_ratio", sp.log(x / y), grid([v for v in PLAIN if v > 0] + [1.25], [v for v in PLAIN if v > 0] + [1.125]), 2)
SHAPE = [1e-300, f32(1e-30), f32(1e-10), f32(1e-3), 0.5, 1.0, 1.5, 2.0, 10.0, 1000.0, 1e6, f32(1e10), 1e15, 1e20, f32(1e30)]
add("ln_beta", sp.loggamma(x) + sp.loggamma(y) - sp.loggamma(x + y), grid(SHAPE, SHAPE), 2)
add("ln_a_beta", sp.log(x) + sp.loggamma(x) + sp.loggamma(y) - sp.loggamma(x + y), grid([v for v in SHAPE if v < 2], SHAPE), 2)
add("polygamma_drop", sp.polygamma(0, x) - sp.polygamma(0, x + y), grid(SHAPE, SHAPE), 2)
logs = [0.0, SUB, f32(1e-30), 0.25, 0.5, 1.0, 2.0, 3.0, f32(1e10), 1e300, INF]
X = [0.0, 1e-300, 0.5, 1.0, 3.0, f32(1e10), INF, -1.0, NAN]
add("xlogy", x * sp.log(y), grid(X, logs), 2,
    at={**{(0.0, v): [0.0, number(mp.log(v)), 0.0, 0.0, number(1 / mpf(v)), 0.0] for v in logs if v > 0 and v != INF},
        ZEROS: [0.0, C(-INF), C(0.0), ANY, ANY, ANY], (0.0, INF): [0.0] + [ANY] * 5, (NAN, 0.0): [ANY] * 6, (INF, 1.0): [ANY] * 6,
        **{(v, 0.0): [-INF if v > 0 else INF, -INF, INF if v > 0 else -INF, 0.0, INF, -INF if v > 0 else INF] for v in X if v == v and v != 0 and v != INF},
        **{(INF, v): finite(INF if v > 1 else -INF) for v in logs if v != 1}})
add("xlog1py", x * sp.log(1 + y), grid(X, [-1.0, -0.5, 0.0, SUB, f32(1e-10), 1.0, f32(1e10), INF]), 2,
    at={**{(0.0, v): [0.0, number(mp.log(1 + mpf(v))), 0.0, 0.0, number(1 / (1 + mpf(v))), 0.0] for v in (-0.5, 0.0, 1.0)},
        (0.0, -1.0): [0.0] + [ANY] * 5, (0.0, INF): [0.0] + [ANY] * 5, (NAN, 0.0): [ANY] * 6, (INF, 0.0): [ANY] * 6,
        **{(v, -1.0): [-INF if v > 0 else INF] + [ANY] * 5 for v in X if v == v and v != 0},
        **{(INF, v): finite(INF if v > 0 else -INF) for v in (-0.5, SUB, f32(1e-10), 1.0, f32(1e10), INF)}})
add("less", [], [p for p in grid(ORDER, ORDER) if p[0] == p[0] and p[1] == p[1]], 2, at={p: [float(p[0] < p[1])] + [0.0] * 5 for p in grid(ORDER, ORDER) if p[0] == p[0] and p[1] == p[1]})

# Elementwise functions of arrays.
add("squared_difference", (x - y) ** 2, [p for p in grid(FEW, FEW) if not both(p)], 2)
add("clip", [], [])
ALL[-1].points = [(v,) for v in (-INF, -2.0, -1.0, 0.0, 0.5, 1.0, 2.0, INF, NAN)]
ALL[-1].at = {v: [min(max(v, -1.0), 1.0), C(1.0) if abs(v) == 1 else float(abs(v) < 1), 0.0] for v in (-INF, -2.0, -1.0, 0.0, 0.5, 1.0, 2.0, INF)}
add("heaviside", [], [p for p in grid(ORDER, ORDER) if p[0] == p[0] and p[1] == p[1]], 2, at={p: [p[1] if p[0] == 0 else float(p[0] > 0)] + [0.0, 1.0 if p[0] == 0 else 0.0, 0.0, 0.0, 0.0] for p in grid(ORDER, ORDER) if p[0] == p[0] and p[1] == p[1]})
E1 = [0.0, f32(1e-30), 0.5, 1.0, 1.5, 3.0, f32(1e10)]
add("rel_entr", x * sp.log(x / y), grid(E1[1:], E1[1:]), 2)
add("kl_div", x * sp.log(x / y) - x + y, grid(E1[1:], E1[1:]), 2)
for name, extra in (("rel_entr", 0.0), ("kl_div", 1.0)):
    f = next(g for g in ALL if g.name == name)
    f.points += [(0.0, 0.5), (0.0, 1.0), (0.0, 3.0)]
    f.at = {(0.0, v): [extra * v, -INF, extra, INF, -1 / v, 0.0] for v in (0.5, 1.0, 3.0)}
add("glu", x / (1 + sp.exp(-y)), grid([0.0, 0.5, -3.0, f32(1e30)], [-INF, -700.0, -1.0, 0.0, 1.0, 40.0, INF]), 2, at={(v, s): ([0.0] * 6 if s < 0 else [v, 1.0] + [0.0] * 4) for v in [0.0, 0.5, -3.0, f32(1e30)] for s in (INF, -INF)})

# Kinks that are squared away.
SQ = [(a, b) for a in (0.0, f32(1e-30), 1.0, -3.0) for b in (0.0, 1.0, 4.0)] + [(1e-300, 0.0), (f32(1e-20), f32(1e-20))]
for name in ("hypot squared", "norm squared", "complex abs squared"):
    add(name, x**2 + y**2, SQ, 2)
add("std squared", (x - y) ** 2 / 4, SQ, 2)
