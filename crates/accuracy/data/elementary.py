"""The rows of the table of elementary functions, and the elementwise functions of arrays made of them."""

import math
import sympy as sp
from exact import ANY, INF, NAN, Convention as C, number
from mpmath import mp, mpf

x, y, z, w = sp.symbols("x y z w", real=True)
f32 = lambda v: __import__("struct").unpack("f", __import__("struct").pack("f", v))[0]
MAX, MIN, SUB = 1.7976931348623157e308, 2.2250738585072014e-308, 5e-324
R = sp.Rational

HALF = [0.0, SUB, 1e-310, 1e-300, 1e-160, f32(1.4e-45), f32(1e-40), f32(1e-30), f32(1e-20), f32(1e-10), 1e-10, f32(1e-5), f32(1e-3),
        0.125, f32(0.3), 0.3, 0.5, 0.75, f32(0.9), 1 - 2.0**-24, 1.0, 1 + 2.0**-23, 1.5, 2.0, 2.5, 3.0, 4.5, 5.0, 6.0, 8.0, 9.5, 10.0,
        15.5, 20.0, 26.5, 30.0, 37.5, 45.0, 88.0, 100.0, 300.0, 700.0, 745.0, 1e3, 1e4, 1e6, 1e8, 1e10, 1e15, f32(1e20), f32(1e30),
        1e100, 1e160, 1e300, MAX, INF]
LINE = HALF + [-v for v in HALF] + [NAN]
ABOVE = HALF + [-0.0, -1.0, NAN]
UNIT = [v for v in HALF if v <= 1] + [-v for v in HALF if v <= 1] + [1.5, -1.5, NAN] + [1 - 2.0**-53, 2.0**-53 - 1]
SHARE = [v for v in HALF if v <= 1] + [1 - 2.0**-53, -0.5, 1.5, NAN]


class Function:
    def __init__(self, name, branches, points, arity=1, at=None, outside=None, symbols=(x, y, z, w)):
        if not isinstance(branches, list):
            branches = [(lambda *a: True, branches)]
        self.name, self.branches, self.arity = name, branches, arity
        self.points = [p if isinstance(p, tuple) else (p,) for p in points]
        self.at, self.outside, self.symbols = at or {}, outside or (lambda *a: False), symbols[:arity]


ALL = []


def add(*args, **more):
    ALL.append(Function(*args, **more))


pos, neg, zero = (lambda a, *r: a > 0), (lambda a, *r: a < 0), (lambda a, *r: a == 0)
below = lambda c: lambda a, *r: a < c
above = lambda c: lambda a, *r: a > c
outside_unit = lambda a: abs(a) > 1
kink = lambda v=0.0, d=0.0, dd=0.0: [v, C(d), C(dd)]

add("neg", -x, LINE)
add("recip", 1 / x, LINE)
add("square", x**2, LINE)
add("one_minus_square", 1 - x**2, LINE)
add("sqrt", sp.sqrt(x), ABOVE, outside=neg, at={-0.0: [0.0, ANY, ANY], 0.0: [0.0, INF, -INF]})
add("recip_one_plus_square", 1 / (1 + x**2), LINE)
add("ln_1p_excess", x - sp.log(1 + x), LINE, outside=below(-1), at={-1.0: [INF, -INF, ANY]})
add("erfcx_derivative", sp.diff(sp.exp(x**2) * sp.erfc(x), x), [v for v in LINE if -26 <= v < 1e50 or v == INF], at={INF: [0.0, 0.0, 0.0]})
add("stirling_error", sp.loggamma(x) - (x - R(1, 2)) * sp.log(x) + x - sp.log(2 * sp.pi) / 2, [v for v in HALF if 0 < v < 1e20 and v > 1e-40])
add("ln_1p_ratio", sp.log(1 + x) / x, [v for v in LINE if v > -1], at={0.0: [1.0, -0.5, number(mpf(2) / 3)], INF: [0.0, 0.0, 0.0]})
add("cbrt", [(pos, x ** R(1, 3)), (neg, -((-x) ** R(1, 3)))], LINE, at={0.0: [0.0, INF, ANY]})
add("exp", sp.exp(x), LINE)
add("exp2", 2**x, LINE)
add("exp_m1", sp.exp(x) - 1, LINE)
for name, base in (("ln", 1), ("log2", sp.log(2)), ("log10", sp.log(10))):
    add(name, sp.log(x) / base, ABOVE, outside=neg, at={-0.0: [-INF, ANY, ANY], 0.0: [-INF, INF, -INF]})
