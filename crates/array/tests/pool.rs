//! Memory that is kept for later arrays, and memory that there is not: in a process of its own.

use pullback_array::{Array, DType, Real, live_buffers, release_memory};
use std::panic::catch_unwind;

#[test]
fn memory_of_freed_arrays_is_given_back() {
    let n = 1 << 20;
    let x = Array::linspace(0.0, 1.0, n);
    x.exp().eval();
    assert!(release_memory() >= 8 * n);
    assert_eq!(release_memory(), 0);
    // What is alive stays.
    assert_eq!(x.get(-1).item(), 1.0);

    // More than any computer can address is a panic with its size, and nothing is held afterwards.
    let before = live_buffers();
    let huge = || Array::range(1 << 57, DType::F64).exp().eval().size();
    let message = *catch_unwind(huge).expect_err("there is not so much memory").downcast::<String>().unwrap();
    assert!(
        message.ends_with("out of memory: 144115188075855872 elements of f64 take 1152921504606846976 bytes"),
        "{message}"
    );
    assert_eq!((live_buffers(), (&x + 1.0).get(-1).item()), (before, 2.0));

    // A unit matrix is summed without its numbers.
    let n = 1 << 29;
    assert_eq!(Array::identity(n, DType::F64).sum().item(), n as f64);
    assert_eq!(Array::eye(n, 5, -2, DType::F32).sum().item(), 5.0);
    assert_eq!(Array::eye(3, 5, 1, DType::I32).sum_axis(-1).to_vec::<i32>(), [1, 1, 1]);
    assert_eq!(Array::eye(3, 5, 1, DType::F64).sum_axis(0).to_vec::<f64>(), [0.0, 1.0, 1.0, 1.0, 0.0])
}
