//! What a programmer reads after a mistake.

use super::*;

fn message(f: impl FnOnce()) -> String {
    let error = catch_unwind(AssertUnwindSafe(f)).expect_err("a panic");
    error
        .downcast_ref::<String>()
        .cloned()
        .unwrap_or_else(|| error.downcast_ref::<&str>().map_or("".into(), |s| s.to_string()))
}

/// Each mistake and the text of its panic; `#` stands for a line of this file.
macro_rules! mistakes {
    ($($mistake:expr => $text:literal;)*) => {
        #[test]
        fn every_message() {
            let (m, x) = (|| Array::ones(&[2, 3], DType::F64), || eye(2));
            let (i, f) = (|| Array::from([[1, 2], [3, 4]]), || eye(2).cast(DType::F32));
            $(
                let mistake: &dyn Fn(&Array, &Array, &Array, &Array) -> Array = &$mistake;
                let got = message(|| { mistake(&m(), &x(), &i(), &f()); });
                let mut parts = got.split(file!());
                let first = parts.next().unwrap_or("").to_string();
                let rest = parts.map(|p| format!("#{}", p.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit())));
                assert_eq!([first].into_iter().chain(rest).collect::<String>(), $text);
            )*
        }
    };
}
mistakes! {
    |m, _, _, _| inv(m) => "inv: needs square matrices, not shape [2, 3]\n  made at #";
    |m, _, _, _| cholesky(&m.get(0)) => "cholesky: needs two axes or more, not shape [3]\n  made at #";
    |_, _, i, _| det(i) => "det: needs a floating-point array, not i32; convert it with .cast(DType::F64)\n  made at #";
    |_, _, i, _| svd(&i.equal(0.0)).0 => "svd: needs a floating-point array, not bool; convert it with .cast(DType::F64)\n  made at #";
    |_, x, _, f| solve(x, f) => "solve: the left array is f64, the right f32; convert one with .cast(DType::…)\n  left made at #\n  right made at #";
    |m, x, _, _| solve(x, &m.get(0)) => "solve: a right-hand side of shape [3] does not fit matrices of shape [2, 2]; it is a vector [n], or matrices […, n, k] for each matrix\n  matrices made at #\n  right-hand side made at #";
    |m, x, _, _| solve_triangular(x, &t(m), Triangle::lower()) => "solve_triangular: a right-hand side of shape [3, 2] does not fit matrices of shape [2, 2]; it is a vector [n], or matrices […, n, k] for each matrix\n  matrices made at #\n  right-hand side made at #";
    |m, _, _, _| lstsq(m, &m.get(0)) => "lstsq: a right-hand side of shape [3] does not fit matrices of shape [2, 3]; it is a vector [n], or matrices […, n, k] for each matrix\n  matrices made at #\n  right-hand side made at #";
    |m, x, _, _| solve_sylvester(x, x, m) => "solve_sylvester: matrices of shapes [2, 2] and [2, 2] want a right-hand side […, 2, 2], not [2, 3]\n  left made at #\n  right made at #\n  right-hand side made at #";
    |_, x, _, _| solve(&x.cast(DType::C64), x) => "solve: the left array is c64, the right f64; convert one with .cast(DType::…)\n  left made at #\n  right made at #";
    |m, _, _, _| eigh(&m.cast(DType::C128)).0 => "eigh: needs square matrices, not shape [2, 3]\n  made at #";
    |m, x, _, _| solve_banded((1, 1), m, x) => "solve_banded: 1 diagonals below the main one and 1 above it are 3 rows, not shape [2, 3]\n  made at #";
    |m, _, _, _| condition_number(&m.slice_axis(1, 0, 0, 1)) => "condition_number: a matrix without elements has no condition number: shape [2, 0]\n  made at #";
    |_, _, _, _| block_diag(&[]) => "block_diag: there are no blocks";
    |m, _, _, _| block_diag(&[m.expand_dims(0)]) => "block_diag: a block has at most two axes, not shape [1, 2, 3]\n  made at #";
    |m, _, _, _| m.norm_axis(Norm::Nuclear, 0) => "norm_axis: a norm of singular values is one of matrices: it runs along two axes, not 1";
    |m, _, _, _| m.norm_axis(Norm::P(3.0), [0, 1]) => "norm_axis: matrices have the orders ±1, ±2, ±∞ and Norm::Two, not 3";
}
