//! Walking over blocks of a strided iteration space: where an input's elements lie, and gathering them where they do
//! not lie together.

use super::kernels::elementwise::Lane;
use super::program::{BLOCK, Input};
use crate::buffer::Buffer;
use crate::dtype::{with_size, with_store};
use bytemuck::Zeroable;
use smallvec::SmallVec;

/// A register.
#[derive(Clone, Copy, bytemuck::Pod, Zeroable)]
#[repr(C, align(64))]
pub(super) struct Block([u64; BLOCK]);

impl Block {
    pub fn slice<T: Lane>(&self, n: usize) -> &[T] {
        &bytemuck::cast_slice(&self.0)[..n]
    }
    pub fn slice_mut<T: bytemuck::Pod>(&mut self, n: usize) -> &mut [T] {
        &mut bytemuck::cast_slice_mut(&mut self.0)[..n]
    }
}

pub(super) type Index = SmallVec<[usize; 6]>;

pub(super) fn unravel(mut i: usize, dims: &[usize]) -> Index {
    let mut index: Index = SmallVec::from_elem(0, dims.len());
    for k in (0..dims.len()).rev() {
        index[k] = i % dims[k];
        i /= dims[k]
    }
    index
}

/// How an input's elements of the present block are read.
#[derive(Clone, Copy)]
pub(super) enum Read {
    /// In place, from this element of the buffer on.
    Direct(usize),
    /// One element for the whole block.
    Same(usize),
    /// Copied to the input's own register.
    Gathered,
}

/// Finds out how to read an input's block, and gathers it if there is no shorter way.
#[inline(always)]
pub(super) fn prepare(
    input: &Input,
    index: &Index,
    dims: &[usize],
    n: usize,
    buffers: &[&Buffer],
    register: &mut Block,
) -> Read {
    let first = input.offset as isize
        + index.iter().zip(&input.strides).map(|(&i, &s)| i as isize * s).sum::<isize>();
    let inner = dims.len().wrapping_sub(1);
    let within_row = dims.is_empty() || index[inner] + n <= dims[inner];
    let step = input.strides.last().copied().unwrap_or(0);
    if let (Some(_), true) = (input.buffer, within_row) {
        match step {
            1 => return Read::Direct(first as usize),
            0 => return Read::Same(first as usize),
            _ => {}
        }
    }
    match input.buffer {
        None => with_store!(input.dtype, T => iota(input, index, dims, first, register.slice_mut::<T>(n), n)),
        Some(b) => with_size!(input.dtype, T => {
            let (data, out) = (buffers[b].slice::<T>(), bytemuck::cast_slice_mut(&mut register.0));
            gather(input, index, dims, first, data, out, n)
        }),
    }
    Read::Gathered
}

/// Walks over the rows of a block: calls `f(done, run, place)` for each run of elements evenly laid along the last axis.
#[inline(always)]
pub(super) fn runs(
    index: &Index,
    dims: &[usize],
    strides: &[isize],
    first: isize,
    n: usize,
    mut f: impl FnMut(usize, usize, isize),
) {
    if dims.is_empty() {
        return f(0, n, first);
    }
    let (mut index, mut place, mut done) = (index.clone(), first, 0);
    let inner = dims.len() - 1;
    while done < n {
        let run = (dims[inner] - index[inner]).min(n - done);
        f(done, run, place);
        done += run;
        if done == n {
            break;
        }
        place -= index[inner] as isize * strides[inner];
        index[inner] = 0;
        for k in (0..inner).rev() {
            index[k] += 1;
            place += strides[k];
            if index[k] < dims[k] {
                break;
            }
            place -= dims[k] as isize * strides[k];
            index[k] = 0
        }
    }
}

#[inline(always)]
fn gather<T: Copy>(
    input: &Input,
    index: &Index,
    dims: &[usize],
    first: isize,
    data: &[T],
    out: &mut [T],
    n: usize,
) {
    let step = input.strides.last().copied().unwrap_or(0);
    runs(index, dims, &input.strides, first, n, |done, run, place| {
        let out = &mut out[done..done + run];
        match step {
            1 => out.copy_from_slice(&data[place as usize..place as usize + run]),
            0 => out.fill(data[place as usize]),
            // A plane of complex numbers.
            2 => {
                let pairs = data[place as usize..].chunks(2);
                out.iter_mut().zip(pairs).for_each(|(y, pair)| *y = pair[0])
            }
            _ => {
                out.iter_mut().enumerate().for_each(|(j, y)| *y = data[(place + j as isize * step) as usize])
            }
        }
    })
}

/// An index input: its values are its places.
fn iota<T: Lane>(input: &Input, index: &Index, dims: &[usize], first: isize, out: &mut [T], n: usize) {
    let step = input.strides.last().copied().unwrap_or(0);
    runs(index, dims, &input.strides, first, n, |done, run, place| {
        let run = &mut out[done..done + run];
        run.iter_mut().enumerate().for_each(|(j, y)| *y = T::of((place + j as isize * step) as f64))
    })
}
