//! Arrays of plain numbers, for definitions written as loops.

use pullback_array::{Array, DType};

/// Elements in row-major order.
#[derive(Clone, Debug)]
pub struct Host {
    pub shape: Vec<usize>,
    pub data: Vec<f64>,
}

/// Every index of a shape, in row-major order.
pub fn indices(shape: &[usize]) -> Vec<Vec<usize>> {
    shape.iter().fold(vec![vec![]], |all, &n| {
        all.into_iter().flat_map(|i| (0..n).map(move |k| [&i[..], &[k]].concat())).collect()
    })
}

impl Host {
    /// Element by element.
    pub fn new(shape: &[usize], f: impl FnMut(&Vec<usize>) -> f64) -> Host {
        Host { shape: shape.to_vec(), data: indices(shape).iter().map(f).collect() }
    }
    pub fn of(x: &Array) -> Host {
        Host { shape: x.shape().to_vec(), data: x.cast(DType::F64).to_vec() }
    }
    pub fn array(&self) -> Array {
        Array::from_slice(&self.data, &self.shape)
    }
    pub fn rank(&self) -> usize {
        self.shape.len()
    }
    /// The place of an index.
    pub fn place(&self, index: &[usize]) -> usize {
        assert_eq!(index.len(), self.rank());
        index.iter().zip(&self.shape).fold(0, |at, (&i, &n)| {
            assert!(i < n, "index {index:?} of shape {:?}", self.shape);
            at * n + i
        })
    }
    pub fn at(&self, index: &[usize]) -> f64 {
        self.data[self.place(index)]
    }
    /// The element at an index of the shape this broadcasts to.
    pub fn broadcast(&self, index: &[usize]) -> f64 {
        let skip = index.len() - self.rank();
        let own: Vec<usize> =
            index[skip..].iter().zip(&self.shape).map(|(&i, &n)| if n == 1 { 0 } else { i }).collect();
        self.at(&own)
    }
    /// A function of the elements along axes, which become 1.
    pub fn fold(&self, axes: &[usize], f: impl Fn(&[f64]) -> f64) -> Host {
        let shape: Vec<usize> =
            self.shape.iter().enumerate().map(|(k, &n)| if axes.contains(&k) { 1 } else { n }).collect();
        Host::new(&shape, |index| f(&self.group(axes, index)))
    }
    /// The elements that share an index but for these axes.
    pub fn group(&self, axes: &[usize], index: &[usize]) -> Vec<f64> {
        let own = |i: &Vec<usize>| (0..self.rank()).all(|k| axes.contains(&k) || i[k] == index[k]);
        let all = indices(&self.shape);
        all.iter().filter(|i| own(i)).map(|i| self.at(i)).collect()
    }
    /// Without the axes, which are 1.
    pub fn without(self, axes: &[usize]) -> Host {
        let shape = (0..self.rank()).filter(|k| !axes.contains(k)).map(|k| self.shape[k]).collect();
        Host { shape, ..self }
    }
    /// A function of every line along an axis.
    pub fn lines(&self, axis: usize, f: impl Fn(&[f64]) -> Vec<f64>) -> Host {
        let at = |index: &Vec<usize>, k: usize| {
            let mut index = index.clone();
            index[axis] = k;
            index
        };
        let mut shape = self.shape.clone();
        shape[axis] = f(&vec![0.0; self.shape[axis]]).len();
        Host::new(&shape, |index| {
            let line: Vec<f64> = (0..self.shape[axis]).map(|k| self.at(&at(index, k))).collect();
            f(&line)[index[axis]]
        })
    }
}

/// An axis counted from the front.
pub fn front(axis: isize, rank: usize) -> usize {
    if axis < 0 { (axis + rank as isize) as usize } else { axis as usize }
}
