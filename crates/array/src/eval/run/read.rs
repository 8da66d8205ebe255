//! Reading a block's inputs: in place where they lie so that the code can, or else gathered.

use crate::buffer::Buffer;
use crate::dtype::{with_size, with_store};
use crate::eval::ir::pattern::{OUTSIDE, Pattern};
use crate::eval::ir::program::{Input, Program};
use crate::eval::kernels::elementwise::Lane;
use crate::eval::kernels::frame::Frame;
use crate::eval::kernels::{pick, pick_inside, pick_runs};
use bytemuck::Zeroable;

/// Which elements of a block are not padding, by the bounds along the outer axes: coordinates rise one by one along them, so
/// that what is inside lies together.
fn inside(input: &Input, bounds: &[isize], n: usize) -> (usize, usize) {
    let (mut from, mut to) = (0, n as isize);
    for (bound, at) in input.bounds.iter().zip(bounds) {
        (from, to) = (from.max(bound.lo - at), to.min(bound.hi - at))
    }
    (from.max(0) as usize, to.max(0) as usize)
}

/// The block of an input that is a constant inside its bounds.
pub(crate) fn constant(program: &Program, k: usize, c: f64, bounds: &[isize], n: usize, frame: &mut Frame) {
    let input = &program.inputs[k];
    let (from, to) = inside(input, bounds, n);
    if from >= to {
        return frame.zero(k);
    }
    with_store!(input.dtype, T => {
        let out = frame.gathered::<T>(program, k);
        out.fill(T::of(0.0));
        match &input.pattern {
            Pattern::Table(places) if input.holes => {
                let all = out[from..to].iter_mut().zip(&places[from..to]);
                all.filter(|(_, p)| **p != OUTSIDE).for_each(|(y, _)| *y = T::of(c))
            }
            runs @ Pattern::Runs { .. } if input.holes => {
                (from..to).filter(|&i| runs.at(i) != OUTSIDE).for_each(|i| out[i] = T::of(c))
            }
            _ => out[from..to].fill(T::of(c)),
        }
    })
}

/// Finds out how to read the block of input k that begins at `first`, and gathers it if there is no shorter way.
/// `bounds`: where the block begins by the coordinates of the input's bounds.
pub(crate) fn prepare<'a>(
    program: &Program,
    k: usize,
    data: &'a Buffer,
    first: isize,
    bounds: &[isize],
    n: usize,
    frame: &mut Frame<'a>,
) {
    let input = &program.inputs[k];
    let (from, to) = inside(input, bounds, n);
    if from >= to {
        return frame.zero(k);
    }
    let whole = (from, to) == (0, n);
    with_size!(input.dtype, T => {
        let data = data.slice::<T>();
        match &input.pattern {
            Pattern::Direct if whole => frame.elements(k, &data[first as usize..]),
            // Machine code reads one element only where that is so in every block.
            Pattern::Same if whole && input.is_one_element() => frame.one(k, &data[first as usize]),
            pattern => {
                let out = frame.gathered::<T>(program, k);
                out[..from].fill(Zeroable::zeroed());
                out[to..].fill(Zeroable::zeroed());
                let out = &mut out[from..to];
                match pattern {
                    Pattern::Direct => out.copy_from_slice(&data[(first + from as isize) as usize..][..to - from]),
                    Pattern::Same => out.fill(data[first as usize]),
                    Pattern::Table(places) if input.holes => pick_inside(data, first, &places[from..to], out),
                    Pattern::Table(places) => pick(data, first, &places[from..to], out),
                    Pattern::Runs { length, step, starts } => {
                        pick_runs(data, first, (*length, *step), starts, from, out)
                    }
                }
            }
        }
    })
}

/// An index input: its values are its places.
pub(crate) fn iota<T: Lane>(pattern: &Pattern, first: isize, out: &mut [T]) {
    match pattern {
        Pattern::Same => out.fill(T::of(first as f64)),
        Pattern::Direct => {
            (0isize..).zip(out).for_each(|(i, y)| *y = T::of((first + i) as f64));
        }
        Pattern::Table(_) | Pattern::Runs { .. } => {
            out.iter_mut().enumerate().for_each(|(i, y)| *y = T::of((first + pattern.at(i)) as f64));
        }
    }
}
