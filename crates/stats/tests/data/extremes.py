"""Writes extremes.txt: distributions with parameters from 1e-10 to 1e10, by mpmath (50 digits).

A line is `name x parameters… value`, for the names of functions in `extremes.rs`.
"""

import random

import mpmath as mp

mp.mp.dps = 50
random.seed(11)
HALF = mp.mpf(1) / 2
U = random.uniform


def log(low, high):
    return 10 ** U(low, high)


def tail_by_integral(ln_density, x, width, low, high, lower):
    """ln of the integral of a density from x outwards, where it falls off."""
    top, sign = ln_density(x), -1 if lower else 1
    places = [x]
    for f in (1, 2, 4, 8, 16, 32, 64, 128, 256):
        place = min(max(x + sign * f * width, low), high)
        places.append(place)
        if place in (low, high):
            break
    with mp.workdps(30):
        parts = [mp.quad(lambda t: mp.exp(ln_density(t) - top), [a, b]) for a, b in zip(places, places[1:])]
        return top + mp.log(abs(mp.fsum(parts)))


def both_ln(minor, lower):
    rest = mp.log1p(-mp.exp(minor))
    return (minor, rest) if lower else (rest, minor)


def beta_ln(x, a, b):
    """ln of I_x(a, b) and of the rest."""
    x, a, b = mp.mpf(x), mp.mpf(a), mp.mpf(b)
    if max(a, b) < 300:
        below = mp.betainc(a, b, 0, x, regularized=True)
        above = mp.betainc(b, a, 0, 1 - x, regularized=True)
        return mp.log(below), mp.log(above)
    n = a + b
    constant = mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(n)
    density = lambda t: (a - 1) * mp.log(t) + (b - 1) * mp.log1p(-t)
    steep = abs((a - 1) / x - (b - 1) / (1 - x))
    width = min(mp.sqrt(a * b / n**3), 1 / steep if steep else mp.inf)
    lower = x < a / n
    return both_ln(tail_by_integral(density, x, width, mp.mpf(0), mp.mpf(1), lower) - constant, lower)


def gamma_ln(x, a):
    x, a = mp.mpf(x), mp.mpf(a)
    if a < 300 and x < 1000:
        below = mp.gammainc(a, 0, x, regularized=True)
        above = mp.gammainc(a, x, mp.inf, regularized=True)
        return mp.log(below), mp.log(above)
    density = lambda t: (a - 1) * mp.log(t) - t - mp.loggamma(a)
    steep = abs((a - 1) / x - 1)
    width = min(mp.sqrt(a), 1 / steep if steep else mp.inf)
    lower = x < a
    return both_ln(tail_by_integral(density, x, width, mp.mpf(0), mp.inf, lower), lower)


def t_logpdf(z, df):
    z, df = mp.mpf(z), mp.mpf(df)
    with mp.workdps(90):
        rest = (df + 1) / 2 * mp.log1p(z * z / df)
        return mp.loggamma((df + 1) / 2) - mp.loggamma(df / 2) - mp.log(mp.pi * df) / 2 - rest


def t_ln(z, df):
    df, away = mp.mpf(df), abs(mp.mpf(z))
    if df < 3000:
        upper = mp.log(mp.betainc(df / 2, HALF, 0, df / (df + away**2), regularized=True) / 2)
    else:
        upper = tail_by_integral(lambda t: t_logpdf(t, df), away, 1 / (1 + away), mp.mpf(0), mp.inf, False)
    return both_ln(upper, z < 0)


out = open("extremes.txt", "w")


def line(name, places, value):
    places = " ".join(repr(float(p)) for p in places)
    out.write(f"{name} {places} {mp.nstr(value, 19)}\n")


def tails(name, places, below, above):
    line(f"{name}.logcdf", places, below)
    line(f"{name}.logsf", places, above)
    line(f"{name}.cdf", places, mp.exp(below))
    line(f"{name}.sf", places, mp.exp(above))


