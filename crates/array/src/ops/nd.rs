//! From and to the arrays of the crate `ndarray`.

use crate::array::Array;
use crate::dtype::Element;
use ndarray::{ArrayBase, ArrayD, Data, Dimension, IxDyn};

impl<T: Element, S: Data<Elem = T>, D: Dimension> From<&ArrayBase<S, D>> for Array {
    /// The elements in row-major order, whatever their order in memory.
    #[track_caller]
    fn from(x: &ArrayBase<S, D>) -> Array {
        let shape = x.shape().to_vec();
        match x.as_slice() {
            Some(data) => Array::from_slice(data, &shape),
            None => Array::from_slice(&x.iter().copied().collect::<Vec<T>>(), &shape),
        }
    }
}
impl<T: Element, S: Data<Elem = T>, D: Dimension> From<ArrayBase<S, D>> for Array {
    #[track_caller]
    fn from(x: ArrayBase<S, D>) -> Array {
        Array::from(&x)
    }
}
impl Array {
    /// The elements as an array of `ndarray`.
    ///
    /// ```
    /// use ndarray::array;
    /// use pullback_array::Array;
    /// let x = Array::from(array![[1.0, 2.0], [3.0, 4.0]].t());
    /// assert_eq!(x.to_ndarray::<f64>(), array![[1.0, 3.0], [2.0, 4.0]].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If `T` is not the array's dtype.
    #[track_caller]
    pub fn to_ndarray<T: Element>(&self) -> ArrayD<T> {
        self.expect_dtype::<T>("to_ndarray");
        let (shape, data) = (IxDyn(self.shape()), self.to_vec());
        ArrayD::from_shape_vec(shape, data).expect("as many elements as the shape has")
    }
}
