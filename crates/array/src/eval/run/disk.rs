//! What a run keeps in a file: values written by one step, known by a number each, and read by another.
//!
//! A run has one file for each folder, made with the first value. It belongs to the run, and to numbers that leave it as
//! results; with the last of them it is gone. Where the system allows it (Unix) it loses its name as soon as it is open, so
//! that nothing stays behind even if the process is killed.

use crate::buffer::Buffer;
use crate::dtype::{DType, with_size};
use crate::eval::ir::item::Item;
use crate::eval::kernels::{View, ViewMut, copy, row_major};
use crate::eval::run::kernel_step::Values;
use pullback_real::refuse;
use std::any::Any;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard};

/// An open file, and the first numbers of what was written to it.
struct Kept {
    path: PathBuf,
    file: Mutex<File>,
    firsts: Mutex<Vec<i64>>,
}

/// Values of the same size that lie one after the other.
#[derive(Clone)]
struct Record {
    kept: std::sync::Weak<Kept>,
    start: u64,
    each: usize,
    count: usize,
}

/// What lies in files now, by the number of its first value, and the next number.
static KNOWN: Mutex<(BTreeMap<i64, Record>, i64)> = Mutex::new((BTreeMap::new(), 0));

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}

impl Kept {
    fn open(folder: &Path) -> Result<Arc<Kept>, (PathBuf, io::Error)> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("pullback-kept-{}-{}", std::process::id(), NEXT.fetch_add(1, Relaxed));
        let path = folder.join(name);
        match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
            // Left by a process of the same number that was killed.
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Kept::open(folder),
            Err(e) => Err((path, e)),
            Ok(file) => {
                if cfg!(unix) {
                    // If that fails, it is removed when it is dropped.
                    let _ = std::fs::remove_file(&path);
                }
                Ok(Arc::new(Kept { path, file: Mutex::new(file), firsts: Mutex::default() }))
            }
        }
    }
    /// The number of the first of `count` values, of `each` bytes, that `put` writes to the end of the file.
    fn append(
        self: &Arc<Kept>,
        count: usize,
        each: usize,
        put: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<i64> {
        let mut file = locked(&self.file);
        let start = file.seek(SeekFrom::End(0))?;
        put(&mut file)?;
        let mut known = locked(&KNOWN);
        let first = known.1;
        known.1 += count as i64;
        known.0.insert(first, Record { kept: Arc::downgrade(self), start, each, count });
        locked(&self.firsts).push(first);
        Ok(first)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let mut known = locked(&KNOWN);
        locked(&self.firsts).iter().for_each(|first| drop(known.0.remove(first)));
        drop(known);
        // That it has no name any more, or that someone else removed it, is no loss.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The files of a run.
#[derive(Default)]
pub(crate) struct Files(Vec<(PathBuf, Arc<Kept>)>);

impl Files {
    fn of(&mut self, folder: &Path, at: &Location) -> Arc<Kept> {
        if let Some((_, kept)) = self.0.iter().find(|(known, _)| known == folder) {
            return kept.clone();
        }
        let kept = Kept::open(folder).unwrap_or_else(|(path, e)| unwritten(&path, &e, at));
        self.0.push((folder.into(), kept.clone()));
        kept
    }
}

fn unwritten(path: &Path, e: &io::Error, at: &Location) -> ! {
    refuse(format_args!("checkpoint: what is kept cannot be written to {}: {e}", path.display()), &[("", at)])
}

/// Writes the argument to a file of the run; `out` gets the numbers.
pub(crate) fn spill(values: &Values, item: &Item, folder: &Path, files: &mut Files, out: &mut Buffer) {
    let (r, at) = (&item.args[0], item.node.at());
    let (count, dtype) = (item.shape().size(), r.view.dtype);
    let each = r.view.shape.size() / count * dtype.size();
    let kept = files.of(folder, at);
    let put = |file: &mut File| with_size!(dtype, T => written(values.view::<T>(r), dtype, file));
    let first = kept.append(count, each, put).unwrap_or_else(|e| unwritten(&kept.path, &e, at));
    out.slice_mut::<i64>().iter_mut().zip(first..).for_each(|(y, number)| *y = number);
    out.belongs(kept)
}

/// A view in row-major order; one that lies otherwise index by index of its first axis.
fn written<T: bytemuck::Pod + Send + Sync>(x: View<T>, dtype: DType, file: &mut File) -> io::Result<()> {
    if let Some(all) = x.as_slice() {
        return file.write_all(bytemuck::cast_slice(all));
    }
    let (shape, strides) = (&x.shape[1..], &x.strides[1..]);
    let mut part = Buffer::dirty(shape.iter().product(), dtype);
    for i in 0..x.shape[0] {
        let offset = (x.offset as isize + i as isize * x.strides[0]) as usize;
        let to = ViewMut { data: part.slice_mut::<T>(), offset: 0, shape, strides: &row_major(shape) };
        copy(View::new(x.data, offset, shape, strides), to);
        file.write_all(part.bytes())?
    }
    Ok(())
}

/// Reads what was written under the argument's numbers.
pub(crate) fn unspill(values: &Values, item: &Item, out: &mut Buffer) {
    let view = values.view::<i64>(&item.args[0]);
    let mut numbers = Buffer::dirty(view.size(), DType::I64);
    let (shape, strides) = (view.shape, row_major(view.shape));
    copy(view, ViewMut { data: numbers.slice_mut::<i64>(), offset: 0, shape, strides: &strides });
    let (numbers, out) = (numbers.slice::<i64>(), out.bytes_mut());
    let each = out.len() / numbers.len();
    let mut k = 0;
    while k < numbers.len() {
        let (done, rest) = out.split_at_mut(k * each);
        k += match k.checked_sub(1) {
            // One value for several, as a batch shares it.
            Some(before) if numbers[before] == numbers[k] => {
                rest[..each].copy_from_slice(&done[before * each..]);
                1
            }
            _ => read(&numbers[k..], each, rest, item.node.at()),
        }
    }
}

/// Reads the first of these values, and as many more as follow it in the file; gives how many these are.
fn read(numbers: &[i64], each: usize, out: &mut [u8], at: &Location) -> usize {
    let first = numbers[0];
    let found = locked(&KNOWN)
        .0
        .range(..=first)
        .next_back()
        .map(|(k, record)| ((first - k) as usize, record.clone()));
    let there = found.filter(|(skipped, record)| *skipped < record.count && record.each == each);
    let Some((skipped, record, kept)) = there.and_then(|(k, r)| Some((k, r.clone(), r.kept.upgrade()?)))
    else {
        refuse(format_args!("checkpoint: what was kept is gone with the run that wrote it"), &[("", at)])
    };
    let follows = |&(k, &number): &(usize, &i64)| number == first + k as i64;
    let n = numbers.iter().take(record.count - skipped).enumerate().take_while(follows).count();
    let mut file = locked(&kept.file);
    let place = SeekFrom::Start(record.start + (skipped * each) as u64);
    if let Err(e) = file.seek(place).and_then(|_| file.read_exact(&mut out[..n * each])) {
        let path = kept.path.display();
        refuse(format_args!("checkpoint: what was kept cannot be read from {path}: {e}"), &[("", at)])
    }
    n
}

impl Buffer {
    /// Numbers of values in a file, which stays as long as they do.
    fn belongs(&mut self, kept: Arc<Kept>) {
        self.keep(kept as Arc<dyn Any + Send + Sync>)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Array;

    fn record(number: i64) -> Option<Record> {
        locked(&KNOWN).0.get(&number).cloned()
    }
    fn text(f: impl FnOnce()) -> String {
        let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).expect_err("a panic");
        payload.downcast_ref::<String>().expect("a text").clone()
    }

    #[test]
    fn a_file_lasts_as_long_as_the_numbers_that_left_the_run() {
        let folder: Arc<Path> = std::env::temp_dir().into();
        let x = Array::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        // A column is a number's; the numbers leave the run in another order.
        let numbers = x.permute_op([1, 0].into_iter().collect()).spill_op(&folder, 1);
        let turned = numbers.flip_op([0].into_iter().collect());
        assert_eq!(turned.shape(), [3]);
        let first = turned.to_vec::<i64>()[2];
        let back = |numbers: &Array| numbers.unspill_op(&crate::shape::Shape::new(&[2]), x.dtype());
        assert_eq!(back(&turned).to_vec::<f64>(), [3.0, 6.0, 2.0, 5.0, 1.0, 4.0]);
        // One value for several.
        let both = turned.narrow(0, 0, 1).broadcast_op(&crate::shape::Shape::new(&[2]));
        assert_eq!(back(&both).to_vec::<f64>(), [3.0, 6.0, 3.0, 6.0]);
        // What was written before is not what is made of the numbers now.
        let kept = record(first).and_then(|r| r.kept.upgrade()).expect("a file");
        assert!(kept.path.starts_with(&folder) && !(cfg!(unix) && kept.path.exists()));
        locked(&kept.file).set_len(40).expect("a shorter file");
        let want =
            format!("checkpoint: what was kept cannot be read from {}: failed to fill", kept.path.display());
        let have = text(|| _ = back(&turned).eval());
        assert!(have.starts_with(&want) && have.contains("\n  made at "), "{have}");
        let path = kept.path.clone();
        drop(kept);
        let later = Array::from(turned.to_vec::<i64>());
        assert!(record(first).is_some());
        drop((numbers, turned, both));
        assert!(record(first).is_none() && !path.exists());
        let have = text(|| _ = back(&later).eval());
        assert!(
            have.starts_with("checkpoint: what was kept is gone with the run that wrote it\n  made at "),
            "{have}"
        );
    }

    #[test]
    fn a_run_whose_numbers_stay_inside_leaves_nothing() {
        let folder: Arc<Path> = std::env::temp_dir().into();
        let x = Array::from([1.0, 2.0, 3.0, 4.0, 5.0]);
        let y = x.spill_op(&folder, 1).unspill_op(&x.0.shape, x.dtype()) + 1.0;
        let before = locked(&KNOWN).1;
        assert_eq!(y.to_vec::<f64>(), [2.0, 3.0, 4.0, 5.0, 6.0]);
        // Another test may have written meanwhile, but not so many bytes at a time.
        let here = |r: &Record| r.each == 40 && r.kept.upgrade().is_some();
        assert!(locked(&KNOWN).0.range(before..).all(|(_, r)| !here(r)));
    }
}
