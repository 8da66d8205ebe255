//! Files of other people's numbers, files that promise more than they hold, and files that many write at once.

use pullback_array::{Array, DType, io};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("pullback_files_{}_{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
fn npy(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}\n");
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), data].concat()
}
/// A safetensors file of vectors.
fn tensors(all: &[(&str, &str, usize, &[u8])]) -> Vec<u8> {
    let (mut entries, mut data) = (vec![], vec![]);
    for (name, dtype, n, bytes) in all {
        let (start, end) = (data.len(), data.len() + bytes.len());
        entries
            .push(format!(r#""{name}":{{"dtype":"{dtype}","shape":[{n}],"data_offsets":[{start},{end}]}}"#));
        data.extend_from_slice(bytes)
    }
    let header = format!("{{{}}}", entries.join(","));
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &data].concat()
}
fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(vec![]));
    let options = zip::write::SimpleFileOptions::default();
    let options = options.compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in files {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap()
    }
    zip.finish().unwrap().into_inner()
}

/// Each type with its names in both formats, two numbers in little-endian bytes, and what they are read as.
fn narrow() -> Vec<(&'static str, Option<&'static str>, Vec<u8>, Array)> {
    let two = |a: &[u8], b: &[u8]| [a, b].concat();
    vec![
        ("F16", Some("f2"), vec![0x00, 0x3e, 0xff, 0xfb], Array::from([1.5f32, -65504.0])),
        ("BF16", None, vec![0xc0, 0x3f, 0x80, 0xff], Array::from([1.5f32, f32::NEG_INFINITY])),
        ("I8", Some("i1"), vec![0x80, 0x7f], Array::from([-128i32, 127])),
        ("U8", Some("u1"), vec![0x80, 0xff], Array::from([128i32, 255])),
        ("I16", Some("i2"), two(&(-32768i16).to_le_bytes(), &[1, 0]), Array::from([-32768i32, 1])),
        ("U16", Some("u2"), vec![0xff, 0xff, 1, 0], Array::from([65535i32, 1])),
        (
            "U32",
            Some("u4"),
            two(&u32::MAX.to_le_bytes(), &7u32.to_le_bytes()),
            Array::from([i64::from(u32::MAX), 7]),
        ),
        ("U64", Some("u8"), two(&i64::MAX.to_le_bytes(), &7u64.to_le_bytes()), Array::from([i64::MAX, 7])),
    ]
}
#[track_caller]
fn same(have: &Array, want: &Array) {
    assert_eq!((have.shape(), have.dtype()), (want.shape(), want.dtype()));
    assert_eq!(have.to_string(), want.to_string())
}

#[test]
fn narrow_numbers_are_widened() {
    for (tensor, numpy, data, want) in narrow() {
        let mut tree: BTreeMap<&str, Array> = [("x", want.zeros_like())].into();
        io::from_bytes(&tensors(&[("x", tensor, 2, &data)]), &mut tree).unwrap();
        same(&tree["x"], &want);
        let Some(numpy) = numpy else { continue };
        let file = npy(&format!("<{numpy}"), "2,", &data);
        same(&io::npy_from_bytes(&file).unwrap(), &want);
        let swapped: Vec<u8> = data.chunks(data.len() / 2).flat_map(|x| x.iter().rev().copied()).collect();
        same(&io::npy_from_bytes(&npy(&format!(">{numpy}"), "2,", &swapped)).unwrap(), &want);
        same(&io::npz_from_bytes(&zipped(&[("x.npy", &file)])).unwrap()["x"], &want)
    }
    // The order of memory that Fortran has.
    let mut file = npy("<i2", "2, 2", &[1, 0, 2, 0, 3, 0, 4, 0]);
    let at = file.windows(5).position(|word| word == b"False").unwrap();
    file[at..at + 5].copy_from_slice(b"True ");
    same(&io::npy_from_bytes(&file).unwrap(), &Array::from([[1i32, 3], [2, 4]]))
}

#[test]
fn what_cannot_be_widened_is_an_error_of_its_array_alone() {
    let large = (i64::MAX as u64 + 1).to_le_bytes();
    let bytes =
        tensors(&[("a", "F8_E4M3", 1, &[0]), ("b", "BF16", 1, &[0x80, 0x3f]), ("c", "U64", 1, &large)]);
    let file = folder("each").join("x.safetensors");
    std::fs::write(&file, bytes).unwrap();
    let each = io::read_each(&file).unwrap();
    same(each["b"].as_ref().unwrap(), &Array::from([1.0f32]));
    let says = |e: &Result<Array, io::Error>| e.as_ref().unwrap_err().to_string();
    assert_eq!(says(&each["a"]), "`a` has elements of type F8_E4M3, which is none of ours");
    assert_eq!(says(&each["c"]), "`c`: the number 9223372036854775808 is too large for an i64");
    let all = io::read_all(&file).unwrap_err().to_string();
    assert!(all.starts_with("cannot read ") && all.ends_with("which is none of ours"), "{all}");

    let file = file.with_extension("npz");
    let (good, bad) = (npy("<f2", "1,", &[0x00, 0x3c]), npy("<f16", "1,", &[0; 16]));
    std::fs::write(&file, zipped(&[("good.npy", &good), ("bad.npy", &bad)])).unwrap();
    let each = io::read_each_npz(&file).unwrap();
    same(each["good"].as_ref().unwrap(), &Array::from([1.0f32]));
    assert_eq!(says(&each["bad"]), "`bad`: elements of type `<f16` are none of ours");
    assert!(
        io::read_npz(&file)
            .unwrap_err()
            .to_string()
            .ends_with("`bad`: elements of type `<f16` are none of ours")
    );
    std::fs::remove_dir_all(file.parent().unwrap()).unwrap()
}