beta = [(0.5, 1e5, 1e5), (0.5, 1e6, 1e6), (0.5, 1e10, 1e10), (0.49, 1e8, 1e8), (0.50001, 1e10, 1e10), (0.3, 119.0, 122.0)]
for _ in range(30):
    a, b = log(1, 10), log(2.1, 10)
    sd = (a * b / (a + b) ** 3) ** 0.5
    beta.append((a / (a + b) + sd * random.choice([U(-1, 1), U(-5, 5), U(-40, 40)]), a, b))
for _ in range(40):
    a, b = log(-2, 2.3), log(-2, 2.3)
    beta.append((random.choice([U(0, 1), random.betavariate(max(a, 0.1), max(b, 0.1)), log(-8, 0)]), a, b))
beta += [(U(0.001, 0.999), log(-10, -2), log(-3, 2)) for _ in range(12)]
for x, a, b in beta:
    if 0 < x < 1:
        below, above = beta_ln(x, a, b)
        # A rest this near to 1 is beyond the working precision.
        if max(below, above) < -1e-30:
            tails("beta", (x, a, b), below, above)
for _ in range(25):
    a = log(-10, 10)
    x = a * (1 + U(-6, 6) / a**0.5) if a > 40 else log(-6, 2)
    below, above = gamma_ln(x, a)
    if max(below, above) < -1e-30:
        tails("gamma", (x, a), below, above)
tails("gamma", (800.0, 1.0), mp.log1p(-mp.exp(-800)), mp.mpf(-800))
for _ in range(40):
    z, df = random.choice([-1, 1]) * random.choice([log(-6, 0), U(0, 8), log(0, 2)]), log(-3, 10)
    if df < 3000 or abs(z) < 35:
        tails("t", (z, df), *t_ln(z, df))
for z, df in [(1.0, 1e10), (1.0, 1e15), (1e200, 1.0), (1e5, 1e-10)] + [(U(-9, 9), log(-10, 10)) for _ in range(20)]:
    line("t.logpdf", (z, df), t_logpdf(z, df))
for _ in range(25):
    x, a, b = U(0, 1), log(-10, 10), log(-10, 10)
    rest = mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(mp.mpf(a) + b)
    line("beta.logpdf", (x, a, b), (mp.mpf(a) - 1) * mp.log(x) + (mp.mpf(b) - 1) * mp.log1p(-mp.mpf(x)) - rest)
    k, mu = float(int(log(0, 10))), log(-10, 10)
    line("poisson.logpmf", (k, mu), mp.mpf(k) * mp.log(mu) - mu - mp.loggamma(mp.mpf(k) + 1))
    line("gamma.logpdf", (mu, a), (mp.mpf(a) - 1) * mp.log(mu) - mu - mp.loggamma(a))
    several = mp.loggamma(mp.mpf(k) + a) - mp.loggamma(a) - mp.loggamma(mp.mpf(k) + 1)
    line("nbinom.logpmf", (k, a, x), several + mp.mpf(a) * mp.log(x) + k * mp.log1p(-mp.mpf(x)))
    line("gamma.entropy", (a,), mp.mpf(a) + mp.loggamma(a) + (1 - mp.mpf(a)) * mp.digamma(a))
    h = mp.mpf(a) / 2
    half = mp.log(mp.beta(h, HALF))
    line("t.entropy", (a,), (h + HALF) * (mp.digamma(h + HALF) - mp.digamma(h)) + mp.log(a) / 2 + half)
    n = mp.mpf(a) + b
    inner = (mp.mpf(a) - 1) * mp.digamma(a) + (mp.mpf(b) - 1) * mp.digamma(b)
    line("beta.entropy", (a, b), rest - inner + (n - 2) * mp.digamma(n))
for k, n in [(1e10, 1e10), (1e5, 1e5)]:
    line("poisson.logpmf", (k, n), mp.mpf(k) * mp.log(n) - n - mp.loggamma(mp.mpf(k) + 1))
    line("gamma.logpdf", (k, n), (mp.mpf(n) - 1) * mp.log(k) - k - mp.loggamma(n))
out.close()
