//! Files: what Python wrote, what we write, and what damage does to either.

use proptest::prelude::*;
use pullback_array::{Array, Complex32, Complex64, DType, Element, Tree, io, tree::named_leaves};
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Clone, Tree)]
struct Five {
    w: Array,
    b: Array,
    i: Array,
    j: Array,
    m: Array,
}
fn five() -> Five {
    Five {
        w: Array::from([[1.0f32, 2.0], [3.0, 4.0]]),
        b: Array::from([0.5]),
        i: Array::from([3]),
        j: Array::from(1i64 << 40),
        m: Array::from([true, false]),
    }
}
fn blank() -> Five {
    pullback_array::tree::map(&five(), Array::zeros_like)
}
fn same(a: &Array, b: &Array) -> bool {
    fn bits<T: Element>(a: &Array, b: &Array) -> bool {
        a.to_vec::<T>().iter().zip(b.to_vec::<T>()).all(|(x, y)| x.to_string() == y.to_string())
    }
    a.shape() == b.shape()
        && a.dtype() == b.dtype()
        && match a.dtype() {
            DType::F32 => bits::<f32>(a, b),
            DType::F64 => bits::<f64>(a, b),
            DType::I32 => bits::<i32>(a, b),
            DType::I64 => bits::<i64>(a, b),
            DType::Bool => bits::<bool>(a, b),
            DType::C64 => bits::<Complex32>(a, b),
            DType::C128 => bits::<Complex64>(a, b),
            other => unreachable!("{other}"),
        }
}
fn all_same<T: Tree + Clone>(a: &T, b: &T) -> bool {
    let (a, b) = (named_leaves(a), named_leaves(b));
    a.len() == b.len() && a.iter().zip(&b).all(|((p, x), (q, y))| p == q && same(x, y))
}
fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}
fn scratch(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("pullback_io_{}_{name}", std::process::id()))
}

#[test]
fn python_reads_and_writes_the_same_tensors() {
    let mut tree = blank();
    io::load(data("five.safetensors"), &mut tree).unwrap();
    assert!(all_same(&tree, &five()));
    let all = io::read_all(data("five.safetensors")).unwrap();
    assert_eq!(all.keys().collect::<Vec<_>>(), ["b", "i", "j", "m", "w"]);
}

#[test]
fn saving_evaluates_and_replaces_whole_files() {
    let file = scratch("saved.safetensors");
    io::save(&file, &vec![Array::from(1.0) * 2.0]).unwrap();
    io::save(&file, &vec![Array::from(2.0) * 2.0]).unwrap();
    let mut tree = vec![Array::from(0.0)];
    io::load(&file, &mut tree).unwrap();
    assert_eq!(tree[0].item(), 4.0);
    // A single array is a tree with the empty path.
    io::save(&file, &Array::from(7i64)).unwrap();
    let mut one = Array::from(0i64);
    io::load(&file, &mut one).unwrap();
    assert_eq!(one.item(), 7.0);
    std::fs::remove_file(&file).unwrap();
    let message = io::load(&file, &mut one).unwrap_err().to_string();
    assert!(message.starts_with(&format!("cannot read {}: ", file.display())), "{message}");
    let nowhere = scratch("no/such/folder");
    let message = io::save(&nowhere, &one).unwrap_err().to_string();
    assert!(message.starts_with("cannot write "), "{message}");
}

#[test]
fn every_misfit_is_named_and_nothing_is_replaced() {
    let file = vec![("a", Array::from(1.0)), ("b", Array::from(2.0)), ("d", Array::from(1i64))];
    let file: BTreeMap<&str, Array> = file.into_iter().collect();
    let bytes = io::to_bytes(&file).unwrap();
    let mut tree: BTreeMap<&str, Array> =
        [("a", Array::from(9.0)), ("c", Array::from(9.0)), ("d", Array::from([9i32]))].into();
    let message = io::from_bytes(&bytes, &mut tree).unwrap_err().to_string();
    let want = "the file does not fit the tree: `c` is missing; `d` is [] i64 in the file and [1] i32 in the tree; `b` is not in the tree";
    assert_eq!(message, want);
    assert_eq!(tree["a"].item(), 9.0);
}

