"""Writes docs/accuracy.md: the largest errors of every function over its domain, beside JAX's and SciPy's.

    cargo build --release -p accuracy
    python accuracy.py ../../../target/release/accuracy

Without the program only the exact values are computed. Needs SymPy, JAX and SciPy. What was computed exactly is kept in the folder CACHE, if that environment variable names one; with KEPT nothing new
is computed.
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
import distributions
import reasons
from exact import ANY, Beyond, Branch
from elementary import Numeric
from reference import results

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../docs/accuracy.md")
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
    f = next(g for g in elementary.ALL if g.name == name and g.arity == arity)
    branches = [(where, Branch(e, f.symbols)) for where, e in f.branches] if not isinstance(f, (Numeric, distributions.Jets)) else []
    out = []
    for p in points:
        try:
            out.append([v if isinstance(v, (int, float)) and not isinstance(v, Beyond) else ANY for v in results(f, p, branches)])
        except (ValueError, ArithmeticError, TypeError):
            out.append([ANY])
    return out


def units(got, want):
    if want == ANY or math.isnan(want) or math.isinf(want) or 0 < abs(want) < LEAST / EPS or want == 0:
        return None
    if not math.isfinite(got):
        return math.inf
    return abs(got - want) / (2.0 ** math.floor(math.log2(abs(want))) * EPS)


def worst(points, got, want, arity):
    """The largest error of value, first and second derivatives, each with its point."""
    ranges = [(0, 1), (1, 1 + arity), (1 + arity, 1 + arity * (arity + 3) // 2)]
    out = []
    for lo, hi in ranges:
        best = (0.0, None)
        for p, g, w in zip(points, got, want):
            for k in range(lo, hi):
                if k < len(g) and k < len(w):
                    u = units(g[k], w[k])
                    if u is not None and u > best[0]:
                        best = (u, p)
        out.append(best)
    return out


def peers():
    """JAX's functions by our names, and SciPy's."""
    import jax
    import jax.numpy as jnp
    import jax.scipy.special as js
    import jax.scipy.stats as jst
    import scipy.special as ss
    import scipy.stats as st

    jax.config.update("jax_enable_x64", True)
    same = "sin cos tan exp exp2 sqrt cbrt sinh cosh tanh log2 log10 hypot".split()
    j = {n: getattr(jnp, n) for n in same} | {
        "ln": jnp.log, "ln_1p": jnp.log1p, "exp_m1": jnp.expm1, "asin": jnp.arcsin, "acos": jnp.arccos, "atan": jnp.arctan, "asinh": jnp.arcsinh, "acosh": jnp.arccosh,
        "atanh": jnp.arctanh, "recip": jnp.reciprocal, "square": jnp.square, "logistic": jax.nn.sigmoid, "softplus": jax.nn.softplus, "erf": js.erf, "erfc": js.erfc, "erf_inv": js.erfinv,
        "gamma": js.gamma, "ln_gamma": js.gammaln, "norm_cdf": js.ndtr, "norm_log_cdf": js.log_ndtr, "norm_quantile": js.ndtri, "logit": js.logit, "exp_int_ei": js.expi, "exp_int_e1": js.exp1,
        "bessel_i0": js.i0, "bessel_i1": js.i1, "bessel_i0e": js.i0e, "bessel_i1e": js.i1e, "polygamma:0": js.digamma, "polygamma:1": lambda x: js.polygamma(1, x), "polygamma:2": lambda x: js.polygamma(2, x),
        "entr": js.entr, "xlogx": lambda x: js.xlogy(x, x), "sinc": jnp.sinc, "gelu": lambda x: jax.nn.gelu(x, approximate=False), "gelu_tanh": jax.nn.gelu, "silu": jax.nn.silu, "mish": jax.nn.mish,
        "elu": jax.nn.elu, "selu": jax.nn.selu, "log_sigmoid": jax.nn.log_sigmoid, "squareplus": lambda x: jax.nn.squareplus(x, 4.0), "soft_sign": jax.nn.soft_sign, "rsqrt": jax.lax.rsqrt,
        "pow": jnp.power, "atan2": jnp.arctan2, "log_add_exp": jnp.logaddexp, "log_add_exp2": jnp.logaddexp2, "ln_beta": js.betaln, "gamma_p": js.gammainc, "gamma_q": js.gammaincc,
        "xlogy": js.xlogy, "xlog1py": js.xlog1py, "rel_entr": js.rel_entr, "kl_div": js.kl_div, "div": jnp.divide, "mul": jnp.multiply,
        "beta.betainc": lambda x, a, b: js.betainc(a, b, x), "beta.cdf": jst.beta.cdf, "beta.logpdf": jst.beta.logpdf, "beta.pdf": jst.beta.pdf, "beta.sf": jst.beta.sf, "beta.logcdf": jst.beta.logcdf, "beta.logsf": jst.beta.logsf,
        "norm.pdf": jst.norm.pdf, "norm.logpdf": jst.norm.logpdf, "norm.cdf": jst.norm.cdf, "norm.logcdf": jst.norm.logcdf, "norm.sf": jst.norm.sf, "norm.logsf": jst.norm.logsf, "norm.ppf": jst.norm.ppf,
        "t.pdf": jst.t.pdf, "t.logpdf": jst.t.logpdf, "gamma.pdf": jst.gamma.pdf, "gamma.logpdf": jst.gamma.logpdf, "gamma.cdf": jst.gamma.cdf, "gamma.sf": jst.gamma.sf, "gamma.logcdf": jst.gamma.logcdf, "gamma.logsf": jst.gamma.logsf,
        "chi2.pdf": jst.chi2.pdf, "chi2.logpdf": jst.chi2.logpdf, "chi2.cdf": jst.chi2.cdf, "chi2.sf": jst.chi2.sf, "chi2.logcdf": jst.chi2.logcdf, "chi2.logsf": jst.chi2.logsf,
        "poisson.pmf": jst.poisson.pmf, "poisson.logpmf": jst.poisson.logpmf, "poisson.cdf": jst.poisson.cdf, "nbinom.pmf": jst.nbinom.pmf, "nbinom.logpmf": jst.nbinom.logpmf,
    }
    s = {"erf": ss.erf, "erfc": ss.erfc, "erfcx": ss.erfcx, "erf_inv": ss.erfinv, "gamma": ss.gamma, "ln_gamma": ss.gammaln, "norm_cdf": ss.ndtr, "norm_log_cdf": ss.log_ndtr, "norm_quantile": ss.ndtri, "logit": ss.logit,
         "logistic": ss.expit, "log_sigmoid": ss.log_expit, "exp_int_ei": ss.expi, "exp_int_e1": ss.exp1, "bessel_i0": ss.i0, "bessel_i1": ss.i1, "bessel_i0e": ss.i0e, "bessel_i1e": ss.i1e, "polygamma:0": ss.digamma,
         "polygamma:1": lambda x: ss.polygamma(1, x), "polygamma:2": lambda x: ss.polygamma(2, x), "polygamma:5": lambda x: ss.polygamma(5, x), "entr": ss.entr, "xlogy": ss.xlogy, "xlog1py": ss.xlog1py, "rel_entr": ss.rel_entr, "kl_div": ss.kl_div,
         "ln_beta": ss.betaln, "gamma_p": ss.gammainc, "gamma_q": ss.gammaincc, "cbrt": ss.cbrt, "rgamma": ss.rgamma, "erfcinv": ss.erfcinv, "beta.betainc": lambda x, a, b: ss.betainc(a, b, x)}
    for n in (0, 1, 2, 5):
        s |= {f"bessel_j:{n}": lambda x, n=n: ss.jn(n, x), f"bessel_y:{n}": lambda x, n=n: ss.yn(n, x), f"bessel_i:{n}": lambda x, n=n: ss.iv(n, x)}
    for family, d in (("norm", st.norm), ("t", st.t), ("beta", st.beta), ("gamma", st.gamma), ("chi2", st.chi2), ("poisson", st.poisson), ("nbinom", st.nbinom)):
        for kind in ("pdf", "logpdf", "pmf", "logpmf", "cdf", "sf", "logcdf", "logsf", "ppf"):
            if hasattr(d, kind):
                s.setdefault(f"{family}.{kind}", getattr(d, kind))
        if family != "norm":
            s[f"{family}.entropy"] = lambda *p, d=d: d.entropy(*p)
    return j, s


def of_jax(f, points, arity):
    import jax
    import jax.numpy as jnp

    columns = [jnp.array(c) for c in zip(*points)]
    order = list(range(arity))
    first = [jax.vmap(jax.grad(f, i)) for i in order]
    second = [jax.vmap(jax.grad(jax.grad(f, i), j)) for i in order for j in order[i:]]
    out = []
    for g in [jax.vmap(f), *first, *second]:
        try:
            out.append([float(v) for v in g(*columns)])
        except Exception:
            out.append([math.nan] * len(points))
    return [[c[i] for c in out] for i in range(len(points))]


def figure(error):
    u = error[0]
    return "∞" if math.isinf(u) else f"{u:.0f}" if u < 1e4 else f"{u:.0e}".replace("e+0", "e").replace("e+", "e")


def at(p):
    return "(" + ", ".join(f"{v:.4g}" for v in p) + ")" if len(p) > 1 else f"{p[0]:.4g}"


def limits(f):
    return (4504, 4504, 45036) if "." in f.name else (4, 8, 64)


def main():
    wanted = [f for f in elementary.ALL if f.points and (f.branches or isinstance(f, (Numeric, distributions.Jets))) and not f.name.startswith(("where ", "bernoulli", "powi:-2147"))]
    jobs = [(f.name, f.arity, distribution_points(f) if "." in f.name else points(f)) for f in wanted]
    cache = os.environ.get("CACHE")
    path = cache and os.path.join(cache, "dense.json")
    known = json.load(open(path)) if path and os.path.exists(path) else {}
    key = lambda j: f"{j[0]}/{j[1]}/{len(j[2])}"
    new = [j for j in jobs if key(j) not in known]
    with Pool(int(os.environ.get("JOBS", "2"))) as pool:
        for j, e in zip([] if os.environ.get("KEPT") else new, pool.imap(exact, [] if os.environ.get("KEPT") else new)):
            known[key(j)] = e
            if path:
                json.dump(known, open(path, "w"))
    if not sys.argv[1:]:
        return
    # What has no exact values yet is left out.
    wanted, jobs = zip(*[(f, j) for f, j in zip(wanted, jobs) if key(j) in known])
    program = sys.argv[1]
    text = "".join(f"{n.replace(' ', '_')} {' '.join(map(repr, p))}\n" for n, _, ps in jobs for p in ps)
    lines = subprocess.run([program], input=text, capture_output=True, text=True, check=True).stdout.splitlines()
    ours = {}
    for line in lines:
        name, *numbers = line.split()
        ours.setdefault(name, []).append([float(v) for v in numbers])
    j, s = peers()
    rows, worse = {"elementary": [], "pairs": [], "distributions": []}, []
    for f, (name, arity, ps) in zip(wanted, jobs):
        got = [r[arity:] for r in ours[name.replace(" ", "_")] if len(r) == arity + 1 + arity * (arity + 3) // 2]
        want = known[key((name, arity, ps))]
        mine = worst(ps, got, want, arity)
        theirs = [figure(e) for e in worst(ps, of_jax(j[name], ps, arity), want, arity)] if name in j else ["", "", ""]
        try:
            values = [[float(v)] for v in s[name](*zip(*ps))] if name in s else None
        except Exception:
            values = None
        scipy = figure(worst(ps, values, want, arity)[0]) if values else ""
        part = "distributions" if "." in name else "elementary" if arity == 1 else "pairs"
        rows[part].append(f"| `{name}` | " + " | ".join(figure(e) for e in mine) + " | " + " | ".join(theirs) + f" | {scipy} |")
        for what, e, limit in zip(("value", "first", "second"), mine, limits(f)):
            if e[0] > limit:
                worse.append((name, what, figure(e), at(e[1])))
    write(rows, worse)


def write(rows, worse):
    head = "| function | value | first | second | JAX: value | first | second | SciPy: value |\n|---|---|---|---|---|---|---|---|\n"
    out = [reasons.HEAD.format(count=COUNT)]
    for part, title in (("elementary", "Functions of one number"), ("pairs", "Functions of two numbers"), ("distributions", "Distributions")):
        out.append(f"\n## {title}\n\n" + (reasons.DISTRIBUTIONS if part == "distributions" else "") + head + "\n".join(rows[part]) + "\n")
    out.append(reasons.WORSE)
    out.append("\n| function | derivative | units | at | why |\n|---|---|---|---|---|\n")
    for name, what, size, where in worse:
        out.append(f"| `{name}` | {what} | {size} | {where} | {reasons.why(name, what)} |\n")
    out.append(reasons.SPECIAL)
    for line in reasons.known():
        name, order, kind, size, reason = line.split(maxsplit=4)
        out.append(f"| `{name}` | {('value', 'first', 'second')[int(order)]} | {kind} | {size.replace('inf', '∞')} | {reason} |\n")
    open(PAGE, "w").write("".join(out))


if __name__ == "__main__":
    main()
