//! The real Schur form: Householder's reduction to Hessenberg form and Francis' double-shifted QR iteration (Golub &
//! Van Loan, Matrix Computations, §7.4 and §7.5; the tests for small elements are EISPACK's).

use faer::Mat;

/// A matrix as `z t zᵀ`.
pub struct Schur {
    /// Upper triangular but for 2×2 blocks on its diagonal, one for each pair of complex eigenvalues.
    pub t: Mat<f64>,
    /// Orthogonal.
    pub z: Mat<f64>,
}

/// How many steps may be spent on one eigenvalue.
const STEPS: usize = 60;

impl Schur {
    /// The Schur form of `a`; `None` if the iteration does not converge.
    pub fn new(a: &Mat<f64>) -> Option<Schur> {
        let n = a.nrows();
        let mut s = Schur { t: a.clone(), z: Mat::identity(n, n) };
        s.reduce();
        s.iterate()?;
        Some(s)
    }

    /// The diagonal blocks: first index and extent, 1 or 2.
    pub fn blocks(&self) -> Vec<(usize, usize)> {
        let (n, mut blocks, mut i) = (self.t.nrows(), vec![], 0);
        while i < n {
            let size = if i + 1 < n && self.t[(i + 1, i)] != 0.0 { 2 } else { 1 };
            blocks.push((i, size));
            i += size
        }
        blocks
    }

    /// Reduces to Hessenberg form: zeros below the first subdiagonal.
    fn reduce(&mut self) {
        let n = self.t.nrows();
        for k in 0..n.saturating_sub(2) {
            let mut v: Vec<f64> = (k + 1..n).map(|i| self.t[(i, k)]).collect();
            let norm = v.iter().fold(0.0, |r: f64, x| r.hypot(*x));
            if v[1..].iter().all(|x| *x == 0.0) {
                continue;
            }
            v[0] += norm.copysign(v[0]);
            let size = v.iter().fold(0.0, |r: f64, x| r.hypot(*x));
            v.iter_mut().for_each(|x| *x /= size);
            for j in 0..n {
                let along: f64 = v.iter().enumerate().map(|(i, x)| x * self.t[(k + 1 + i, j)]).sum();
                v.iter().enumerate().for_each(|(i, x)| self.t[(k + 1 + i, j)] -= 2.0 * along * x)
            }
            for m in [&mut self.t, &mut self.z] {
                for i in 0..n {
                    let along: f64 = v.iter().enumerate().map(|(j, x)| x * m[(i, k + 1 + j)]).sum();
                    v.iter().enumerate().for_each(|(j, x)| m[(i, k + 1 + j)] -= 2.0 * along * x)
                }
            }
            (k + 2..n).for_each(|i| self.t[(i, k)] = 0.0)
        }
    }

    /// Iterates from Hessenberg to Schur form.
    fn iterate(&mut self) -> Option<()> {
        let n = self.t.nrows();
        let norm: f64 = self.t.col_iter().flat_map(|c| c.iter()).map(|x| x.abs()).sum();
        // The active block ends before `end`; the rows from there on are done.
        let (mut end, mut steps) = (n, 0);
        while end > 0 {
            let hi = end - 1;
            let mut low = hi;
            while low > 0 {
                let t = &mut self.t;
                let size = t[(low - 1, low - 1)].abs() + t[(low, low)].abs();
                let size = if size == 0.0 { norm } else { size };
                if t[(low, low - 1)].abs() <= f64::EPSILON * size {
                    t[(low, low - 1)] = 0.0;
                    break;
                }
                low -= 1
            }
            match hi - low {
                0 => (end, steps) = (end - 1, 0),
                1 => {
                    self.split(hi);
                    (end, steps) = (end - 2, 0)
                }
                _ => {
                    steps += 1;
                    if steps > STEPS {
                        return None;
                    }
                    self.step(low, hi, steps % 10 == 0)
                }
            }
        }
        Some(())
    }

