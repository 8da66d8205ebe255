"""Writes references.txt: values of every row of the table, from mpmath at 50 digits, at points of its smooth interval, far
from it, and at zeros, ends and infinities. Run it with the file as its argument when a row is added."""
import random
import sys

from mpmath import mp, mpf, inf

mp.dps = 50
draw = random.Random(1)


def cdf(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


def mills(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi) / cdf(x)


def scaled(n, x):
    return mp.exp(-abs(x)) * mp.besseli(n, x)


def high(f, x, n):
    """A derivative, with digits to spare."""
    with mp.workdps(120):
        return mp.diff(f, x, n)


def gammap(a, x):
    return mp.gammainc(a, 0, x, regularized=True)


def density(a, x):
    return x ** (a - 1) * mp.exp(-x) / mp.gamma(a)


def stirling_error(x):
    return mp.loggamma(x) - (x - 0.5) * mp.log(x) + x - mp.log(2 * mp.pi) / 2


def share(x, y):
    return 1 / (1 + mp.exp(y - x))


def toward_zero(q):
    return mp.floor(q) if q > 0 else mp.ceil(q)


# name: function, interval; then further points, and special ones with their values.
UNARY = {
    "neg": (lambda x: -x, -3, 3, [1e300], {0: 0, inf: -inf}),
    "recip": (lambda x: 1 / x, 0.2, 3, [-1e-300], {inf: 0, 0: inf}),
    "square": (lambda x: x * x, -3, 3, [1e-150], {0: 0, -inf: inf}),
    "one_minus_square": (lambda x: 1 - x * x, -0.9, 0.9, [1 - 1e-12, 5], {1: 0, inf: -inf}),
    "recip_one_plus_square": (lambda x: 1 / (1 + x * x), -3, 3, [1e8], {0: 1, inf: 0, -inf: 0}),
    "sqrt": (mp.sqrt, 0.1, 4, [1e300, 5e-324], {0: 0, inf: inf, -1: mp.nan}),
    "cbrt": (lambda x: mp.sign(x) * mp.cbrt(abs(x)), 0.1, 4, [-1e-300], {0: 0, -inf: -inf}),
    "exp": (mp.exp, -3, 3, [-700, 700], {0: 1, -inf: 0, inf: inf}),
    "exp2": (lambda x: mpf(2) ** x, -3, 3, [-1000.5, 1000.5], {-inf: 0, inf: inf}),
    "exp_m1": (mp.expm1, -3, 3, [1e-20, 700], {0: 0, -inf: -1, inf: inf}),
    "ln": (mp.log, 0.1, 4, [1e300, 5e-324], {1: 0, 0: -inf, inf: inf, -1: mp.nan}),
    "log2": (lambda x: mp.log(x, 2), 0.1, 4, [1e300], {8: 3, 0: -inf, inf: inf}),
    "log10": (mp.log10, 0.1, 4, [3e300], {1000: 3, 0: -inf, inf: inf}),
    "ln_1p": (mp.log1p, -0.8, 4, [1e-20, 1e300], {0: 0, -1: -inf, inf: inf}),
    "sin": (mp.sin, -3, 3, [1e5, 1e-20], {0: 0, inf: mp.nan}),
    "cos": (mp.cos, -3, 3, [1e5], {0: 1, inf: mp.nan}),
    "tan": (mp.tan, -1.3, 1.3, [1e5], {0: 0, inf: mp.nan}),
    "asin": (mp.asin, -0.9, 0.9, [1e-20], {1: mp.pi / 2, 2: mp.nan}),
    "acos": (mp.acos, -0.9, 0.9, [1e-20], {1: 0, -1: mp.pi, 2: mp.nan}),
    "atan": (mp.atan, -3, 3, [1e20], {0: 0, inf: mp.pi / 2}),
    "sinh": (mp.sinh, -3, 3, [1e-20, 700], {0: 0, -inf: -inf}),
    "cosh": (mp.cosh, -3, 3, [700], {0: 1, -inf: inf}),
    "tanh": (mp.tanh, -3, 3, [1e-20, 20], {0: 0, -inf: -1}),
    "sech": (mp.sech, -3, 3, [700], {0: 1, inf: 0}),
    "asinh": (mp.asinh, -3, 3, [1e-20, -1e300], {0: 0, inf: inf}),
    "acosh": (mp.acosh, 1.2, 4, [1 + 1e-12, 1e300], {1: 0, inf: inf, -1e300: mp.nan}),
    "atanh": (mp.atanh, -0.9, 0.9, [1e-20], {0: 0, 1: inf, 2: mp.nan}),
    "abs": (abs, 0.1, 3, [-2.5], {0: 0, -inf: inf}),
    "relu": (lambda x: max(x, mpf(0)), 0.1, 3, [-2.5], {0: 0, inf: inf}),
    "soft_sign": (lambda x: x / (1 + abs(x)), 0.1, 3, [-1e10], {0: 0, -inf: -1}),
    "logistic": (lambda x: 1 / (1 + mp.exp(-x)), -4, 4, [-700, 40], {0: 0.5, inf: 1, -inf: 0}),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), -4, 4, [-700, 700], {-inf: 0, inf: inf}),
    "erf": (mp.erf, -2, 2, [1e-20, 5], {0: 0, -inf: -1}),
    "erfc": (mp.erfc, -2, 3, [20], {0: 1, inf: 0, -inf: 2}),
    "erfcx": (lambda x: mp.exp(x * x) * mp.erfc(x), -1, 3, [1e4], {0: 1, inf: 0}),
    "erf_inv": (mp.erfinv, -0.9, 0.9, [1e-20], {0: 0, 1: inf, -1: -inf}),
    "gamma": (mp.gamma, 0.5, 4, [-1.5, 150], {5: 24, inf: inf}),
    "ln_gamma": (lambda x: mp.log(abs(mp.gamma(x))), 0.3, 6, [1e10, -1.5], {1: 0, 2: 0, inf: inf}),
    "norm_cdf": (cdf, -3, 3, [-30], {0: 0.5, -inf: 0, inf: 1}),
    "norm_log_cdf": (lambda x: mp.log(cdf(x)), -4, 3, [-1000, 10], {inf: 0, -inf: -inf}),
    "inv_mills_ratio": (mills, -4, 3, [-1000, 30], {inf: 0}),
    "norm_quantile": (lambda p: mp.sqrt(2) * mp.erfinv(2 * p - 1), 0.1, 0.9, [1e-10], {0.5: 0, 0: -inf, 1: inf}),
    "logit": (lambda p: mp.log(p / (1 - p)), 0.1, 0.9, [1e-300], {0.5: 0, 0: -inf, 1: inf}),
    "exp_int_ei": (mp.ei, 0.3, 3, [-2, 100], {0: -inf, inf: inf}),
    "exp_int_e1": (mp.e1, 0.3, 3, [100], {0: inf, inf: 0}),
    "bessel_i0": (lambda x: mp.besseli(0, x), -3, 3, [50], {0: 1, inf: inf}),
    "bessel_i1": (lambda x: mp.besseli(1, x), -3, 3, [50], {0: 0, -inf: -inf}),
    "bessel_i0e": (lambda x: scaled(0, x), 0.3, 3, [50], {0: 1, inf: 0}),
    "bessel_i1e": (lambda x: scaled(1, x), -3, 3, [50], {0: 0, inf: 0}),
    "sign": (mp.sign, 0.1, 3, [-5e-324], {0: 0, -inf: -1}),
    "floor": (mp.floor, -3, 3, [-0.5], {0: 0, inf: inf}),
    "ceil": (mp.ceil, -3, 3, [0.5], {0: 0, inf: inf}),
    "round": (mp.nint, -3, 3, [], {0.5: 0, 1.5: 2, 2.5: 2, inf: inf}),
    "trunc": (toward_zero, -3, 3, [], {-0.5: 0, -1.5: -1, inf: inf}),
    "sin_pi": (mp.sinpi, -3, 3, [1e5 + 0.25], {3: 0, 2.5: 1, inf: mp.nan}),
    "cos_pi": (mp.cospi, -3, 3, [1e5 + 0.25], {3: -1, 2.5: 0, inf: mp.nan}),
    "erfc_inv": (lambda q: mp.erfinv(1 - q), 0.1, 1.9, [1e-10], {0: inf, 1: 0, 2: -inf}),
    "rgamma": (mp.rgamma, 0.3, 6, [1e-300, -2.5, 175], {0: 0, -3: 0, inf: 0}),
    "xlogx": (lambda x: x * mp.log(x), 0.1, 3, [1e300], {0: 0, 1: 0, inf: inf}),
    "ln_1p_excess": (lambda x: x - mp.log1p(x), -0.6, 3, [1e10], {0: 0, -1: inf, inf: inf}),
}
INDEXED = {
    "powi": (lambda n, x: x**n, [-2147483648, -3, 0, 1, 2, 3, 7], 0.2, 3, {(3, -2): -8, (0, 0): 1, (-1, inf): 0}),
    "polygamma": (lambda n, x: mp.polygamma(n, x), [0, 1, 2, 5], 0.5, 6, {(1, inf): 0}),
    "bessel_i": (mp.besseli, [0, 1, 2, 9], 0.3, 3, {(2, 0): 0, (0, 0): 1}),
    "bessel_j": (mp.besselj, [0, 1, 2, 9], 0.3, 6, {(2, 0): 0, (0, 0): 1}),
    "bessel_y": (mp.bessely, [0, 1, 2, 5], 0.8, 6, {(0, 0): -inf}),
    "bessel_i0e_derivative": (lambda n, x: high(lambda a: mp.exp(-a) * mp.besseli(0, a), x, n), [0, 1, 2, 4], 0.3, 3, {(0, 0): 1}),
    "inv_mills_derivative": (lambda n, x: high(mills, x, n), [0, 1, 2], -4, 3, {(1, 0): -2 / mp.pi}),
    "exp_over": (lambda n, x: high(lambda x: mp.exp(x) / x, x, n), [0, 1, 2], 0.3, 3, {(1, 1): 0, (0, inf): inf}),
    "erfcx_derivative": (lambda n, x: high(lambda x: mp.exp(x * x) * mp.erfc(x), x, n), [0, 1, 2], -1, 3, {(0, inf): 0}),
    "stirling_error": (lambda n, x: high(stirling_error, x, n), [0, 1, 2], 0.5, 6, {(0, inf): 0}),
    "ln_1p_ratio": (lambda n, x: high(lambda x: mp.log1p(x) / x, x, n), [0, 1, 2], -0.4, 6, {(0, 0): 1, (1, 0): -0.5}),
}
BINARY = {
    "add": (lambda x, y: x + y, (-3, 3), (-3, 3), {(inf, 1): inf}),
    "sub": (lambda x, y: x - y, (-3, 3), (-3, 3), {(inf, inf): mp.nan}),
    "mul": (lambda x, y: x * y, (-3, 3), (-3, 3), {(inf, 0): mp.nan}),
    "div": (lambda x, y: x / y, (-3, 3), (0.3, 3), {(1, 0): inf, (0, 0): mp.nan}),
    "times_or_zero": (lambda x, y: x * y, (-3, 3), (-3, 3), {(0, inf): 0, (inf, 0): mp.nan}),
    "ratio": (lambda x, y: x / y, (-3, 3), (0.3, 3), {(1, 0): inf, (0, 0): 0}),
    "pow": (lambda x, y: x**y, (0.3, 3), (-2, 2), {(0, 0): 1, (-2, 3): -8, (0, -1): inf, (-2, 0.5): mp.nan}),
    "atan2": (mp.atan2, (0.3, 3), (-3, 3), {(0, -1): mp.pi, (1, 0): mp.pi / 2, (inf, inf): mp.pi / 4}),
    "hypot": (mp.hypot, (0.3, 3), (-3, 3), {(0, 0): 0, (3e300, 4e300): 5e300, (inf, 1): inf}),
    "over_hypot": (lambda x, y: x / mp.hypot(x, y), (0.3, 3), (-3, 3), {(0, 0): 0, (1, inf): 0, (-inf, 1): -1}),
    "max": (max, (0.1, 0.9), (1.1, 2), {(3, -2): 3, (-inf, inf): inf}),
    "min": (min, (0.1, 0.9), (1.1, 2), {(3, -2): -2, (-inf, inf): -inf}),
    "copysign": (lambda x, y: abs(x) * mp.sign(y), (0.3, 3), (0.3, 3), {(2, -1): -2, (inf, -1): -inf}),
    "rem": (lambda x, y: x - y * toward_zero(x / y), (2.2, 2.8), (1, 1.1), {(-7, 3): -1, (1, inf): 1, (1, 0): mp.nan}),
    "remainder": (lambda x, y: x - y * mp.floor(x / y), (2.2, 2.8), (1, 1.1), {(-7, 3): 2, (-1, inf): inf, (1, 0): mp.nan}),
    "log_add_exp": (lambda x, y: mp.log(mp.exp(x) + mp.exp(y)), (-3, 3), (-3, 3), {(1000, -1000): 1000, (-inf, -inf): -inf}),
    "log_add_exp2": (lambda x, y: mp.log(mpf(2) ** x + mpf(2) ** y, 2), (-3, 3), (-3, 3), {(3, 3): 4, (-inf, 2): 2}),
    "exp_share": (share, (-3, 3), (-3, 3), {(-inf, -inf): 0, (inf, inf): 0.5, (-700.25, 0.5): share(mpf(-700.25), mpf(0.5))}),
    "exp2_share": (lambda x, y: share(x * mp.log(2), y * mp.log(2)), (-3, 3), (-3, 3), {(-inf, -inf): 0, (inf, inf): 0.5, (1000.25, 1000): share(mp.log(2) / 4, mpf(0))}),
    "ln_beta": (lambda x, y: mp.log(mp.beta(x, y)), (0.5, 4), (0.5, 4), {(1, 1): 0}),
    "gamma_p": (gammap, (0.5, 4), (0.3, 5), {(1, 0): 0, (1, inf): 1}),
    "gamma_q": (lambda a, x: mp.gammainc(a, x, inf, regularized=True), (0.5, 4), (0.3, 5), {(1, 0): 1, (1, inf): 0}),
    "gamma_pdf": (lambda a, x: x ** (a - 1) * mp.exp(-x) / mp.gamma(a), (0.5, 4), (0.3, 5), {(1, 0): 1, (3, 0): 0}),
    "xlogy": (lambda x, y: x * mp.log(y), (-3, 3), (0.3, 3), {(0, 0): 0, (2, 0): -inf}),
    "xlog1py": (lambda x, y: x * mp.log1p(y), (-3, 3), (-0.7, 3), {(0, -1): 0, (2, -1): -inf}),
    "less": (lambda x, y: mpf(x < y), (0.1, 0.4), (0.6, 0.9), {(1, 1): 0, (2, 1): 0, (-inf, inf): 1}),
    "floor_divide": (lambda x, y: mp.floor(x / y), (-9, 9), (0.1, 2), {(1, 0.1): 9, (-1, inf): -1, (1, 0): inf}),
    "ln_a_beta": (lambda x, y: mp.log(x * mp.beta(x, y)), (0.02, 0.3), (0.5, 4), {(1, 1): 0}),
    "ln_ratio": (lambda x, y: mp.log(x / y), (0.3, 3), (0.3, 3), {(2, 2): 0}),
    "kl_div": (lambda x, y: x * mp.log(x / y) - x + y, (0.3, 1.2), (1.4, 3), {(2, 2): 0, (0, 3): 3, (-1, 1): inf}),
    "rel_entr": (lambda x, y: x * mp.log(x / y), (0.3, 3), (0.3, 3), {(2, 2): 0, (0, 3): 0, (-1, 1): inf}),
    "ln_gamma_p": (lambda a, x: mp.log(gammap(a, x)), (0.5, 4), (0.3, 5), {(1, 0): -inf}),
    "ln_gamma_q": (lambda a, x: mp.log(mp.gammainc(a, x, inf, regularized=True)), (0.5, 4), (0.3, 5), {(1, 3): -3}),
    "ln_gamma_pdf": (lambda a, x: (a - 1) * mp.log(x) - x - mp.loggamma(a), (0.5, 4), (0.3, 5), {(1, 3): -3}),
    "trunc_divide": (lambda x, y: toward_zero(x / y), (-9, 9), (0.1, 2), {(-1, 0.1): -9, (-1, inf): 0, (1, 0): inf}),
}
INDEXED_BINARY = {
    "gamma_p_by_a": (lambda n, a, x: high(lambda a: gammap(a, x), a, n), [0, 1, 2], (0.5, 4), (0.3, 5), {(1, 1, 0): 0}),
    "polygamma_drop": (lambda n, x, y: mp.polygamma(n, x) - mp.polygamma(n, x + y), [0, 1, 2], (0.5, 4), (0.5, 4), {(0, 1, 1): -1}),
    "ln_gamma_p_by_a": (lambda n, a, x: high(lambda a: mp.log(gammap(a, x)), a, n), [0, 1, 2], (0.5, 4), (0.3, 5), {}),
    "ln_gamma_q_by_a": (lambda n, a, x: high(lambda a: mp.log(1 - gammap(a, x)), a, n), [0, 1, 2], (0.5, 4), (0.3, 5), {}),
    "gamma_p_hazard": (lambda n, a, x: high(lambda a: density(a, x) / gammap(a, x), a, n), [0, 1, 2], (0.5, 4), (0.3, 5), {(0, 2, 0): inf}),
    "gamma_q_hazard": (lambda n, a, x: high(lambda a: density(a, x) / (1 - gammap(a, x)), a, n), [0, 1, 2], (0.5, 4), (0.3, 5), {(0, 1, 3): 1}),
}