add("ln_1p", sp.log(1 + x), LINE, outside=below(-1), at={-1.0: [-INF, INF, -INF]})
add("sin", sp.sin(x), LINE)
add("cos", sp.cos(x), LINE)
add("tan", sp.tan(x), LINE)
add("asin", sp.asin(x), UNIT, outside=outside_unit, at={1.0: [math.pi / 2, INF, INF], -1.0: [-math.pi / 2, INF, -INF]})
add("acos", sp.acos(x), UNIT, outside=outside_unit, at={1.0: [0.0, -INF, -INF], -1.0: [math.pi, -INF, INF]})
add("atan", sp.atan(x), LINE)
add("sinh", sp.sinh(x), LINE)
add("cosh", sp.cosh(x), LINE)
add("tanh", sp.tanh(x), LINE)
add("sech", 2 / (sp.exp(x) + sp.exp(-x)), LINE)
add("asinh", sp.log(x + sp.sqrt(1 + x**2)), LINE, at={-INF: [-INF, 0.0, 0.0]})
add("acosh", sp.log(x + sp.sqrt(x**2 - 1)), [v for v in LINE if not v < -1], outside=below(1), at={1.0: [0.0, INF, -INF]})
add("atanh", sp.log((1 + x) / (1 - x)) / 2, UNIT, outside=outside_unit, at={1.0: [INF, INF, INF], -1.0: [-INF, INF, -INF]})
add("abs", [(pos, x), (neg, -x)], LINE, at={0.0: kink()})
add("relu", [(pos, x), (neg, 0 * x)], LINE, at={0.0: kink()})
add("soft_sign", [(pos, x / (1 + x)), (neg, x / (1 - x))], LINE, at={0.0: [0.0, 1.0, C(0.0)]})
add("logistic", 1 / (1 + sp.exp(-x)), LINE)
add("softplus", sp.log(1 + sp.exp(x)), LINE)
add("erf", sp.erf(x), LINE)
add("erfc", sp.erfc(x), LINE)
add("erfcx", sp.exp(x**2) * sp.erfc(x), [v for v in LINE if not v < -45],
    at={v: [1 / v / math.sqrt(math.pi), -1 / v / v / math.sqrt(math.pi), 2 / v / v / v / math.sqrt(math.pi)] for v in LINE if 1e50 < v})
add("gamma", sp.gamma(x), LINE, at={**{v: [INF, INF, INF] for v in LINE if v > 200}, **{v: [NAN, ANY, ANY] for v in [-INF] + [v for v in LINE if -MAX <= v < 0 and v == int(v)]}})
add("ln_gamma", [(lambda a: a > 0 or a == 0 and math.copysign(1, a) > 0, sp.loggamma(x)),
                 (lambda a: True, sp.log(sp.pi) - sp.log(sp.sin(sp.pi * x) ** 2) / 2 - sp.loggamma(1 - x))], LINE,
    at={-INF: [INF, ANY, ANY], 0.0: [INF, ANY, INF], **{v: [INF, ANY, ANY] for v in LINE if -MAX <= v < 0 and v == int(v)}})
PHI = sp.exp(-x**2 / 2) / sp.sqrt(2 * sp.pi)
add("norm_cdf", sp.erfc(-x / sp.sqrt(2)) / 2, LINE)
TAIL = {-INF: [-INF, INF, -1.0]}
add("norm_log_cdf", sp.log(sp.erfc(-x / sp.sqrt(2)) / 2), LINE, at=TAIL)
MILLS = PHI / (sp.erfc(-x / sp.sqrt(2)) / 2)
add("inv_mills_ratio", MILLS, LINE, at={-INF: [INF, -1.0, 0.0]})
add("logit", sp.log(x / (1 - x)), SHARE, outside=lambda a: a < 0 or a > 1, at={0.0: [-INF, INF, -INF], 1.0: [INF, INF, INF]})
for n in (0, 1, 2):
    add(f"exp_over:{n}", sp.diff(sp.exp(x) / x, x, n), LINE, at={0.0: [[ANY, -INF, ANY][n], [-INF, ANY, -INF][n], ANY], INF: [INF, INF, INF]})
