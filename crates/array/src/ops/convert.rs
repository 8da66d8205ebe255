//! Arrays from Rust data.

use crate::array::Array;
use crate::buffer::Buffer;
use crate::dtype::Element;
use crate::shape::Shape;
use pullback_real::refuse;

impl Array {
    /// From elements in row-major order.
    ///
    /// # Panics
    /// If there are not as many elements as the shape has.
    #[track_caller]
    pub fn from_slice<T: Element>(data: &[T], shape: &[usize]) -> Array {
        let shape = Shape::new(shape);
        if data.len() != shape.size() {
            refuse(format_args!("from_slice: {} elements do not fill shape {shape}", data.len()), &[])
        }
        let mut buffer = Buffer::dirty(data.len(), T::DTYPE);
        buffer.slice_mut::<T::Store>().iter_mut().zip(data).for_each(|(to, x)| *to = x.store());
        Array::leaf(buffer, shape)
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
impl<T: Element, const N: usize, const M: usize, const L: usize> From<[[[T; N]; M]; L]> for Array {
    #[track_caller]
    fn from(x: [[[T; N]; M]; L]) -> Array {
        Array::from_slice(x.as_flattened().as_flattened(), &[L, M, N])
    }
}
impl<T: Element> From<&[T]> for Array {
    #[track_caller]
    fn from(x: &[T]) -> Array {
        Array::from_slice(x, &[x.len()])
    }
}
impl<T: Element> From<Vec<T>> for Array {
    #[track_caller]
    fn from(x: Vec<T>) -> Array {
        Array::from_slice(&x, &[x.len()])
    }
}
impl<T: Element> From<&Vec<T>> for Array {
    #[track_caller]
    fn from(x: &Vec<T>) -> Array {
        Array::from_slice(x, &[x.len()])
    }
}
impl<T: Element> From<Vec<Vec<T>>> for Array {
    /// # Panics
    /// If the rows differ in length.
    #[track_caller]
    fn from(x: Vec<Vec<T>>) -> Array {
        let n = x.first().map_or(0, Vec::len);
        if let Some(k) = x.iter().position(|row| row.len() != n) {
            refuse(format_args!("from: row {k} has {} elements, row 0 {n}", x[k].len()), &[])
        }
        Array::from_slice(&x.concat(), &[x.len(), n])
    }
}
impl<T: Element, const N: usize> From<Vec<[T; N]>> for Array {
    #[track_caller]
    fn from(x: Vec<[T; N]>) -> Array {
        Array::from_slice(x.as_flattened(), &[x.len(), N])
    }
}
