//! Which elements of the inputs belong to an element of a result: for elementwise operations by NumPy's broadcasting.

/// The inputs of a record as shapes and elements.
pub struct Places {
    inputs: Vec<(Vec<usize>, Vec<f64>)>,
    /// The shape the inputs broadcast to, if they do.
    joint: Option<Vec<usize>>,
}

impl Places {
    pub fn new(inputs: Vec<(Vec<usize>, Vec<f64>)>) -> Places {
        let join = |a: Option<Vec<usize>>, (b, _): &(Vec<usize>, Vec<f64>)| {
            let (a, rank) = (a?, 0);
            let rank = rank.max(a.len()).max(b.len());
            let of = |s: &[usize], k: usize| (k + s.len()).checked_sub(rank).map_or(1, |k| s[k]);
            (0..rank)
                .map(|k| match (of(&a, k), of(b, k)) {
                    (m, n) if m == n => Some(m),
                    (1, n) | (n, 1) => Some(n),
                    _ => None,
                })
                .collect()
        };
        let joint = inputs.iter().fold(Some(vec![]), join);
        Places { inputs, joint }
    }
    pub fn input(&self, k: usize) -> &[f64] {
        &self.inputs[k].1
    }
    /// Where in input k the position of the joint shape lies.
    fn index(&self, k: usize, mut position: usize, joint: &[usize]) -> usize {
        let shape = &self.inputs[k].0;
        let (mut index, mut stride) = (0, 1);
        for (axis, &n) in joint.iter().enumerate().rev() {
            let here = position % n;
            position /= n;
            if let Some(own) = (axis + shape.len()).checked_sub(joint.len()) {
                if shape[own] != 1 {
                    index += here * stride
                }
                stride *= shape[own]
            }
        }
        index
    }
    fn at(&self, position: usize, joint: &[usize]) -> Vec<f64> {
        (0..self.inputs.len()).map(|k| self.inputs[k].1[self.index(k, position, joint)]).collect()
    }
    /// The tuples of elements that element i of input k takes part in.
    pub fn of_input(&self, k: usize, i: usize) -> Vec<Vec<f64>> {
        match &self.joint {
            Some(joint) => {
                let positions = 0..joint.iter().product();
                positions.filter(|&p| self.index(k, p, joint) == i).map(|p| self.at(p, joint)).collect()
            }
            None => vec![vec![self.inputs[k].1[i]]],
        }
    }
    /// The tuples of elements behind element i of a result of so many elements.
    pub fn of_output(&self, i: usize, size: usize) -> Vec<Vec<f64>> {
        match &self.joint {
            Some(joint) if joint.iter().product::<usize>() == size => vec![self.at(i, joint)],
            // A reduction: anything.
            Some(joint) => (0..joint.iter().product()).map(|p| self.at(p, joint)).collect(),
            None => self.inputs[0].1.iter().map(|&x| vec![x]).collect(),
        }
    }
}
