//! Wrong calls of products of arrays: contractions, convolutions, Fourier transforms, linear algebra.

use crate::*;

fn nothing() -> Array {
    Array::zeros(&[0], DType::F64)
}
fn ones(shape: &[usize]) -> Array {
    Array::ones(shape, DType::F64)
}

crate::harness::mistakes! {
    m().matmul(&a()) => "matmul: shapes [2, 2] and [3] do not fit\n  left made at #\n  right made at #";
    Array::from(1.0).matmul(&a()) => "matmul: shapes [] and [3] do not fit\n  left made at #\n  right made at #";
    m().matmul(&f()) => "matmul: the left array is f64, the right f32; convert one with .cast(DType::…)\n  left made at #\n  right made at #";
    b().matmul(&b()) => "matmul: is not defined for bool arrays; convert them with .cast(DType::I64) to count, and compare the counts with 0 for logic\n  left made at #\n  right made at #";
    a().dot(&d()) => "dot: shapes [3] and [2] do not fit\n  left made at #\n  right made at #";
    b().dot(&b()) => "dot: is not defined for bool arrays; convert them with .cast(DType::I64) to count, and compare the counts with 0 for logic\n  left made at #\n  right made at #";
    a().inner(&d()) => "inner: shapes [3] and [2] do not fit\n  left made at #\n  right made at #";
    a().vdot(&d()) => "vdot: shapes [3] and [2] do not fit\n  left made at #\n  right made at #";
    a().outer(&f()) => "outer: the left array is f64, the right f32; convert one with .cast(DType::…)\n  left made at #\n  right made at #";
    a().tensordot(&d(), 1) => "tensordot: shapes [3] and [2] do not fit\n  left made at #\n  right made at #";
    a().tensordot(&a(), 2) => "tensordot: shapes [3] and [3] do not fit\n  left made at #\n  right made at #";
    a().tensordot_axes(&d(), 0, 0) => "tensordot: shapes [3] and [2] do not fit\n  left made at #\n  right made at #";
    a().tensordot_axes(&a(), 1, 0) => "tensordot: axis 1 is out of range for shape [3] of 1 axes\n  made at #";
    a().kron(&f()) => "kron: the left array is f64, the right f32; convert one with .cast(DType::…)\n  left made at #\n  right made at #";
    a().cross(&d()) => "cross: shapes [3] and [2] do not fit\n  left made at #\n  right made at #";
    w().cross(&ones(&[3, 3])) => "cross: shapes [2, 3] and [3, 3] do not broadcast\n  left made at #\n  right made at #";
    a().subtract_outer(&f()) => "subtract_outer: the left array is f64, the right f32; convert one with .cast(DType::…)\n  left made at #\n  right made at #";
    multi_dot(&[]) => "multi_dot: there are no matrices";
    multi_dot(&[m(), w(), m()]) => "multi_dot: shapes [2, 3] and [2, 2] do not fit\n  left made at #\n  right made at #";
    einsum("ij,jk->ik", &[m(), a()]) => "einsum: \"jk\" of \"ij,jk->ik\" for shape [3]\n  made at #";
    einsum("ij,jk->ik", &[m()]) => "einsum: \"ij,jk->ik\" names 2 operands, not 1";
    einsum("ij->ik", &[m()]) => "einsum: `k` of the result in \"ij->ik\" is in no operand, or twice in the result";
    einsum("ij,jk->ik", &[w(), m()]) => "einsum: an axis of \"ij,jk->ik\" has extents 3 and 2\n  made at #";
    einsum("i,i->", &[b(), b()]) => "einsum: is not defined for bool arrays; convert them with .cast(DType::I64) to count, and compare the counts with 0 for logic\n  left made at #\n  right made at #";
    einsum("i,i->", &[a(), f()]) => "einsum: the left array is f64, the right f32; convert one with .cast(DType::…)\n  left made at #\n  right made at #";
    m().conv(&a(), &[], &[], &[]) => "conv: shapes [2, 2] and [3] do not fit\n  input made at #\n  kernel made at #";
    ones(&[1, 5, 2]).conv(&ones(&[3, 3, 4]), &[], &[], &[]) => "conv: 2 input channels, kernel 3 → 4, 1 groups do not fit\n  input made at #\n  kernel made at #";
    ones(&[1, 5, 2]).conv(&ones(&[3, 2, 4]), &[1, 1], &[], &[]) => "conv: strides, padding and dilations have one entry (not 0) for each of 1 spatial axes: Convolution { strides: [1, 1], padding: [], input_dilation: [], kernel_dilation: [], groups: 1, axes: [\"N0C\", \"0IO\", \"N0C\"] }";
    ones(&[1, 5, 2]).conv(&ones(&[3, 2, 4]), &[0], &[], &[]) => "conv: strides, padding and dilations have one entry (not 0) for each of 1 spatial axes: Convolution { strides: [0], padding: [], input_dilation: [], kernel_dilation: [], groups: 1, axes: [\"N0C\", \"0IO\", \"N0C\"] }";
    b().reshape([1, 3, 1]).conv(&b().reshape([3, 1, 1]), &[], &[], &[]) => "conv: is not defined for bool arrays; convert them with .cast(DType::I64) to count, and compare the counts with 0 for logic\n  left made at #\n  right made at #";
    m().conv_general_dilated(&a(), &Convolution::new("NC", "IO", "NC")) => "conv: shapes [2, 2] and [3] do not fit\n  input made at #\n  kernel made at #";
    ones(&[1, 5, 2]).conv_general_dilated(&ones(&[3, 2, 4]), &Convolution::new("NWX", "WIO", "NWC")) => "conv: axes \"NWX\" are not N, C and the spatial ['W', 'X'] of 3 axes";
    m().conv_transpose(&a(), &Convolution::new("NC", "IO", "NC")) => "conv: shapes [2, 2] and [3] do not fit\n  input made at #\n  kernel made at #";
    a().convolve(&m(), "full") => "convolve: needs two vectors with elements, not shapes [2, 2] and [3]\n  one made at #\n  other made at #";
    a().convolve(&a(), "half") => "convolve: the mode is \"full\", \"same\" or \"valid\", not \"half\"";
    a().convolve(&f(), "full") => "convolve: the left array is f64, the right f32; convert one with .cast(DType::…)\n  left made at #\n  right made at #";
    a().correlate(&m(), "full") => "correlate: needs two vectors with elements, not shapes [2, 2] and [3]\n  one made at #\n  other made at #";
    m().max_pool(&[2], &[1, 1], &[]) => "max_pool: window [2], strides [1, 1] and padding [] have one entry, not 0, for each axis of shape [2, 2]\n  made at #";
    m().max_pool(&[0, 1], &[1, 1], &[]) => "max_pool: window [0, 1], strides [1, 1] and padding [] have one entry, not 0, for each axis of shape [2, 2]\n  made at #";
    m().sum_pool(&[2], &[1, 1], &[]) => "sum_pool: window [2], strides [1, 1] and padding [] have one entry, not 0, for each axis of shape [2, 2]\n  made at #";
    m().avg_pool(&[2], &[1, 1], &[], true) => "avg_pool: window [2], strides [1, 1] and padding [] have one entry, not 0, for each axis of shape [2, 2]\n  made at #";
    m().avg_pool(&[2, 1], &[1], &[], false) => "avg_pool: window [2, 1], strides [1] and padding [] have one entry, not 0, for each axis of shape [2, 2]\n  made at #";
    i().avg_pool(&[2], &[1], &[], true) => "avg_pool: window [2], strides [1] and padding [] have one entry, not 0, for each axis of shape [3]\n  made at #";
    fft::fft(&nothing(), None, 0, fft::Norm::Backward) => "fft: a transform needs at least one element, of shape [0]\n  made at #";
    fft::fft(&a(), None, 1, fft::Norm::Backward) => "fft: axis 1 is out of range for shape [3] of 1 axes\n  made at #";
    fft::ifft(&a(), None, 1, fft::Norm::Backward) => "ifft: axis 1 is out of range for shape [3] of 1 axes\n  made at #";
    fft::fft2(&m(), None, [0, 2], fft::Norm::Backward) => "fft2: axis 2 is out of range for shape [2, 2] of 2 axes\n  made at #";
    fft::ifft2(&m(), None, [0, 2], fft::Norm::Backward) => "ifft2: axis 2 is out of range for shape [2, 2] of 2 axes\n  made at #";
    fft::fftn(&m(), Some(&[1]), Some(&[0, 1]), fft::Norm::Backward) => "fftn: 1 extents for 2 axes, of shape [2, 2]\n  made at #";
    fft::ifftn(&m(), None, Some(&[2]), fft::Norm::Backward) => "ifftn: axis 2 is out of range for shape [2, 2] of 2 axes\n  made at #";
    fft::rfft(&z(), None, 0, fft::Norm::Backward) => "rfft: needs a real array, not c128; take fft, or .real() of the array\n  made at #";
    fft::rfft(&a(), None, 1, fft::Norm::Backward) => "rfft: axis 1 is out of range for shape [3] of 1 axes\n  made at #";
    fft::irfft(&a(), None, 1, fft::Norm::Backward) => "irfft: axis 1 is out of range for shape [3] of 1 axes\n  made at #";
    fft::rfft2(&m(), None, [0, 2], fft::Norm::Backward) => "rfft2: axis 2 is out of range for shape [2, 2] of 2 axes\n  made at #";
    fft::irfft2(&m(), None, [0, 2], fft::Norm::Backward) => "irfft2: axis 2 is out of range for shape [2, 2] of 2 axes\n  made at #";
    fft::rfftn(&z(), None, None, fft::Norm::Backward) => "rfftn: needs a real array, not c128; take fft, or .real() of the array\n  made at #";
    fft::rfftn(&m(), None, Some(&[]), fft::Norm::Backward) => "rfftn: there is no axis to transform, of shape [2, 2]\n  made at #";
    fft::irfftn(&m(), Some(&[1]), Some(&[0, 1]), fft::Norm::Backward) => "irfftn: 1 extents for 2 axes, of shape [2, 2]\n  made at #";
    fft::hfft(&a(), None, 1, fft::Norm::Backward) => "hfft: axis 1 is out of range for shape [3] of 1 axes\n  made at #";
    fft::ihfft(&z(), None, 0, fft::Norm::Backward) => "ihfft: needs a real array, not c128; take fft, or .real() of the array\n  made at #";
    fft::fftshift(&a(), Some(&[1])) => "fftshift: axis 1 is out of range for shape [3] of 1 axes\n  made at #";
    fft::ifftshift(&a(), Some(&[1])) => "ifftshift: axis 1 is out of range for shape [3] of 1 axes\n  made at #";
    fft::fftfreq(0, 1.0) => "fftfreq: 0 samples 1 apart have no frequencies";
    fft::rfftfreq(1, 0.0) => "rfftfreq: 1 samples 0 apart have no frequencies";
    fft::fftconvolve(&m(), &a(), fft::Mode::Full) => "fftconvolve: shapes [2, 2] and [3] do not fit\n  left made at #\n  right made at #";
    fft::fftconvolve(&ones(&[1, 3]), &ones(&[3, 1]), fft::Mode::Valid) => "fftconvolve: shapes [1, 3] and [3, 1] do not fit\n  left made at #\n  right made at #";
    linalg::solve_banded((1, 1), &m(), &a()) => "solve_banded: 1 diagonals below the main one and 1 above it are 3 rows, not shape [2, 2]\n  made at #";
    linalg::det(&w()) => "det: needs square matrices, not shape [2, 3]\n  made at #";
    linalg::det(&i().reshape([1, 3])) => "det: needs a floating-point array, not i32; convert it with .cast(DType::F64)\n  made at #";
    linalg::slogdet(&w()) => "slogdet: needs square matrices, not shape [2, 3]\n  made at #";
    linalg::eig(&a()) => "eig: needs two axes or more, not shape [3]\n  made at #";
    linalg::cholesky(&w()) => "cholesky: needs square matrices, not shape [2, 3]\n  made at #";
    linalg::lu(&a()) => "lu: needs two axes or more, not shape [3]\n  made at #";
    linalg::qr(&a()) => "qr: needs two axes or more, not shape [3]\n  made at #";
    linalg::matrix_power(&w(), 2) => "matrix_power: needs square matrices, not shape [2, 3]\n  made at #";
    linalg::expm(&w()) => "expm: needs square matrices, not shape [2, 3]\n  made at #";
    linalg::sqrtm(&w()) => "sqrtm: needs square matrices, not shape [2, 3]\n  made at #";
    linalg::solve_sylvester(&m(), &m(), &w()) => "solve_sylvester: matrices of shapes [2, 2] and [2, 2] want a right-hand side […, 2, 2], not [2, 3]\n  left made at #\n  right made at #\n  right-hand side made at #";
    linalg::block_diag(&[ones(&[1, 1, 1])]) => "block_diag: a block has at most two axes, not shape [1, 1, 1]\n  made at #";
    linalg::block_diag(&[]) => "block_diag: there are no blocks";
    linalg::solve_triangular(&m(), &a(), linalg::Triangle::lower()) => "solve_triangular: a right-hand side of shape [3] does not fit matrices of shape [2, 2]; it is a vector [n], or matrices […, n, k] for each matrix\n  matrices made at #\n  right-hand side made at #";
    linalg::solve(&m(), &a()) => "solve: a right-hand side of shape [3] does not fit matrices of shape [2, 2]; it is a vector [n], or matrices […, n, k] for each matrix\n  matrices made at #\n  right-hand side made at #";
    linalg::solve(&m(), &f()) => "solve: the left array is f64, the right f32; convert one with .cast(DType::…)\n  left made at #\n  right made at #";
    linalg::solve(&w(), &a()) => "solve: needs square matrices, not shape [2, 3]\n  made at #";
    linalg::cho_solve(&m(), &a()) => "cho_solve: a right-hand side of shape [3] does not fit matrices of shape [2, 2]; it is a vector [n], or matrices […, n, k] for each matrix\n  matrices made at #\n  right-hand side made at #";
    linalg::inv(&w()) => "inv: needs square matrices, not shape [2, 3]\n  made at #";
    linalg::lstsq(&w(), &a()) => "lstsq: a right-hand side of shape [3] does not fit matrices of shape [2, 3]; it is a vector [n], or matrices […, n, k] for each matrix\n  matrices made at #\n  right-hand side made at #";
    linalg::svd(&a()) => "svd: needs two axes or more, not shape [3]\n  made at #";
    linalg::svdvals(&a()) => "svdvals: needs two axes or more, not shape [3]\n  made at #";
    linalg::eigh(&w()) => "eigh: needs square matrices, not shape [2, 3]\n  made at #";
    linalg::eigvalsh(&w()) => "eigvalsh: needs square matrices, not shape [2, 3]\n  made at #";
    linalg::pinv(&a()) => "pinv: needs two axes or more, not shape [3]\n  made at #";
    linalg::matrix_rank(&a()) => "matrix_rank: needs two axes or more, not shape [3]\n  made at #";
    linalg::condition_number(&a()) => "condition_number: needs two axes or more, not shape [3]\n  made at #";
    linalg::condition_number(&Array::zeros(&[0, 2], DType::F64)) => "condition_number: a matrix without elements has no condition number: shape [0, 2]\n  made at #";
}