add("exp_int_ei", sp.Ei(x), LINE, at={0.0: [-INF, ANY, -INF]})
add("exp_int_e1", sp.expint(1, x), [v for v in ABOVE if not v < 0], at={0.0: [INF, ANY, INF]})
add("bessel_i0", sp.besseli(0, x), LINE)
add("bessel_i1", sp.besseli(1, x), LINE)
add("bessel_i0e", [(pos, sp.exp(-x) * sp.besseli(0, x)), (neg, sp.exp(x) * sp.besseli(0, x))], LINE, at={0.0: [1.0, C(0.0), ANY]})
add("bessel_i1e", [(pos, sp.exp(-x) * sp.besseli(1, x)), (neg, sp.exp(x) * sp.besseli(1, x))], LINE, at={0.0: [0.0, 0.5, C(0.0)]})
for name, f in (("sign", lambda a: (a > 0) - (a < 0)), ("floor", math.floor), ("ceil", math.ceil), ("round", round), ("trunc", math.trunc)):
    add(name, [], LINE, at={v: [float(v if name != "sign" and math.isinf(v) else f(v)), 0.0, 0.0] for v in LINE if v == v})

for n in (-2, -1, 0, 1, 2, 3, 7):
    add(f"powi:{n}", x**n, LINE, at={} if n != 0 else {v: [1.0, 0.0, 0.0] for v in LINE if v == v})
    if n == 0:
        ALL[-1].points = [(v,) for v in LINE if v == v]
add("powi:-2147483648", [], [], at={})
ALL[-1].points = [(1.0,), (2.0,), (0.5,)]
ALL[-1].at = {1.0: [1.0, -2147483648.0, 2147483648.0 * 2147483649.0], 2.0: [0.0, 0.0, 0.0], 0.5: [INF, -INF, INF]}
for n in (0, 1, 2, 5):
    poles = {v: [NAN if n == 0 else ANY, ANY, ANY] for v in LINE if -MAX <= v < 0 and v == int(v)}
    add(f"polygamma:{n}", sp.polygamma(n, x), [v for v in LINE if not v < -20], at={**poles, **({0.0: [ANY, ANY, ANY]} if n else {})})
for n in (0, 1, 2, 5):
    add(f"bessel_i:{n}", sp.besseli(n, x), LINE)
    add(f"bessel_j:{n}", sp.besselj(n, x), [v for v in LINE if not abs(v) > 1e15], at={})
    add(f"bessel_y:{n}", sp.bessely(n, x), [v for v in ABOVE if not 1e15 < v and not v < 0], at={-0.0: [-INF, INF, -INF]})
for n in (1, 2):
    add(f"bessel_i0e_derivative:{n}", [(pos, sp.diff(sp.exp(-x) * sp.besseli(0, x), x, n))], HALF, at={0.0: [[-1.0, 1.5][n - 1], ANY, ANY]})
    add(f"inv_mills_derivative:{n}", sp.diff(MILLS, x, n), LINE, at={-INF: [[-1.0, 0.0][n - 1], 0.0, 0.0]})