#[test]
fn names_that_cannot_be_saved() {
    let both = (BTreeMap::from([("a.b", Array::from(1.0))]), BTreeMap::from([("a", ())]));
    assert!(io::to_bytes(&both).is_ok());
    let clash = BTreeMap::from([
        ("a", BTreeMap::from([("b.c", Array::from(1.0))])),
        ("a.b", BTreeMap::from([("c", Array::from(2.0))])),
    ]);
    let message = io::to_bytes(&clash).unwrap_err().to_string();
    assert_eq!(message, "two leaves of the tree have the path `a.b.c`");
    let metadata = BTreeMap::from([("__metadata__", Array::from(1.0))]);
    let message = io::to_bytes(&metadata).unwrap_err().to_string();
    assert_eq!(message, "`__metadata__` is not a name for an array: the format uses it");
}

#[test]
fn numpy_files() {
    let read = |name: &str| io::read_npy(data(name)).unwrap();
    assert!(same(&read("c_f8.npy"), &Array::from([[1.5, -2.0, 3.0], [4.0, f64::INFINITY, 6.0]])));
    let counted: Vec<f32> = (0..24).map(|i| i as f32).collect();
    assert!(same(&read("fortran_f4.npy"), &Array::from_slice(&counted, &[2, 3, 4])));
    assert!(same(&read("big_endian_i4.npy"), &Array::from([1, -2, 1 << 30])));
    assert!(same(&read("u1.npy"), &Array::from([0, 200, 255])));
    assert!(same(&read("i2.npy"), &Array::from([-3, 300])));
    assert!(same(&read("u4_big.npy"), &Array::from([(1i64 << 32) - 1, 7])));
    assert!(same(&read("scalar_i8.npy"), &Array::from(-5i64)));
    assert!(same(&read("bool.npy"), &Array::from([[true], [false]])));
    assert!(same(&read("empty.npy"), &Array::from_slice::<f32>(&[], &[0, 3])));
    assert!(same(&read("version2.npy"), &Array::from([1.0, 2.0])));
    let refused = |name: &str| io::read_npy(data(name)).unwrap_err().to_string();
    assert!(refused("record.npy").ends_with("record.npy: arrays of records have no dtype of ours"));
    assert_eq!(read("half.npy").dtype(), DType::F32);
}

#[test]
fn our_npy_is_what_numpy_writes() {
    for (name, x) in [
        ("c_f8.npy", Array::from([[1.5, -2.0, 3.0], [4.0, f64::INFINITY, 6.0]])),
        ("scalar_i8.npy", Array::from(-5i64)),
        ("bool.npy", Array::from([[true], [false]])),
        ("empty.npy", Array::from_slice::<f32>(&[], &[0, 3])),
    ] {
        let theirs = std::fs::read(data(name)).unwrap();
        let ours = io::npy_to_bytes(&x);
        assert!(same(&io::npy_from_bytes(&ours).unwrap(), &x));
        assert_eq!(String::from_utf8_lossy(&ours), String::from_utf8_lossy(&theirs), "{name}");
    }
    let file = scratch("x.npy");
    io::write_npy(&file, &Array::from([1.0, 2.0])).unwrap();
    assert_eq!(io::read_npy(&file).unwrap().to_vec::<f64>(), [1.0, 2.0]);
    std::fs::remove_file(file).unwrap();
}

#[test]
fn npz_files() {
    let all = io::read_npz(data("two.npz")).unwrap();
    assert!(same(&all["x"], &Array::from([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])));
    assert!(same(&all["layers.0.w"], &Array::from([1, 2])));
    let file = scratch("five.npz");
    io::write_npz(&file, &five()).unwrap();
    let all = io::read_npz(&file).unwrap();
    std::fs::remove_file(file).unwrap();
    assert!(named_leaves(&five()).iter().all(|(name, x)| same(&all[name], x)));
}