def shown(x):
    x = mpf(x)
    return mp.nstr(x, 20, min_fixed=0, max_fixed=0) if mp.isfinite(x) else {inf: "inf", -inf: "-inf"}.get(x, "NaN")


def between(lo, hi):
    return [lo + (hi - lo) * draw.random() for _ in range(4)]


lines = []


def line(name, args, value):
    lines.append(f"{name} {' '.join(repr(float(x)) for x in args)} = {shown(value)}")


for name, (f, lo, hi, far, special) in UNARY.items():
    for x in between(lo, hi) + far:
        line(name, [x], f(mpf(x)))
    for x, value in special.items():
        line(name, [x], value)
for name, (f, indices, lo, hi, special) in INDEXED.items():
    for n in indices:
        for x in between(lo, hi)[:2] if abs(n) < 100 else [1 + 1e-8, 1 - 1e-7]:
            line(f"{name}[{n}]", [x], f(n, mpf(x)))
    for (n, x), value in special.items():
        line(f"{name}[{n}]", [x], value)
for name, (f, xs, ys, special) in BINARY.items():
    for x, y in zip(between(*xs), between(*ys)):
        line(name, [x, y], f(mpf(x), mpf(y)))
    for at, value in special.items():
        line(name, at, value)
for name, (f, indices, xs, ys, special) in INDEXED_BINARY.items():
    for n in indices:
        for x, y in zip(between(*xs)[:2], between(*ys)):
            line(f"{name}[{n}]", [x, y], f(n, mpf(x), mpf(y)))
    for (n, *at), value in special.items():
        line(f"{name}[{n}]", at, value)
with open(sys.argv[1], "w") as out:
    out.write("\n".join(lines) + "\n")
