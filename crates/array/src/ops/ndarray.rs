//! Conversions from and to ndarray's arrays (feature `ndarray`).

use crate::array::Array;
use crate::dtype::Element;
use ndarray::{ArrayBase, ArrayD, Data, Dimension, IxDyn};

/// Copies the elements, in whatever order they lie.
///
/// ```
/// use pullback_array::Array;
/// let x = ndarray::array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
/// assert_eq!(Array::from(&x.t()).to_vec::<f64>(), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
/// ```
impl<T: Element, S: Data<Elem = T>, D: Dimension> From<&ArrayBase<S, D>> for Array {
    #[track_caller]
    fn from(x: &ArrayBase<S, D>) -> Array {
        Array::from_slice(&x.iter().copied().collect::<Vec<T>>(), x.shape())
    }
}

impl Array {
    /// The elements as an ndarray of the same shape.
    ///
    /// ```
    /// use pullback_array::Array;
    /// let x = Array::from([[1.0, 2.0], [3.0, 4.0]]).to_ndarray::<f64>();
    /// assert_eq!(x[[1, 0]], 3.0);
    /// ```
    ///
    /// # Panics
    /// If `T` is not the array's dtype.
    #[track_caller]
    pub fn to_ndarray<T: Element>(&self) -> ArrayD<T> {
        let data = self.to_vec::<T>();
        ArrayD::from_shape_vec(IxDyn(self.shape()), data).expect("as many elements as the shape has")
    }
}
