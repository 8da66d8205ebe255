//! Arrays from Rust data.

use crate::array::Array;
use crate::buffer::Buffer;
use crate::dtype::{DType, Element};
use crate::shape::Shape;

impl Array {
    /// From elements in row-major order.
    ///
    /// # Panics
    /// If there are not as many elements as the shape has.
    #[track_caller]
    pub fn from_slice<T: Element>(data: &[T], shape: &[usize]) -> Array {
        let shape = Shape::new(shape);
        if data.len() != shape.size() {
            panic!("from_slice: {} elements do not fill shape {shape}", data.len())
        }
        let mut buffer = Buffer::dirty(data.len(), T::DTYPE);
        buffer.slice_mut::<T::Store>().iter_mut().zip(data).for_each(|(to, x)| *to = x.store());
        Array::leaf(buffer, shape)
    }
    /// `value` everywhere.
    #[track_caller]
    pub fn full(shape: &[usize], value: f64, dtype: DType) -> Array {
        Array::fill(value, shape, dtype)
    }
}
impl<T: Element> From<T> for Array {
    #[track_caller]
    fn from(x: T) -> Array {
        Array::from_slice(&[x], &[])
    }
}
impl<T: Element, const N: usize> From<[T; N]> for Array {
    #[track_caller]
    fn from(x: [T; N]) -> Array {
        Array::from_slice(&x, &[N])
    }
}
impl<T: Element, const N: usize, const M: usize> From<[[T; N]; M]> for Array {
    #[track_caller]
    fn from(x: [[T; N]; M]) -> Array {
        Array::from_slice(x.as_flattened(), &[M, N])
    }
}