# Elementwise functions of arrays.
D = R(math.pi / 180), R(180 / math.pi)
add("rsqrt", 1 / sp.sqrt(x), ABOVE, outside=neg, at={0.0: [INF, -INF, INF], -0.0: [ANY, ANY, ANY]})
GAMMA_ZEROS = {v: [0.0, float((-1) ** int(v) * math.factorial(int(-v))), ANY] for v in LINE if -20 < v < 0 and v == int(v)}
add("rgamma", 1 / sp.gamma(x), [v for v in LINE if v > -20 and v != 0], at=GAMMA_ZEROS)
add("multigammaln:2", sp.log(sp.pi) / 2 + sp.loggamma(x) + sp.loggamma(x - R(1, 2)), [v for v in HALF if v > 0.5] + [NAN])
add("deg2rad", sp.pi / 180 * x, LINE)
add("rad2deg", 180 / sp.pi * x, LINE)
add("nan_to_num", x, [v for v in LINE if abs(v) < 1e30])
add("entr", -x * sp.log(x), ABOVE, outside=neg, at={0.0: [0.0, INF, -INF], -0.0: [0.0, ANY, ANY], INF: [-INF, -INF, 0.0]})
add("xlogx", x * sp.log(x), ABOVE, outside=neg, at={0.0: [0.0, -INF, INF], -0.0: [0.0, ANY, ANY]})
add("log_sigmoid", -sp.log(1 + sp.exp(-x)), LINE)
add("relu6", [(lambda a: a < 0 or a > 6, 0 * x + sp.Symbol("c")), (lambda a: 0 < a < 6, x)], [], at={0.0: kink(0.0), 6.0: kink(6.0)})
ALL[-1].branches = [(lambda a: a < 0, 0 * x), (lambda a: a > 6, 6 + 0 * x), (lambda a: True, x)]
ALL[-1].points = [(v,) for v in LINE]
add("leaky_relu", [(neg, x * R(0.125)), (pos, x)], LINE, at={0.0: [0.0, C(1.0), C(0.0)]})
add("elu", [(pos, x), (neg, sp.exp(x) - 1)], LINE, at={0.0: [0.0, 1.0, ANY]})
add("celu", [(pos, x), (neg, 2 * (sp.exp(x / 2) - 1))], LINE, at={0.0: [0.0, 1.0, ANY]})
SA, SL = R(1.6732632423543772), R(1.0507009873554805)
add("selu", [(pos, SL * x), (neg, SL * SA * (sp.exp(x) - 1))], LINE, at={0.0: [0.0, ANY, ANY]})
add("gelu", x * sp.erfc(-x / sp.sqrt(2)) / 2, LINE, at={-INF: [0.0, 0.0, 0.0], INF: [INF, 1.0, 0.0]})
add("gelu_tanh", x / (1 + sp.exp(-2 * sp.sqrt(2 / sp.pi) * (x + R(0.044715) * x**3))), LINE, at={-INF: [0.0, 0.0, 0.0], INF: [INF, 1.0, 0.0]})
add("silu", x / (1 + sp.exp(-x)), LINE, at={-INF: [0.0, 0.0, 0.0], INF: [INF, 1.0, 0.0]})
add("mish", x * (1 - 2 / (1 + (1 + sp.exp(x)) ** 2)), LINE, at={-INF: [0.0, 0.0, 0.0], INF: [INF, 1.0, 0.0]})
add("hard_tanh", [(lambda a: abs(a) < 1, x), (pos, 1 + 0 * x), (neg, -1 + 0 * x)], LINE, at={1.0: kink(1.0, 1.0), -1.0: kink(-1.0, 1.0)})
add("hard_sigmoid", [(lambda a: abs(a) < 3, (x + 3) / 6), (pos, 1 + 0 * x), (neg, 0 * x)], LINE, at={3.0: kink(1.0, 0.0), -3.0: kink(0.0, 0.0)})
add("hard_silu", [(lambda a: abs(a) < 3, x * (x + 3) / 6), (pos, x), (neg, 0 * x)], LINE, at={3.0: [3.0, ANY, ANY], -3.0: [0.0, ANY, ANY], -INF: [0.0, 0.0, 0.0]})
add("squareplus", (x + sp.sqrt(x**2 + 4)) / 2, LINE, at={-INF: [0.0, 0.0, 0.0], INF: [INF, 1.0, 0.0]})

# Kinks that are squared away, and branches that are not taken.
add("abs squared", x**2, LINE)
add("norm of one, squared", x**2, LINE)
add("abs of -square", x**2, [v for v in LINE if v == 0 or abs(v) > 1e-9])
add("max(x, -x) squared", x**2, LINE)
add("relu squares", x**2, LINE)
add("gaussian of norm", sp.exp(-x**2), LINE)
add("huber", [(lambda a: abs(a) <= 1, x**2 / 2), (pos, x - R(1, 2)), (neg, -x - R(1, 2))], LINE, at={1.0: [0.5, 1.0, ANY], -1.0: [0.5, -1.0, ANY]})
for name, e in (("sqrt", sp.sqrt(x)), ("ln", sp.log(x)), ("recip", 1 / x), ("pow 0.5", sp.sqrt(x)), ("xlogx", x * sp.log(x))):
    add(f"where positive {name}", [(pos, e), (neg, 0 * x)], LINE, at={0.0: [0.0, 0.0, 0.0], NAN: [0.0, 0.0, 0.0]})