/// Reading must answer, whatever the bytes; if it fails, the tree is as it was.
fn survives(bytes: &[u8]) {
    let mut tree = blank();
    if io::from_bytes(bytes, &mut tree).is_err() {
        assert!(all_same(&tree, &blank()))
    }
    let _ = io::npy_from_bytes(bytes);
    let _ = io::npz_from_bytes(bytes);
}
fn files() -> [Vec<u8>; 5] {
    let read = |name: &str| std::fs::read(data(name)).unwrap();
    [
        io::to_bytes(&five()).unwrap(),
        io::npy_to_bytes(&five().w),
        io::npz_to_bytes(&five()).unwrap(),
        read("fortran_f4.npy"),
        read("two.npz"),
    ]
}

#[test]
fn cut_anywhere() {
    for file in files() {
        for n in 0..file.len() {
            let part = &file[..n];
            survives(part);
            assert!(io::from_bytes(part, &mut blank()).is_err());
            assert!(io::npy_from_bytes(part).is_err());
            assert!(io::npz_from_bytes(part).is_err(), "{n} of {}", file.len());
        }
    }
}

#[test]
fn every_byte_changed() {
    for file in files() {
        for at in 0..file.len() {
            for bit in [1, 0x40, 0xff] {
                let mut bytes = file.clone();
                bytes[at] ^= bit;
                survives(&bytes)
            }
        }
    }
}

#[test]
fn shapes_that_lie() {
    let npy = |shape: &str| {
        let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({shape}), }}\n");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        io::npy_from_bytes(&bytes).map_err(|e| e.to_string())
    };
    let huge = u64::MAX;
    assert!(npy(&format!("{huge}, {huge}")).unwrap_err().contains("is too large"));
    assert!(npy(&format!("0, {huge}, 2")).unwrap_err().contains("is too large"));
    assert!(npy("99999999999").unwrap_err().ends_with("takes 799999999992 bytes of data, the file has 0"));
    assert!(npy("-1,").unwrap_err().starts_with("the .npy header is not understood"));
    assert_eq!(npy("0, 3").unwrap().shape(), [0, 3]);

    let tensors = |shape: &str| {
        let header = format!(r#"{{"":{{"dtype":"F64","shape":{shape},"data_offsets":[0,0]}}}}"#);
        let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat();
        io::from_bytes(&bytes, &mut Array::from(0.0)).unwrap_err().to_string()
    };
    assert!(tensors("[0, 9223372036854775807, 9223372036854775807]").contains("impossible shape"));
    assert!(tensors("[4]").contains("not a whole safetensors file"));
    assert!(tensors("[0]").contains("`` is [0] f64 in the file and [] f64 in the tree"));
    let length = [0xff; 16];
    assert!(io::from_bytes(&length, &mut five()).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn noise_is_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        survives(&bytes)
    }
    #[test]
    fn damage_is_survived(which in 0usize..5, hits in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..8)) {
        let mut bytes = files()[which].clone();
        let n = bytes.len();
        hits.iter().for_each(|(at, b)| bytes[at % n] = *b);
        survives(&bytes)
    }
    #[test]
    fn any_npy_header_is_survived(header in "\\{('(descr|fortran_order|shape)': ?('[<>|=][fiub][1248]'|True|False|\\(([0-9]{1,20},? ?){0,3}\\))(, ?)?){0,4}\\}") {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend([0; 64]);
        survives(&bytes)
    }
    #[test]
    fn what_is_written_is_read(x in proptest::collection::vec(any::<f64>(), 0..40)) {
        let x = Array::from_slice(&x, &[x.len()]);
        prop_assert!(same(&io::npy_from_bytes(&io::npy_to_bytes(&x)).unwrap(), &x));
        let mut y = x.zeros_like();
        io::from_bytes(&io::to_bytes(&x).unwrap(), &mut y).unwrap();
        prop_assert!(same(&x, &y));
    }
}
