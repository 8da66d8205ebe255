"""The same functions in JAX and in SciPy, by our names."""


import multiprocessing

import jax
import jax.numpy as jnp
import jax.scipy.special as js
import jax.scipy.stats as jst
import numpy
import scipy
import scipy.special as ss
import scipy.stats as st

jax.config.update("jax_enable_x64", True)
VERSIONS = f"JAX {jax.__version__} (64 bits, on the processor) and SciPy {scipy.__version__} with NumPy {numpy.__version__}"


def of_vectors(f):
    """A function of a vector, of its elements."""
    return lambda *x: f(jnp.stack(x))


def tables():
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
         "ln_beta": ss.betaln, "gamma_p": ss.gammainc, "gamma_q": ss.gammaincc, "cbrt": ss.cbrt, "rgamma": ss.rgamma, "erfc_inv": ss.erfcinv, "beta.betainc": lambda x, a, b: ss.betainc(a, b, x)}
    for n in (0, 1, 2, 5):
        s |= {f"bessel_j:{n}": lambda x, n=n: ss.jn(n, x), f"bessel_y:{n}": lambda x, n=n: ss.yn(n, x), f"bessel_i:{n}": lambda x, n=n: ss.iv(n, x)}
    for family, d in (("norm", st.norm), ("t", st.t), ("beta", st.beta), ("gamma", st.gamma), ("chi2", st.chi2), ("poisson", st.poisson), ("nbinom", st.nbinom)):
        for kind in ("pdf", "logpdf", "pmf", "logpmf", "cdf", "sf", "logcdf", "logsf", "ppf"):
            if hasattr(d, kind):
                s.setdefault(f"{family}.{kind}", getattr(d, kind))
        if family != "norm":
            s[f"{family}.entropy"] = lambda *p, d=d: d.entropy(*p)
    reductions = {
        "sum": jnp.sum, "mean": jnp.mean, "prod": jnp.prod, "var": jnp.var, "std": jnp.std, "logsumexp": js.logsumexp, "norm": jnp.linalg.norm, "norm_1": lambda x: jnp.linalg.norm(x, 1),
        "norm_3": lambda x: jnp.linalg.norm(x, 3), "norm_half": lambda x: jnp.linalg.norm(x, 0.5), "norm_minus_1": lambda x: jnp.linalg.norm(x, -1), "softmax_first": lambda x: jax.nn.softmax(x)[0],
        "log_softmax_first": lambda x: jax.nn.log_softmax(x)[0], "standardize_first": lambda x: jax.nn.standardize(x, epsilon=1 / 1024)[0], "cumsum_last": lambda x: jnp.cumsum(x)[-1],
        "cumprod_last": lambda x: jnp.cumprod(x)[-1], "cumlogsumexp_last": lambda x: jax.lax.cumlogsumexp(x)[-1], "diff_first": lambda x: jnp.diff(x)[0], "trapezoid": jnp.trapezoid,
    }
    return j | {name: of_vectors(f) for name, f in reductions.items()}, s


JAX, SCIPY = tables()


def of_order(name, order, points):
    """Derivatives of one order by every argument, or combination of them, at each point."""
    f, arguments = JAX[name], range(len(points[0]))
    if order == 0:
        all = [f]
    elif order == 1:
        all = [jax.grad(f, i) for i in arguments]
    else:
        all = [jax.grad(jax.grad(f, i), j) for i in arguments for j in arguments[i:]]
    columns = [jnp.array(c) for c in zip(*points)]
    return [[float(v) for v in c] for c in jax.jit(lambda *x: [jax.vmap(g)(*x) for g in all])(*columns)]


class Jax:
    """Runs of JAX in a process of their own, since some compile for many minutes: these count as missing."""

    SECONDS = 40

    def __init__(self):
        self.start()

    def start(self):
        self.pool = multiprocessing.get_context("spawn").Pool(1)
        self.pool.apply(len, ([],))

    def at(self, name, points, arity):
        """Value and derivatives at each point, None where JAX has no derivative; None if it has no such function."""
        if name not in JAX:
            return None
        out = []
        for order, count in enumerate((1, arity, arity * (arity + 1) // 2)):
            try:
                out += self.pool.apply_async(of_order, (name, order, points)).get(self.SECONDS)
            except Exception as e:
                print(f"JAX, {name}, order {order}: {type(e).__name__} {e}".splitlines()[0], flush=True)
                out += [[None] * len(points)] * count
                if isinstance(e, multiprocessing.TimeoutError):
                    self.pool.terminate()
                    self.start()
        return [[c[i] for c in out] for i in range(len(points))]


def of_scipy(name, points):
    """The values at each point."""
    if name not in SCIPY:
        return None
    with numpy.errstate(all="ignore"):
        return [[float(v)] for v in SCIPY[name](*(numpy.array(c) for c in zip(*points)))]