add("bernoulli at 1", sp.log(x), [0.5, 0.75, 1.0])


def quantile_points():
    return [v for v in SHARE if not v > 1 and not v < 0]


class Numeric(Function):
    """Given by functions of mpmath: value and derivatives."""

    def __init__(self, name, all, points, at=None, outside=None, arity=1):
        super().__init__(name, [], points, arity=arity, at=at, outside=outside)
        self.all = all


def erfc_inverse(q):
    """The t with erfc(t) = q, 0 < q < 1."""
    t = mp.sqrt(-mp.log(q)) if q < 0.5 else (1 - q) * mp.sqrt(mp.pi) / 2
    for _ in range(200):
        e = mp.erfc(t)
        # Newton on ln erfc.
        step = mp.log(e / q) * e / (2 / mp.sqrt(mp.pi) * mp.exp(-t * t))
        t += step
        if abs(step) < abs(t) * mpf(10) ** (-mp.dps + 8):
            return t
    raise ValueError


def erf_inverse(v):
    if v == 0:
        return mpf(0)
    return mp.sign(v) * (erfc_inverse(1 - abs(v)))


def inverse(y, first):
    """Value, first and second derivative by the inverse's first derivative at y, and y·c its second's part."""
    return first


c = lambda: mp.sqrt(mp.pi) / 2
deep = lambda f: lambda v: deeper(f, v)


def deeper(f, v):
    extra = 30 + (0 if v == 0 else max(0, -int(mp.log10(abs(v)))))
    with mp.workdps(mp.dps + extra):
        return f(mpf(v))


add_numeric = lambda *a, **k: ALL.append(Numeric(*a, **k))
S, T = mp.sinpi, mp.cospi
ENDS = {INF: [NAN] * 3, -INF: [NAN] * 3}
add_numeric("sin_pi", [S, lambda v: mp.pi * T(v), lambda v: -(mp.pi**2) * S(v)], LINE, at=ENDS)
add_numeric("cos_pi", [T, lambda v: -mp.pi * S(v), lambda v: -(mp.pi**2) * T(v)], LINE, at=ENDS)
add_numeric("sinc", [lambda v: S(v) / mp.pi / v, lambda v: (T(v) - S(v) / mp.pi / v) / v, lambda v: (-mp.pi * S(v) - 2 * (T(v) - S(v) / mp.pi / v) / v) / v], LINE,
            at={0.0: [1.0, 0.0, -math.pi**2 / 3], INF: [0.0, 0.0, 0.0], -INF: [0.0, 0.0, 0.0]})
add_numeric("erf_inv", [deep(erf_inverse), deep(lambda v: c() * mp.exp(erf_inverse(v) ** 2)),
                        deep(lambda v: 2 * erf_inverse(v) * c() ** 2 * mp.exp(2 * erf_inverse(v) ** 2))], UNIT,
            at={1.0: [INF, INF, INF], -1.0: [-INF, INF, -INF], 0.0: [0.0, math.sqrt(math.pi) / 2, 0.0]}, outside=outside_unit)


def quantile(p):
    return -mp.sqrt(2) * erfc_inverse(2 * p) if p < 0.5 else mp.sqrt(2) * erfc_inverse(2 * (1 - p)) if p > 0.5 else mpf(0)


slope = lambda q: mp.sqrt(2 * mp.pi) * mp.exp(q * q / 2)
add_numeric("norm_quantile", [deep(quantile), deep(lambda p: slope(quantile(p))), deep(lambda p: quantile(p) * slope(quantile(p)) ** 2)], SHARE,
            at={0.0: [-INF, INF, -INF], 1.0: [INF, INF, INF], 0.5: [0.0, math.sqrt(2 * math.pi), 0.0]}, outside=lambda a: a < 0 or a > 1)
add_numeric("erfc_inv", [deep(erfc_inverse), deep(lambda q: -c() * mp.exp(erfc_inverse(q) ** 2)),
                        deep(lambda q: 2 * erfc_inverse(q) * c() ** 2 * mp.exp(2 * erfc_inverse(q) ** 2))], quantile_points(),
            at={0.0: [INF, -INF, INF], 1.0: [0.0, -math.sqrt(math.pi) / 2, 0.0]})
