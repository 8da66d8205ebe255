//! Products, convolutions and pooling, by loops over every index.
//!
//! Over 300 lines: one list of operations.

use super::catalogue::operations;
use super::{Case, Draw, Host, Spec::Any, indices};
use pullback_array::{Convolution, einsum, multi_dot};

/// Σ of products over all labels that are not in the result.
fn contract(operands: &[(&str, &Host)], result: &str) -> Host {
    let mut labels: Vec<char> = result.chars().collect();
    let inner = operands.iter().flat_map(|(names, _)| names.chars());
    inner.for_each(|c| {
        if !labels.contains(&c) {
            labels.push(c)
        }
    });
    let extent = |c: char| {
        let mut all = operands.iter().flat_map(|(names, x)| names.chars().zip(&x.shape));
        *all.find(|(name, _)| *name == c).expect("a label of an operand").1
    };
    let extents: Vec<usize> = labels.iter().map(|&c| extent(c)).collect();
    let (outer, summed) = extents.split_at(result.chars().count());
    Host::new(outer, |i| {
        let term = |k: Vec<usize>| -> f64 {
            let at = |c: char| {
                let place = labels.iter().position(|&l| l == c).expect("a label");
                [&i[..], &k[..]].concat()[place]
            };
            operands.iter().map(|(names, x)| x.at(&names.chars().map(at).collect::<Vec<_>>())).product()
        };
        indices(summed).into_iter().map(term).sum()
    })
}
/// An einsum with extents drawn for its labels.
fn sums(d: &mut Draw, text: &'static str) -> Case {
    let (names, result) = text.split_once("->").expect("an explicit result");
    let mut extents: Vec<(char, usize)> = vec![];
    let names: Vec<&str> = names.split(',').collect();
    for c in names.iter().flat_map(|n| n.chars()) {
        if extents.iter().all(|(l, _)| *l != c) {
            extents.push((c, if d.below(8) == 7 { 0 } else { 1 + d.below(3) }))
        }
    }
    let extent = |c: char| extents.iter().find(|(l, _)| *l == c).expect("a label").1;
    let specs = names.iter().map(|n| Any(n.chars().map(extent).collect())).collect();
    Case::many(specs, move |x| vec![einsum(text, x)])
        .means(move |x| contract(&names.iter().copied().zip(x).collect::<Vec<_>>(), result))
}
/// Places `start + k·every` of a window that lie on elements `gap` apart of an axis of n, as element numbers.
fn element(place: isize, gap: usize, n: usize) -> Option<usize> {
    let own = place.div_euclid(gap as isize);
    (place.rem_euclid(gap as isize) == 0 && (0..n as isize).contains(&own)).then_some(own as usize)
}
/// A pooling with windows, strides and padding drawn.
fn pools(d: &mut Draw, which: &'static str) -> Case {
    let shape = d.full_shape(1, 3);
    let window: Vec<usize> = shape.iter().map(|&n| 1 + d.below(n.min(3))).collect();
    let stride: Vec<usize> = shape.iter().map(|_| 1 + d.below(3)).collect();
    // At least one place of each window is inside.
    let padding: Vec<(usize, usize)> = window.iter().map(|&w| (d.below(w), d.below(w))).collect();
    let (w, s, p) = (window.clone(), stride.clone(), padding.clone());
    Case::one(Any(shape.clone()), move |x| match which {
        "max" => x.max_pool(&w, &s, &p),
        "sum" => x.sum_pool(&w, &s, &p),
        "mean of all" => x.avg_pool(&w, &s, &p, true),
        _ => x.avg_pool(&w, &s, &p, false),
    })
    .means(move |x| {
        let count = |k: usize| (shape[k] + padding[k].0 + padding[k].1 - window[k]) / stride[k] + 1;
        Host::new(&(0..shape.len()).map(count).collect::<Vec<_>>(), |i| {
            let inside: Vec<f64> = indices(&window)
                .into_iter()
                .filter_map(|o| {
                    let own = |k: usize| {
                        element((i[k] * stride[k] + o[k]) as isize - padding[k].0 as isize, 1, shape[k])
                    };
                    Some(x[0].at(&(0..shape.len()).map(own).collect::<Option<Vec<_>>>()?))
                })
                .collect();
            let sum: f64 = inside.iter().sum();
            match which {
                "max" => inside.into_iter().fold(f64::NEG_INFINITY, f64::max),
                "sum" => sum,
                "mean of all" => sum / window.iter().product::<usize>() as f64,
                _ => sum / inside.len() as f64,
            }
        })
    })
}
/// A convolution of one or two spatial axes, everything drawn.
fn convolution(d: &mut Draw, transposed: bool) -> Case {
    let s = 1 + d.below(2);
    let groups = if transposed { 1 } else { 1 + d.below(2) };
    let (n, c, o) = (d.below(3), 1 + d.below(2), (1 + d.below(2)) * groups);
    let kernel: Vec<usize> = (0..s).map(|_| 1 + d.below(3)).collect();
    let dilation: Vec<usize> = (0..s).map(|_| 1 + d.below(2)).collect();
    let extent: Vec<usize> = (0..s).map(|k| (kernel[k] - 1) * dilation[k] + 1 + d.below(3)).collect();
    let strides: Vec<usize> = (0..s).map(|_| 1 + d.below(3)).collect();
    let gaps: Vec<usize> = (0..s).map(|_| if transposed { 1 } else { 1 + d.below(2) }).collect();
    let padding: Vec<(isize, isize)> = (0..s).map(|_| (d.int(0, 2), d.int(0, 2))).collect();
    let last = d.flag();
    let spatial = &"HW"[..s];
    let (xs, ws) = match last {
        true => (format!("N{spatial}C"), format!("{spatial}IO")),
        false => (format!("NC{spatial}"), format!("OI{spatial}")),
    };
    let mut conv = Convolution::new(&xs, &ws, &xs);
    (conv.strides, conv.padding, conv.kernel_dilation) = (strides.clone(), padding.clone(), dilation.clone());
    (conv.groups, conv.input_dilation) = (groups, gaps.clone());
    let shape = match last {
        true => ([&[n], &extent[..], &[c * groups]].concat(), [&kernel[..], &[c, o]].concat()),
        false => ([&[n, c * groups], &extent[..]].concat(), [&[o, c], &kernel[..]].concat()),
    };
    let f = move |x: &pullback_array::Array, w: &pullback_array::Array| {
        if transposed { x.conv_transpose(w, &conv) } else { x.conv_general_dilated(w, &conv) }
    };
    Case::two(Any(shape.0), Any(shape.1), f).means(move |x| {
        // A transposed one puts its stride between the elements.
        let (gap, step) =
            if transposed { (strides.clone(), vec![1; s]) } else { (gaps.clone(), strides.clone()) };
        let count = |k: usize| {
            let wide = ((extent[k] - 1) * gap[k] + 1) as isize + padding[k].0 + padding[k].1;
            let window = ((kernel[k] - 1) * dilation[k] + 1) as isize;
            if wide < window { 0 } else { (wide - window) as usize / step[k] + 1 }
        };
        let counts: Vec<usize> = (0..s).map(count).collect();
        let shape = match last {
            true => [&[n], &counts[..], &[o]].concat(),
            false => [&[n, o], &counts[..]].concat(),
        };
        Host::new(&shape, |i| {
            let (example, out) = (i[0], if last { i[s + 1] } else { i[1] });
            let at = if last { &i[1..=s] } else { &i[2..] };
            let group = out / (o / groups);
            let mut sum = 0.0;
            for (own, k) in indices(&kernel).into_iter().filter_map(|k| {
                let own = |a: usize| {
                    let place = (at[a] * step[a] + k[a] * dilation[a]) as isize - padding[a].0;
                    element(place, gap[a], extent[a])
                };
                Some(((0..s).map(own).collect::<Option<Vec<_>>>()?, k))
            }) {
                for ch in 0..c {
                    let from = group * c + ch;
                    sum += match last {
                        true => {
                            x[0].at(&[&[example], &own[..], &[from]].concat())
                                * x[1].at(&[&k[..], &[ch, out]].concat())
                        }
                        false => {
                            x[0].at(&[&[example, from], &own[..]].concat())
                                * x[1].at(&[&[out, ch], &k[..]].concat())
                        }
                    }
                }
            }
            sum
        })
    })
}
/// NumPy's convolution or correlation of vectors.
fn slides(d: &mut Draw, turned: bool) -> Case {
    let (n, m, mode) = (1 + d.below(5), 1 + d.below(5), d.one(&["full", "same", "valid"]));
    Case::two(
        Any(vec![n]),
        Any(vec![m]),
        move |x, y| {
            if turned { x.convolve(y, mode) } else { x.correlate(y, mode) }
        },
    )
    .means(move |x| {
        // Correlation is convolution with the second turned round.
        let y = |j: usize| if turned { x[1].data[j] } else { x[1].data[m - 1 - j] };
        let full: Vec<f64> = (0..n + m - 1)
            .map(|k| (0..n).filter(|i| *i <= k && k - i < m).map(|i| x[0].data[i] * y(k - i)).sum())
            .collect();
        let (long, short) = (n.max(m), n.min(m));
        let (start, count) = match mode {
            "full" => (0, full.len()),
            "same" if turned || n >= m => ((short - 1) / 2, long),
            // The shorter one first: the longer one's places, from the other end.
            "same" => (short / 2, long),
            _ => (short - 1, long - short + 1),
        };
        Host { shape: vec![count], data: full[start..start + count].to_vec() }
    })
}

