//! Wrong calls of control flow.

use crate::*;

fn one() -> Array {
    Array::from(1.0)
}
fn yes() -> Array {
    Array::from(true)
}

crate::harness::mistakes! {
    cond(&a(), |x: &Array| x.sin(), |x: &Array| x.cos(), &a()) => "cond: the condition must be one bool, not f64 of shape [3]; use `where_` to choose element by element\n  made at #";
    cond(&yes(), |x: &Array| x.sin(), |x: &Array| x.sum(), &a()) => "cond: the functions' results are [] f64 and [3] f64; they must agree\n  one made at #\n  other made at #";
    cond(&yes(), |x: &Array| vec![x.sin()], |_: &Array| vec![], &a()) => "cond: the functions' results have 0 and 1 leaves";
    switch(&Array::from(0.5), &[&|x: &Array| x.sin()], &a()) => "switch: the choice must be one integer, not f64 of shape []\n  made at #";
    switch::<Array, Array>(&Array::from(0), &[], &a()) => "switch: there is no function to choose";
    switch(&Array::from(0), &[&|x: &Array| x.sin(), &|x: &Array| x.sum()], &a()) => "switch: the functions' results are [3] f64 and [] f64; they must agree\n  one made at #\n  other made at #";
    while_loop(|x: &Array| x.less(3.0), |x: &Array| x + 1.0, &a()) => "while_loop: the test must give one bool of shape [], not bool of shape [3]; join several with .all() or .any()\n  made at #";
    while_loop(|x: &Array| x.less(3.0), |x: &Array| x + a(), &one()) => "while_loop: a state of shape [] f64 becomes [3] f64 in a step; it must stay the same\n  made at #\n  then made at #";
    grad(|x: &Array| while_loop(|x: &Array| x.less(3.0), |x: &Array| x + 1.0, x))(&one()) => "while_loop: nobody knows its number of steps, so it cannot be differentiated in reverse; use bounded_while, fori_loop or scan, or forward mode (jvp)\n  state made at #";
    bounded_while(|x: &Array| x.less(3.0), |x: &Array| x + 1.0, &a(), 4) => "bounded_while: the test must give one bool of shape [], not bool of shape [3]; join several with .all() or .any()\n  made at #";
    bounded_while(|x: &Array| x.less(3.0), |x: &Array| x + 1.0, &one(), 1).item() => "bounded_while: the test still holds after the 1 steps that are allowed; allow more\n  test made at #";
    bounded_while(|x: &Array| x.less(3.0), |x: &Array| x.cast(DType::F32), &one(), 4) => "bounded_while: a state of shape [] f64 becomes [] f32 in a step; it must stay the same\n  made at #\n  then made at #";
    scan(|s: &Array, _: &()| (s.sin(), ()), &a(), &()) => "scan: there are no rows to say how many steps; use fori_loop for a loop without rows";
    scan(|s: &Array, x: &Array| (s + x, ()), &one(), &one()) => "scan: a leaf of shape [] has not as many rows as one of shape []\n  made at #\n  other made at #";
    scan(|s: &Array, _: &(Array, Array)| (s.clone(), ()), &one(), &(a(), d())) => "scan: a leaf of shape [2] has not as many rows as one of shape [3]\n  made at #\n  other made at #";
    scan(|s: &Vec<Array>, _: &Array| (vec![s[0].clone(); 2], ()), &vec![a()], &a()) => "scan: the state has 1 leaves, after a step 2";
    scan(|s: &Array, x: &Array| (s + x + d(), ()), &one(), &a()) => "scan: a state of shape [] f64 becomes [2] f64 in a step; it must stay the same\n  made at #\n  then made at #";
    scan_with(|s: &Array, x: &Array| (s + x, ()), &one(), &a(), Schedule::Nested(0), false) => "scan: Schedule::Nested needs at least one level";
    scan_with(|s: &Array, x: &Array| (s + x, ()), &one(), &a(), Schedule::Budget(1), false) => "scan: a budget of 1 bytes does not hold one state, which takes 8";
    fori_loop(0, 3, |_, x: &Array| x + a(), &one()) => "fori_loop: a state of shape [] f64 becomes [3] f64 in a step; it must stay the same\n  made at #\n  then made at #";
    map_rows(|x: &Array| x.sin(), &one()) => "map_rows: a leaf of shape [] has not as many rows as one of shape []\n  made at #\n  other made at #";
}
