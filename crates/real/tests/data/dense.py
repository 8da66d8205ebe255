"""Writes dense.txt: rows of the table at many points, values and derivatives from mpmath (60 digits).

A line is `name index x… value derivatives…`; the index is - for rows without one. Unary rows have the first and the second
derivative, binary ones both slopes.
"""

import random

import mpmath as mp

mp.mp.dps = 60
random.seed(20)
HALF = mp.mpf(1) / 2


def log(low, high, count, sign=1):
    return [sign * 10 ** random.uniform(low, high) for _ in range(count)]


def even(low, high, count):
    return [low + (high - low) * random.random() for _ in range(count)]


def i0e_derivative(n, a):
    size = mp.hyp1f1(n + HALF, n + 1, -2 * a) * mp.gamma(n + HALF) / mp.sqrt(mp.pi) / mp.factorial(n)
    return (-2) ** n * size


def erfcx(x):
    return mp.exp(x * x) * mp.erfc(x)


def phi(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def cdf(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


def quantile(p):
    guess = mp.sqrt(-2 * mp.log(min(p, 1 - p))) if p != HALF else mp.mpf(0)
    guess = -guess if p < HALF else guess
    if min(p, 1 - p) > 0.02:
        guess = mp.sqrt(2) * mp.erfinv(2 * p - 1)
    return mp.findroot(lambda y: mp.log(cdf(y) / p) if p < HALF else mp.log(cdf(-y) / (1 - p)), guess)


def stirling(x):
    return mp.loggamma(x) - (x - HALF) * mp.log(x) + x - mp.log(2 * mp.pi) / 2


def derivatives(f, x, orders):
    """By differences at a precision that they cannot exhaust."""
    x = mp.mpf(x)
    with mp.workdps(220):
        h = abs(x) * mp.mpf(10) ** -40 if x else mp.mpf(10) ** -40
        a, b, c = f(x - h), f(x), f(x + h)
        return [+v for v in [b, (c - a) / (2 * h), (c - 2 * b + a) / h**2][: orders + 1]]


UNARY = [
    ("erf", None, mp.erf, even(-4, 4, 24)),
    ("erfc", None, mp.erfc, even(-5, 26, 40)),
    ("erfcx", None, erfcx, even(-3, 12, 30) + log(1, 8, 8)),
    ("norm_cdf", None, cdf, even(-5, 5, 24)),
    ("inv_mills_ratio", None, lambda x: phi(x) / cdf(x), even(-30, 8, 24)),
    *[("bessel_i0e_derivative", n, lambda x, n=n: i0e_derivative(n, x), even(0.1, 40, 24) + log(-6, 8, 6)) for n in range(1, 6)],
    *[("erfcx_derivative", n, lambda x, n=n: (-1) ** n * mp.factorial(n) / mp.sqrt(mp.pi) * mp.hyperu((n + 1) * HALF, HALF, x * x),
       even(0.05, 12, 24) + log(1, 8, 6)) for n in (1, 2, 3)],
    ("bessel_i0e", None, lambda x: i0e_derivative(0, x), even(0.1, 40, 30) + log(1.5, 8, 6)),
    ("stirling_error", 0, stirling, log(-9, 10, 40)),
    ("ln_1p_ratio", 0, lambda w: mp.log1p(w) / w, log(-8, 10, 30) + even(-0.6, 5, 20)),
    ("ln_1p_excess", None, lambda w: w - mp.log1p(w), log(-8, 8, 30) + log(-8, -0.1, 20, -1)),
]


def two(f, x, y):
    by_x = derivatives(lambda t: f(t, mp.mpf(y)), x, 1)
    by_y = derivatives(lambda t: f(mp.mpf(x), t), y, 1)
    return [by_x[0], by_x[1], by_y[1]]


def upper(a, x):
    return mp.gammainc(a, x, mp.inf, regularized=True)


def lower(a, x):
    return mp.gammainc(a, 0, x, regularized=True)


def near(count):
    """Shapes with a place not far from them."""
    shapes = log(-9, 10, count)
    return [(a, a * (1 + random.uniform(-4, 4) / a**0.5) if a > 20 else 10 ** random.uniform(-6, 1.5)) for a in shapes]


def moderate(count):
    return [(a, x) for a, x in near(8 * count) if a < 500][:count]


BINARY = [
    ("ln_gamma_pdf", None, lambda a, x: (a - 1) * mp.log(x) - x - mp.loggamma(a), near(30)),
    ("ln_gamma_p", None, lambda a, x: mp.log(lower(a, x)), [(a, x) for a, x in moderate(30) if x < a + 3]),
    ("ln_gamma_q", None, lambda a, x: mp.log(upper(a, x)), [(a, x) for a, x in moderate(30) if x > a / 3]),
    ("gamma_q", None, upper, [(a, x) for a, x in moderate(30) if x > a / 3]),
    ("polygamma_drop", 0, lambda x, y: mp.digamma(x) - mp.digamma(x + y), list(zip(log(-9, 10, 40), log(-9, 10, 40)))),
    ("ln_beta", None, lambda a, b: mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b), list(zip(log(-9, 10, 40), log(-9, 10, 40)))),
    ("ln_a_beta", None, lambda a, b: mp.log(a) + mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b),
     [(a, b) for a, b in zip(log(-10, -1, 40), log(-3, 10, 40)) if abs(b - 1) > 0.1]),
    ("kl_div", None, lambda x, y: x * mp.log(x / y) - x + y, [(x, x * (1 + 10 ** random.uniform(-7, 2))) for x in log(-9, 10, 30)]),
]

with open("dense.txt", "w") as out:
    def line(name, index, places, values):
        places = " ".join(repr(float(p)) for p in places)
        out.write(f"{name} {'-' if index is None else index} {places} {' '.join(mp.nstr(v, 19) for v in values)}\n")

    for name, index, f, points in UNARY:
        for x in points:
            line(name, index, [x], derivatives(f, x, 2))
    for x in even(0.01, 0.99, 20) + log(-12, -2, 20):
        # With y = Φ⁻¹(p): 1/φ(y) and y/φ(y)².
        y = quantile(mp.mpf(x))
        line("norm_quantile", None, [x], [y, 1 / phi(y), y / phi(y) ** 2])
    for name, index, f, points in BINARY:
        for x, y in points:
            line(name, index, [x, y], two(f, x, y))
