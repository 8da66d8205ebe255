"""Distributions: densities by formulas, distribution functions by series and integrals."""

import math
import sys
import sympy as sp
from mpmath import mp, mpf
from exact import ANY, INF, NAN, Convention as C, number
from elementary import ALL, R, Function, Numeric, add, f32, quantile, slope, x, y, z
from jets import Jet, beta_tails, compose, gamma_tails, other


class Jets(Function):
    """Given by a function from jets to a jet."""

    def __init__(self, name, f, points, arity, at=None):
        super().__init__(name, [], points, arity=arity, at=at)
        self.f = f

    def all_at(self, args):
        deep = 0
        for a in args:
            if a != 0 and math.isfinite(a):
                deep = max(deep, int(2.2 * abs(math.log10(abs(a)))))
        # In steps, since nodes and weights are kept for each.
        deep = (deep + 39) // 40 * 40
        out = []
        for dps in (60 + deep, 75 + deep):
            with mp.workdps(dps):
                try:
                    out.append(self.f(*Jet.variables([mpf(a) for a in args])).all())
                except (ArithmeticError, ValueError) as e:
                    print(f"{self.name} at {args}: {e!r}", file=sys.stderr)
                    return [ANY] * (1 + len(args) * (len(args) + 3) // 2)
        def one(u, v):
            if abs(u - v) > abs(v) * mpf(10) ** -22:
                print(f"{self.name} at {args}: {mp.nstr(u, 20)} or {mp.nstr(v, 20)}", file=sys.stderr)
                return ANY
            return number(v)
        return [one(u, v) for u, v in zip(*out)]


def jets(name, f, points, arity, at=None):
    ALL.append(Jets(name, f, points, arity, at))


rest = lambda n, *v: [*v, *([ANY] * (1 + n * (n + 3) // 2 - len(v)))]
zero = lambda n, v: [v] + [0.0] * (n * (n + 3) // 2)

# The table's rows.
G = [(a, v) for a in (f32(1e-38), 1e-20, f32(1e-10), f32(1e-3), 0.5, 1.0, 2.5, 10.0, 100.0, 1e4) for v in (f32(1e-10), 0.125, 1.0, 3.0, 10.0, 50.0, 110.0, 800.0)]
G += [(1e6, 1e6), (1e6, 9.9e5), (1e6, 1.01e6), (f32(1e8), f32(1e8)), (1e10, 1e10), (1e10, 1.00001e10), (1e4, 1e4), (1e4, 9e3), (1e4, 1.1e4), (1e-10, 1e-10), (0.5, 1e-300), (2.5, 1e-100), (1e10, 1.0)]
EDGE = [(0.5, 0.0), (1.0, 0.0), (2.5, 0.0), (2.5, INF), (0.5, INF), (2.5, NAN), (NAN, 1.0)]
edges = lambda v0, v1: {(a, 0.0): rest(2, v0) if a < 1 else [v0, 0.0, (v1 - v0) if a == 1 else 0.0, *([ANY] * 3)] for a in (0.5, 1.0, 2.5)}
P_EDGE = {**edges(0.0, 1.0), (2.5, INF): zero(2, 1.0), (0.5, INF): zero(2, 1.0)}
Q_EDGE = {**edges(1.0, 0.0), (2.5, INF): zero(2, 0.0), (0.5, INF): zero(2, 0.0)}
jets("gamma_p", lambda a, v: gamma_tails(a, v)[0].exp(), G + EDGE, 2, P_EDGE)
jets("gamma_q", lambda a, v: gamma_tails(a, v)[1].exp(), G + EDGE, 2, Q_EDGE)
DENSITY = sp.exp((x - 1) * sp.log(y) - y - sp.loggamma(x))
add("gamma_pdf", DENSITY, G + EDGE, 2, at={(0.5, 0.0): rest(2, INF), (1.0, 0.0): rest(2, 1.0), (2.5, 0.0): rest(2, 0.0), (2.5, INF): zero(2, 0.0), (0.5, INF): zero(2, 0.0)})


def by_a(n):
    density = [[sp.lambdify((x, y), sp.diff(DENSITY, x, i, y, j), "mpmath") for j in range(2)] for i in range(n + 2)]

    def f(a, v):
        h = a.v * mpf(10) ** -14
        d = lambda k: second(a.v + k * h, v.v)
        m2, m1, c, p1, p2 = [d(k) for k in (-2, -1, 0, 1, 2)]
        # Differences of P's second derivative.
        first = (-p2 + 8 * p1 - 8 * m1 + m2) / (12 * h)
        twice = (-p2 + 16 * p1 - 30 * c + 16 * m1 - m2) / (12 * h * h)
        p = lambda i, j: density[i][j](a.v, v.v)
        if n == 1:
            t = gamma_jet(a.v, v.v)
            return compose([a, v], t.g[0], [c, p(1, 0)], [[first, p(2, 0)], [p(2, 0), p(1, 1)]])
        return compose([a, v], c, [first, p(2, 0)], [[twice, p(3, 0)], [p(3, 0), p(2, 1)]])

    return f


def gamma_jet(a, v):
    return gamma_tails(*Jet.variables([a, v]))[0].exp()


def second(a, v):
    return gamma_jet(a, v).h[0][0]


B = [p for p in G if 1e-12 < p[0] < 200 and p[1] < 200]
jets("gamma_p_by_a:1", by_a(1), B, 2)
jets("gamma_p_by_a:2", by_a(2), B, 2)

LD = lambda a, v: (a - 1) * v.log() - v - a.loggamma()
jets("gamma_p_hazard", lambda a, v: (LD(a, v) - gamma_tails(a, v)[0]).exp(), G, 2)
jets("gamma_q_hazard", lambda a, v: (LD(a, v) - gamma_tails(a, v)[1]).exp(), G, 2)
jets("ln_gamma_p", lambda a, v: gamma_tails(a, v)[0], G, 2)
jets("ln_gamma_q", lambda a, v: gamma_tails(a, v)[1], G, 2)
add("ln_gamma_pdf", (x - 1) * sp.log(y) - y - sp.loggamma(x), G, 2)


def slope_by_a(k):
    """The slope by a of the logarithm of a tail, by differences of its Hessian."""
    log = lambda a, v: gamma_tails(*Jet.variables([a, v]))[k]

    def f(a, v):
        diff = lambda g, h: (-g(2 * h) + 8 * g(h) - 8 * g(-h) + g(-2 * h)) / (12 * h)
        ha, hv = a.v * mpf(10) ** -14, v.v * mpf(10) ** -14
        t = log(a.v, v.v)
        aaa = diff(lambda h: log(a.v + h, v.v).h[0][0], ha)
        aav = diff(lambda h: log(a.v + h, v.v).h[0][1], ha)
        avv = diff(lambda h: log(a.v, v.v + h).h[0][1], hv)
        return compose([a, v], t.g[0], [t.h[0][0], t.h[0][1]], [[aaa, aav], [aav, avv]])

    return f


jets("ln_gamma_p_by_a", slope_by_a(0), B, 2)
jets("ln_gamma_q_by_a", slope_by_a(1), B, 2)

# Normal.
Z = (x - y) / z
N = [(v, m, s) for m, s in ((0.0, 1.0), (1.0, 2.0)) for v in (0.0, f32(1e-10), 0.5, 3.0, -3.0, 10.0, -10.0, 30.0, -37.0, -40.0, 40.0, 1e3, -1e3)]
N += [(1.0, 0.0, 1e10), (3e-10, 0.0, 1e-10), (1e10, 1e10, 1.0), (3e-10, 1e-10, 1e-10), (3e10, 1e10, 1e10), (1e5, 0.0, 1e10), (NAN, 0.0, 1.0)]
INFS = [(INF, 0.0, 1.0), (-INF, 0.0, 1.0)]
above = lambda v: {p: rest(3, v if p[0] > 0 else 1 - v, 0.0) for p in INFS}
tails = lambda lo, hi: {(-INF, 0.0, 1.0): rest(3, *lo), (INF, 0.0, 1.0): rest(3, *hi)}
PHI = sp.exp(-Z**2 / 2) / z / sp.sqrt(2 * sp.pi)
cdf, sf = sp.erfc(-Z / sp.sqrt(2)) / 2, sp.erfc(Z / sp.sqrt(2)) / 2
add("norm.pdf", PHI, N + INFS, 3, at=tails((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)))
add("norm.logpdf", -Z**2 / 2 - sp.log(z) - sp.log(2 * sp.pi) / 2, N + INFS, 3, at=tails((-INF,), (-INF,)))
add("norm.cdf", cdf, N + INFS, 3, at=tails((0.0, 0.0), (1.0, 0.0)))
add("norm.sf", sf, N + INFS, 3, at=tails((1.0, 0.0), (0.0, 0.0)))
add("norm.logcdf", sp.log(cdf), N + INFS, 3, at=tails((-INF,), (0.0, 0.0)))
add("norm.logsf", sp.log(sf), N + INFS, 3, at=tails((0.0, 0.0), (-INF,)))
jets("norm.ppf", lambda p, m, s: p.chain(q := quantile(p.v), slope(q), q * slope(q) ** 2) * s + m,
     [(p, m, s) for m, s in ((0.0, 1.0), (1.0, 2.0), (1e10, 1e-10)) for p in (1e-300, f32(1e-30), f32(1e-10), 0.25, 0.625, 0.75, 1 - 2.0**-24)], 3)
add("norm.entropy", sp.log(x) + sp.log(2 * sp.pi * sp.E) / 2, [1e-10, 0.5, 1.0, 3.0, 1e10])

# Student's t.
DF = [f32(1e-10), 1e-10, 0.5, 1.0, 2.0, 4.5, 30.0, 1e3, 1e5, 1e8, 1e10]
T = [(v, d) for d in DF for v in (0.0, f32(1e-10), 0.5, -1.0, 2.5, -30.0, 1e10)]
T += [(1.0, 1e15), (-1.0, 1e15), (f32(1e5), 1e5), (-f32(1e5), 3.0), (1e-10, 3.0), (-1e10, 2.0), (NAN, 2.0)]
TI = [(INF, 3.0), (-INF, 3.0), (1.0, INF), (-1.0, INF), (0.0, INF), (INF, INF), (-INF, INF)]
h = sp.Rational(1, 2)
LT = sp.loggamma(h * (y + 1)) - sp.loggamma(h * y) - sp.log(sp.pi * y) / 2 - h * (y + 1) * sp.log(1 + x**2 / y)
# Towards the normal distribution: the derivative by 1/df counts, and by df it is 0.
phi = lambda v: math.exp(-v * v / 2) / math.sqrt(2 * math.pi)
normal = {"pdf": lambda v: [phi(v), -v * phi(v), 0.0], "logpdf": lambda v: [-v * v / 2 - math.log(2 * math.pi) / 2, -v, 0.0]}
Phi = lambda v: number(mp.ncdf(v))
normal["cdf"] = lambda v: [Phi(v), phi(v), 0.0]
normal["sf"] = lambda v: [Phi(-v), -phi(v), 0.0]
normal["logcdf"] = lambda v: [math.log(Phi(v)), phi(v) / Phi(v), 0.0]
normal["logsf"] = lambda v: [math.log(Phi(-v)), -phi(v) / Phi(-v), 0.0]
at_ends = {"pdf": (0.0, 0.0), "logpdf": (-INF, -INF), "cdf": (0.0, 1.0), "sf": (1.0, 0.0), "logcdf": (-INF, 0.0), "logsf": (0.0, -INF)}


def t_edges(kind):
    lo, hi = at_ends[kind]
    return {**{(v, INF): rest(2, *normal[kind](v)) for v in (1.0, -1.0, 0.0)}, (INF, 3.0): rest(2, hi), (-INF, 3.0): rest(2, lo), (INF, INF): rest(2, hi), (-INF, INF): rest(2, lo)}


def t_tails(v, d):
    """ln cdf and ln sf."""
    if v.v == 0:
        # By symmetry: cdf = 1/2 + x·pdf(0).
        p = ((d + 1) * mpf(0.5)).loggamma() - (d * mpf(0.5)).loggamma() - (d * mp.pi).log() * mpf(0.5)
        lower = v * p.exp() + mpf(0.5)
        return lower.log(), (1 - lower).log()
    w = d + v * v
    beyond, within = beta_tails(d * mpf(0.5), d.like(mpf(0.5)), d / w, v * v / w)
    tail = beyond - mp.log(2)
    return (tail, other(tail)) if v.v < 0 else (other(tail), tail)


add("t.logpdf", LT, T + TI, 2, at=t_edges("logpdf"))
add("t.pdf", sp.exp(LT), T + TI, 2, at=t_edges("pdf"))
jets("t.cdf", lambda v, d: t_tails(v, d)[0].exp(), T + TI, 2, t_edges("cdf"))
jets("t.logcdf", lambda v, d: t_tails(v, d)[0], T + TI, 2, t_edges("logcdf"))
jets("t.sf", lambda v, d: t_tails(v, d)[1].exp(), T + TI, 2, t_edges("sf"))
jets("t.logsf", lambda v, d: t_tails(v, d)[1], T + TI, 2, t_edges("logsf"))
psi = lambda e: sp.polygamma(0, e)
lnbeta = lambda a, b: sp.loggamma(a) + sp.loggamma(b) - sp.loggamma(a + b)
add("t.entropy", (x + 1) / 2 * (psi((x + 1) / 2) - psi(x / 2)) + sp.log(x) / 2 + lnbeta(x / 2, h), [*DF, 1e15])

# Beta.
SHAPES = [(0.5, 0.5), (1.0, 1.0), (2.0, 3.0), (1e-10, 1.0), (1e-10, 1e-10), (2.0, 1e-10), (100.0, 300.0), (1e5, 1e5), (1e6, 1e6), (1e8, 1e8), (1e10, 1e10), (1e10, 2.0), (1e10, 1e-10), (2.0, 1e5)]
BX = [(v, a, b) for a, b in SHAPES for v in (f32(1e-30), f32(1e-3), 0.25, 0.5, f32(0.9), 1 - 2.0**-24)]
BX += [(0.49, 1e8, 1e8), (0.499, 1e6, 1e6), (0.501, 1e5, 1e5), (0.26, 100.0, 300.0), (0.499999, 1e10, 1e10), (1e-10, 2.0, 1e10), (NAN, 2.0, 3.0)]
BE = [(v, a, b) for v in (0.0, 1.0) for a, b in ((2.0, 3.0), (1.0, 1.0), (3.0, 1.5), (0.5, 0.5))] + [(-0.5, 2.0, 3.0), (1.5, 2.0, 3.0), (-INF, 2.0, 3.0), (INF, 2.0, 3.0)]
LB = (y - 1) * sp.log(x) + (z - 1) * sp.log(1 - x) - lnbeta(y, z)


def b_edges(kind):
    """Distribution functions at the ends and outside; densities at the ends."""
    out = {}
    for v, a, b in BE:
        lower = v <= 0
        value = {"cdf": 0.0 if lower else 1.0, "sf": 1.0 if lower else 0.0, "logcdf": -INF if lower else 0.0, "logsf": 0.0 if lower else -INF}.get(kind)
        if value is None:
            out[v, a, b] = rest(3)
            shape = a if v == 0 else b
            if v in (0.0, 1.0):
                out[v, a, b] = rest(3, {"pdf": 0.0 if shape > 1 else INF, "logpdf": -INF if shape > 1 else INF}[kind] if shape != 1 else ({"pdf": 1.0, "logpdf": 0.0}[kind] if a == b else ANY))
            continue
        if v not in (0.0, 1.0):
            out[v, a, b] = rest(3, value, *([0.0] * 3 if value in (0.0, 1.0) and not (kind[0] == "l" and math.isinf(value)) else []))
            continue
        shape = a if v == 0 else b
        slope_ = 0.0 if shape > 1 else 1.0 if a == b == 1 else INF if shape < 1 else ANY
        sign = -1.0 if kind.endswith("sf") else 1.0
        if math.isinf(value):
            out[v, a, b] = rest(3, value)
        else:
            out[v, a, b] = rest(3, value, slope_ if slope_ == ANY else sign * slope_ if slope_ else 0.0, 0.0, 0.0)
    return out


add("beta.pdf", sp.exp(LB), BX + BE, 3, at=b_edges("pdf"))
add("beta.logpdf", LB, BX + BE, 3, at=b_edges("logpdf"))
jets("beta.cdf", lambda v, a, b: beta_tails(a, b, v)[0].exp(), BX + BE, 3, b_edges("cdf"))
jets("beta.sf", lambda v, a, b: beta_tails(a, b, v)[1].exp(), BX + BE, 3, b_edges("sf"))
jets("beta.logcdf", lambda v, a, b: beta_tails(a, b, v)[0], BX + BE, 3, b_edges("logcdf"))
jets("beta.logsf", lambda v, a, b: beta_tails(a, b, v)[1], BX + BE, 3, b_edges("logsf"))
jets("beta.betainc", lambda v, a, b: beta_tails(a, b, v)[0].exp(), BX + BE, 3, b_edges("cdf"))
add("beta.entropy", lnbeta(x, y) - (x - 1) * psi(x) - (y - 1) * psi(y) + (x + y - 2) * psi(x + y), [(a, b) for a, b in SHAPES], 2)

# Gamma, with scale 1, and χ².
GX = [(v, a) for a, v in G if a > 1e-11] + [(800.0, 1.0), (1e10, 1e10), (NAN, 1.0)]
GE = [(0.0, 2.5), (0.0, 1.0), (INF, 2.5), (-1.0, 2.5), (-INF, 2.5)]


def g_edges(kind, factor=1.0):
    out = {}
    for v, a in GE:
        value = {"cdf": 0.0 if v <= 0 else 1.0, "sf": 1.0 if v <= 0 else 0.0, "logcdf": -INF if v <= 0 else 0.0, "logsf": 0.0 if v <= 0 else -INF}[kind]
        if math.isinf(value):
            out[v, a] = rest(2, value)
        elif v == 0:
            out[v, a] = rest(2, value, 0.0 if a > factor else ANY, 0.0)
        else:
            out[v, a] = rest(2, value, 0.0, 0.0)
    return out


LG = (y - 1) * sp.log(x) - x - sp.loggamma(y)
dens = lambda kind, scale: {(0.0, 2.5): rest(2, {"pdf": 0.0, "logpdf": -INF}[kind]), (INF, 2.5): rest(2, {"pdf": 0.0, "logpdf": -INF}[kind])}
ends = [(0.0, 2.5), (INF, 2.5)]
add("gamma.logpdf", LG, GX + ends, 2, at=dens("logpdf", 1))
add("gamma.pdf", sp.exp(LG), GX + ends, 2, at=dens("pdf", 1))
LC = (y / 2 - 1) * sp.log(x / 2) - x / 2 - sp.loggamma(y / 2) - sp.log(2)
add("chi2.logpdf", LC, GX + ends, 2, at=dens("logpdf", 2))
add("chi2.pdf", sp.exp(LC), GX + ends, 2, at=dens("pdf", 2))
half = mpf(0.5)
for k, f in (("cdf", lambda l: l[0].exp()), ("sf", lambda l: l[1].exp()), ("logcdf", lambda l: l[0]), ("logsf", lambda l: l[1])):
    jets(f"gamma.{k}", lambda v, a, f=f: f(gamma_tails(a, v)), GX + GE, 2, g_edges(k))
    jets(f"chi2.{k}", lambda v, a, f=f: f(gamma_tails(a * half, v * half)), GX + GE, 2, g_edges(k, 2.0))
    # By k there is no derivative but 0: it is a step.
    fixed = lambda v, m, f=f: f(gamma_tails((v + 1) * v.like(0) + (v.v + 1), m)[::-1])
    PX = [(v, m) for v in (0.0, 1.0, 3.0, 50.0) for m in (f32(1e-10), 0.5, 2.5, 30.0, 800.0)] + [(1e4, 1e4), (1e6, 1e6), (1e10, 1e10), (3.0, 1e-300)]
    jets(f"poisson.{k}", fixed, PX, 2)
EG = lambda a: a + sp.loggamma(a) + (1 - a) * psi(a)
add("gamma.entropy", EG(x), [1e-10, 0.5, 1.0, 2.5, 100.0, 1e5, 1e8, 1e10])
add("chi2.entropy", EG(x / 2) + sp.log(2), [1e-10, 0.5, 1.0, 2.5, 100.0, 1e5, 1e8, 1e10])
K = [(v, m) for v in (0.0, 1.0, 3.0, 50.0) for m in (f32(1e-10), 0.5, 2.5, 30.0, 800.0)] + [(1e5, 1e5), (1e10, 1e10), (1e10, 1.00001e10), (0.0, 0.0)]
LP = x * sp.log(y) - sp.loggamma(x + 1) - y
by_mu = {(0.0, 0.0): [0.0, ANY, -1.0, ANY, ANY, 0.0]}
add("poisson.logpmf", LP, K, 2, at=by_mu)
add("poisson.pmf", sp.exp(LP), K, 2, at={(0.0, 0.0): [1.0, ANY, -1.0, ANY, ANY, 1.0]})
LN = sp.loggamma(x + y) - sp.loggamma(y) - sp.loggamma(x + 1) + y * sp.log(z) + x * sp.log(1 - z)
NB = [(v, n, p) for v in (0.0, 1.0, 3.0, 50.0) for n, p in ((0.5, 0.25), (1.0, 0.5), (2.5, 0.75), (100.0, 0.5), (1e-10, 0.5), (1e10, 1 - 1e-10), (3.0, f32(1e-10)))] + [(1e5, 1e5, 0.5), (1e8, 1e8, 0.5), (1e10, 1e10, 0.5)]
add("nbinom.logpmf", LN, NB, 3)
add("nbinom.pmf", sp.exp(LN), NB, 3)
still = lambda v: v * v.like(0) + v.v
jets("nbinom.cdf", lambda v, n, p: beta_tails(n, still(v) + 1, p)[0].exp(), NB, 3)
jets("nbinom.sf", lambda v, n, p: beta_tails(n, still(v) + 1, p)[1].exp(), NB, 3)