operations! {
    "matmul" => |d| {
        let lead = d.shape(0, 2);
        let (m, k, n) = (d.below(4), d.below(4), d.below(4));
        let skip = d.below(lead.len() + 1);
        let narrow: Vec<usize> = lead[skip..].iter().map(|&n| if d.flag() { 1 } else { n }).collect();
        let (x, y) = ([&narrow[..], &[m, k]].concat(), [&lead[..], &[k, n]].concat());
        let result = [&lead[..], &[m, n]].concat();
        Case::two(Any(x), Any(y), |x, y| x.matmul(y)).means(move |x| {
            let r = result.len();
            Host::new(&result, |i| {
                let at = |x: &Host, a: usize, b: usize| {
                    let mut own = i.clone();
                    (own[r - 2], own[r - 1]) = (a, b);
                    let skip = r - x.rank();
                    own = own[skip..].to_vec();
                    (0..own.len() - 2).for_each(|k| if x.shape[k] == 1 { own[k] = 0 });
                    x.at(&own)
                };
                (0..k).map(|k| at(&x[0], i[r - 2], k) * at(&x[1], k, i[r - 1])).sum()
            })
        })
    };
    "matmul with vectors" => |d| {
        let (m, k) = (d.below(4), d.below(4));
        Case::many(vec![Any(vec![m, k]), Any(vec![k]), Any(vec![m])], |x| {
            vec![x[0].matmul(&x[1]), x[2].matmul(&x[0]), x[1].matmul(&x[1])]
        })
        .all_mean(|x| {
            let [a, x, y] = x else { unreachable!() };
            vec![
                contract(&[("ij", a), ("j", x)], "i"),
                contract(&[("i", y), ("ij", a)], "j"),
                contract(&[("i", x), ("i", x)], ""),
            ]
        })
    };
    "dot" => |d| {
        let (a, k, b) = (d.full_shape(0, 2), d.below(4), d.full_shape(0, 1));
        let n = d.below(4);
        let result = [&a[..], &b[..], &[n]].concat();
        let (r, x, y) = (a.len(), [&a[..], &[k]].concat(), [&b[..], &[k, n]].concat());
        Case::two(Any(x), Any(y), |x, y| x.dot(y)).means(move |x| {
            Host::new(&result, |i| {
                let (left, right) = i.split_at(r);
                let (lead, last) = right.split_at(right.len() - 1);
                let term = |k: usize| {
                    x[0].at(&[left, &[k]].concat()) * x[1].at(&[lead, &[k], last].concat())
                };
                (0..k).map(term).sum()
            })
        })
    };
    "inner and outer" => |d| {
        let (n, m, k) = (d.below(4), d.below(4), d.below(4));
        Case::many(vec![Any(vec![n, k]), Any(vec![m, k])], |x| {
            vec![x[0].inner(&x[1]), x[0].outer(&x[1])]
        })
        .all_mean(|x| {
            let flat = |x: &Host| Host { shape: vec![x.data.len()], data: x.data.clone() };
            let outer = contract(&[("i", &flat(&x[0])), ("j", &flat(&x[1]))], "ij");
            vec![contract(&[("ik", &x[0]), ("jk", &x[1])], "ij"), outer]
        })
    };
    "vdot" => |d| {
        let shape = d.shape(0, 4);
        Case::two(Any(shape.clone()), Any(shape), |x, y| x.vdot(y)).means(|x| {
            let sum = x[0].data.iter().zip(&x[1].data).map(|(x, y)| x * y).sum();
            Host { shape: vec![], data: vec![sum] }
        })
    };
    "kron" => |d| {
        let (a, b) = (d.shape(0, 2), d.shape(0, 2));
        Case::two(Any(a), Any(b), |x, y| x.kron(y)).means(|x| {
            let rank = x[0].rank().max(x[1].rank());
            let wide = |x: &Host| Host { shape: [&vec![1; rank - x.rank()], &x.shape[..]].concat(), ..x.clone() };
            let (x, y) = (wide(&x[0]), wide(&x[1]));
            let shape: Vec<usize> = x.shape.iter().zip(&y.shape).map(|(n, m)| n * m).collect();
            Host::new(&shape, |i| {
                let of = |k: usize| (i[k] / y.shape[k], i[k] % y.shape[k]);
                let (p, q): (Vec<_>, Vec<_>) = (0..rank).map(of).unzip();
                x.at(&p) * y.at(&q)
            })
        })
    };
    "tensordot" => |d| {
        let (a, both, b) = (d.full_shape(0, 2), d.shape(0, 2), d.full_shape(0, 2));
        let n = both.len();
        Case::two(Any([&a[..], &both].concat()), Any([&both[..], &b].concat()), move |x, y| x.tensordot(y, n))
            .means(move |x| {
                Host::new(&[&a[..], &b].concat(), |i| {
                    let (p, q) = i.split_at(a.len());
                    let term = |k: Vec<usize>| x[0].at(&[p, &k].concat()) * x[1].at(&[&k[..], q].concat());
                    indices(&both).into_iter().map(term).sum()
                })
            })
    };
    "tensordot_axes" => |d| {
        let (n, k, m, l) = (d.below(4), 1 + d.below(3), d.below(4), 1 + d.below(3));
        Case::two(Any(vec![k, n, l]), Any(vec![m, l, k]), |x, y| x.tensordot_axes(y, [0, -1], [2, 1]))
            .means(|x| contract(&[("kil", &x[0]), ("jlk", &x[1])], "ij"))
    };
    "multi_dot" => |d| {
        let n: Vec<usize> = (0..4).map(|_| 1 + d.below(3)).collect();
        let specs = (0..3).map(|k| Any(vec![n[k], n[k + 1]])).collect();
        Case::many(specs, |x| vec![multi_dot(x)])
            .means(|x| contract(&[("ij", &x[0]), ("jk", &x[1]), ("kl", &x[2])], "il"))
    };
    "cross" => |d| {
        let shape = [&d.shape(0, 2)[..], &[3]].concat();
        Case::two(Any(shape.clone()), Any(shape), |x, y| x.cross(y)).means(|x| {
            let r = x[0].rank() - 1;
            Host::new(&x[0].shape, |i| {
                let at = |x: &Host, k: usize| x.at(&[&i[..r], &[k % 3]].concat());
                let (p, q) = (i[r] + 1, i[r] + 2);
                at(&x[0], p) * at(&x[1], q) - at(&x[0], q) * at(&x[1], p)
            })
        })
    };
    "subtract_outer" => |d| {
        let (n, m) = (d.below(4), d.below(4));
        Case::two(Any(vec![n]), Any(vec![m]), |x, y| x.subtract_outer(y))
            .means(move |x| Host::new(&[n, m], |i| x[0].data[i[0]] - x[1].data[i[1]]))
    };
    "einsum, matrix product" => |d| sums(d, "ij,jk->ik");
    "einsum, diagonal" => |d| sums(d, "iij->ji");
    "einsum, trace" => |d| sums(d, "ii->");
    "einsum, transposed sum" => |d| sums(d, "ijk->kj");
    "einsum, batch" => |d| sums(d, "bij,bkj->bik");
    "einsum, outer" => |d| sums(d, "i,j->ij");
    "einsum, elementwise" => |d| sums(d, "ij,ij->ij");
    "einsum, sums on either side" => |d| sums(d, "ij,kl->jl");
    "einsum, three operands" => |d| sums(d, "ni,oij,nj->no");
    "einsum, shared by three" => |d| sums(d, "ai,ai,ai->a");
    "einsum, four operands" => |d| sums(d, "ab,bc,cd,de->ea");
    "conv_general_dilated" => |d| convolution(d, false);
    "conv_transpose" => |d| convolution(d, true);
    "convolve" => |d| slides(d, true);
    "correlate" => |d| slides(d, false);
    "max_pool" => |d| pools(d, "max");
    "sum_pool" => |d| pools(d, "sum");
    "avg_pool of all places" => |d| pools(d, "mean of all");
    "avg_pool of those inside" => |d| pools(d, "mean inside");
}