/// A megabyte of an archive can be a gigabyte: the header is read first, and nothing that it does not ask for is inflated.
#[test]
fn an_archive_that_is_larger_than_its_headers_say() {
    let zeros = vec![0; 64 << 20];
    let error = |file: &[u8]| io::npz_from_bytes(&zipped(&[("x.npy", file)])).unwrap_err().to_string();
    let long = [&npy("<f8", "3,", &[0; 24])[..], &zeros].concat();
    assert_eq!(
        error(&long),
        format!("`x`: the shape [3] takes 24 bytes of data, the file has {}", 24 + zeros.len())
    );
    let short = npy("<f8", "1000000000000,", &[0; 24]);
    assert_eq!(
        error(&short),
        "`x`: the shape [1000000000000] takes 8000000000000 bytes of data, the file has 24"
    );
    assert_eq!(error(&zeros), "`x`: this is not a .npy file");
    let header = [b"\x93NUMPY\x02\x00\xff\xff\xff\x03", &zeros[..]].concat();
    assert_eq!(error(&header), "`x`: a .npy header of 67108863 bytes is too long");

    // An entry that says it is of the size the header wants, and is not.
    let honest = zipped(&[("x.npy", &npy("<f8", "3,", &[0; 24]))]);
    let lying = |by: i32| {
        let size = npy("<f8", "3,", &[0; 24]).len() as i32;
        let mut bytes = honest.clone();
        for at in 0..bytes.len() - 3 {
            if bytes[at..at + 4] == size.to_le_bytes() {
                bytes[at..at + 4].copy_from_slice(&(size + by).to_le_bytes())
            }
        }
        io::npz_from_bytes(&bytes).is_err()
    };
    assert!(lying(8) && lying(-8) && lying(1 << 30))
}

/// Whoever reads while others save finds one of the files whole; nobody fails, and nothing is left beside.
#[test]
fn many_threads_save_and_read_one_file() {
    let folder = folder("threads");
    let paths = ["x.safetensors", "x.npy", "x.npz"].map(|name| folder.join(name));
    let tree =
        |k: usize| vec![Array::full(&[512], k as f64, DType::F64), Array::full(&[64], k as f64, DType::F64)];
    let save = |k: usize| {
        io::save(&paths[0], &tree(k)).unwrap();
        io::write_npy(&paths[1], &tree(k)[0]).unwrap();
        io::write_npz(&paths[2], &tree(k)).unwrap()
    };
    let whole = |arrays: &[Array]| {
        let first = arrays[0].to_vec::<f64>()[0];
        let all = arrays.iter().flat_map(|x| x.to_vec::<f64>());
        assert!(all.into_iter().all(|x| x == first), "a file of two saves")
    };
    save(0);
    std::thread::scope(|s| {
        for k in 0..4 {
            let save = &save;
            s.spawn(move || (0..10).for_each(|round| save(100 * k + round)));
            s.spawn(|| {
                for _ in 0..30 {
                    let mut now = tree(0);
                    io::load(&paths[0], &mut now).unwrap();
                    whole(&now);
                    whole(&[io::read_npy(&paths[1]).unwrap()]);
                    whole(&io::read_npz(&paths[2]).unwrap().into_values().collect::<Vec<_>>())
                }
            });
        }
    });
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 3);
    std::fs::remove_dir_all(folder).unwrap()
}

#[test]
fn a_save_that_fails_leaves_nothing_beside() {
    let folder = folder("fails");
    // A folder cannot be replaced by a file.
    let taken = folder.join("x.npy");
    std::fs::create_dir_all(taken.join("inside")).unwrap();
    let error = io::write_npy(&taken, &Array::from(1.0)).unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot write {}: ", taken.display())), "{error}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    // What a process of the same number has left does not stand in the way.
    for count in 0..200 {
        std::fs::write(folder.join(format!("y.npy.{}.{count}.part", std::process::id())), "left").unwrap()
    }
    io::write_npy(folder.join("y.npy"), &Array::from(1.0)).unwrap();
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 202);
    std::fs::remove_dir_all(folder).unwrap()
}