    /// Makes the 2×2 block that ends at `hi` triangular if its eigenvalues are real.
    fn split(&mut self, hi: usize) {
        let (n, t) = (self.t.nrows(), &self.t);
        let (a, b, c, d) = (t[(hi - 1, hi - 1)], t[(hi - 1, hi)], t[(hi, hi - 1)], t[(hi, hi)]);
        let half = 0.5 * (a - d);
        let square = half * half + b * c;
        if square < 0.0 {
            return;
        }
        let root = half + square.sqrt().copysign(half);
        let size = c.hypot(root);
        let (sin, cos) = (c / size, root / size);
        for j in hi - 1..n {
            let (x, y) = (self.t[(hi - 1, j)], self.t[(hi, j)]);
            (self.t[(hi - 1, j)], self.t[(hi, j)]) = (cos * x + sin * y, cos * y - sin * x)
        }
        for (m, rows) in [(&mut self.t, hi + 1), (&mut self.z, n)] {
            for i in 0..rows {
                let (x, y) = (m[(i, hi - 1)], m[(i, hi)]);
                (m[(i, hi - 1)], m[(i, hi)]) = (cos * x + sin * y, cos * y - sin * x)
            }
        }
        self.t[(hi, hi - 1)] = 0.0
    }

    /// One double-shifted step on rows and columns `low` to `hi`. If `odd`, the shifts are exceptional ones,
    /// which end cycles.
    fn step(&mut self, low: usize, hi: usize, odd: bool) {
        let (n, t) = (self.t.nrows(), &mut self.t);
        let (mut x, mut y, mut w) = (t[(hi, hi)], t[(hi - 1, hi - 1)], t[(hi, hi - 1)] * t[(hi - 1, hi)]);
        if odd {
            let s = t[(hi, hi - 1)].abs() + t[(hi - 1, hi - 2)].abs();
            (x, y, w) = (x + 0.75 * s, x + 0.75 * s, -0.4375 * s * s)
        }
        // The first column of (T − shift₁)(T − shift₂). The step begins at row m, below two consecutive small
        // subdiagonal elements, or at `low`.
        let mut m = hi - 2;
        let mut first;
        loop {
            let z = t[(m, m)];
            let (r, s) = (x - z, y - z);
            let p = (r * s - w) / t[(m + 1, m)] + t[(m, m + 1)];
            let q = t[(m + 1, m + 1)] - z - r - s;
            let r = t[(m + 2, m + 1)];
            let size = p.abs() + q.abs() + r.abs();
            first = [p / size, q / size, r / size];
            if m == low {
                break;
            }
            let beside = t[(m - 1, m - 1)].abs() + z.abs() + t[(m + 1, m + 1)].abs();
            let small = t[(m, m - 1)].abs() * (first[1].abs() + first[2].abs());
            if small <= f64::EPSILON * first[0].abs() * beside {
                break;
            }
            m -= 1
        }
        for i in m + 2..=hi {
            t[(i, i - 2)] = 0.0;
            if i > m + 2 {
                t[(i, i - 3)] = 0.0
            }
        }
        // Reflections that chase the bulge down.
        for k in m..hi {
            let three = k + 1 < hi;
            let mut size = 1.0;
            let [mut p, mut q, mut r] = first;
            if k > m {
                let t = &self.t;
                (p, q, r) = (t[(k, k - 1)], t[(k + 1, k - 1)], if three { t[(k + 2, k - 1)] } else { 0.0 });
                size = p.abs() + q.abs() + r.abs();
                if size == 0.0 {
                    continue;
                }
                (p, q, r) = (p / size, q / size, r / size)
            }
            let s = (p * p + q * q + r * r).sqrt().copysign(p);
            if s == 0.0 {
                continue;
            }
            if k > m {
                self.t[(k, k - 1)] = -s * size
            } else if low != m {
                self.t[(k, k - 1)] = -self.t[(k, k - 1)]
            }
            p += s;
            let (x, y, z) = (p / s, q / s, r / s);
            (q, r) = (q / p, r / p);
            for j in k..n {
                let t = &mut self.t;
                let mut along = t[(k, j)] + q * t[(k + 1, j)];
                if three {
                    along += r * t[(k + 2, j)];
                    t[(k + 2, j)] -= along * z
                }
                t[(k, j)] -= along * x;
                t[(k + 1, j)] -= along * y
            }
            for (matrix, rows) in [(&mut self.t, (k + 4).min(hi + 1)), (&mut self.z, n)] {
                for i in 0..rows {
                    let mut along = x * matrix[(i, k)] + y * matrix[(i, k + 1)];
                    if three {
                        along += z * matrix[(i, k + 2)];
                        matrix[(i, k + 2)] -= along * r
                    }
                    matrix[(i, k)] -= along;
                    matrix[(i, k + 1)] -= along * q
                }
            }
        }
    }
}
