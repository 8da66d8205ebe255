//! An array *is* the graph node that computes it: immutable, lazily evaluated, shared between threads.
//!
//! Node ids grow, so ids are a topological order. A node remembers the oldest running transform it depends on;
//! evaluation frees a node's past only when no running transform may still ask for it, so training loops do not
//! grow and data-dependent control flow inside `grad` keeps its gradient.

pub(crate) use crate::place::{Place, operation};
pub(crate) use crate::trace::{Inside, LOST, Running, Trace, next_id};

use crate::buffer::Buffer;
use crate::dtype::DType;
use crate::prim::Prim;
use crate::shape::{Shape, addressable, fits};
use pullback_real::refuse;
use smallvec::{SmallVec, smallvec};
use std::panic::Location;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard};

/// An n-dimensional array of numbers of one dtype, computed when it is looked at.
///
/// Arithmetic works between arrays, references and plain numbers, with NumPy's broadcasting; a plain number takes
/// the array's dtype. Cloning is cheap (the data are shared).
///
/// ```
/// use pullback_array::Array;
/// let x = Array::from([[1.0, 2.0], [3.0, 4.0]]);
/// let y = 2.0 * &x + Array::from([10.0, 20.0]);
/// assert_eq!(y.to_vec::<f64>(), [12.0, 24.0, 16.0, 28.0]);
/// ```
#[derive(Clone)]
pub struct Array(pub(crate) Arc<Node>);

pub(crate) type Args = SmallVec<[Array; 3]>;

/// A node of the graph.
pub(crate) struct Node {
    pub id: u64,
    pub prim: Prim,
    pub shape: Shape,
    pub dtype: DType,
    /// The line of user code that made it.
    pub at: &'static Location<'static>,
    /// The oldest running transform it depends on.
    pub live: Option<Arc<Trace>>,
    /// Whether it was made in the function of that transform: nobody else has it, if the function does not return it.
    pub inner: bool,
    /// The transform on whose placeholders it depends: it has no value, ever.
    pub traced: Option<&'static str>,
    /// How many unevaluated nodes lie one behind the other up to here.
    pub depth: u32,
    state: Mutex<State>,
}

/// What evaluation changes.
#[derive(Default)]
pub(crate) struct State {
    pub args: Args,
    pub value: Option<Arc<Buffer>>,
    /// Whether the arguments have been let go: the node is now data.
    pub cut: bool,
    /// Whether a transform's function has returned it.
    pub returned: bool,
    /// What its square is, if its own derivatives would not tell: see `kink`.
    pub square: Option<Array>,
    /// Results of one transform, evaluated together because they share their work.
    pub together: Option<Arc<Vec<std::sync::Weak<Node>>>>,
}

impl State {
    /// Everything it is made of, which is let go.
    pub fn let_go(&mut self) -> Args {
        let mut args = std::mem::take(&mut self.args);
        args.extend(self.square.take());
        args
    }
}

static LIVE: AtomicUsize = AtomicUsize::new(0);
/// How many graph nodes are alive in the process: a training loop holds this constant.
pub fn live_nodes() -> usize {
    LIVE.load(Relaxed)
}
/// How many buffers of array data are alive in the process.
pub fn live_buffers() -> usize {
    Buffer::live()
}

impl Place {
    /// The line of a node.
    pub(crate) fn of(node: &Array) -> Place {
        Place::at(node.0.at)
    }
}

impl Array {
    /// The input of a function that `transform` traces: a shape and a dtype, no value.
    #[track_caller]
    pub(crate) fn placeholder(
        shape: Shape,
        dtype: DType,
        transform: &'static str,
        trace: &Arc<Trace>,
    ) -> Array {
        Array::make(Prim::Input, smallvec![], shape, dtype, None, Some(trace.clone()), Some(transform))
    }
    /// What stands in for a state like `x` whose memory was given up to a step that panicked.
    #[track_caller]
    pub(crate) fn lost(x: &Array) -> Array {
        let _at = Place::of(x);
        Array::placeholder(x.0.shape.clone(), x.dtype(), LOST, &Trace::start().0)
    }
    /// A node that is data already.
    #[track_caller]
    pub(crate) fn leaf(value: Buffer, shape: Shape) -> Array {
        debug_assert_eq!(value.len(), shape.size());
        let dtype = value.dtype();
        Array::node(Prim::Leaf, smallvec![], shape, dtype, Some(Arc::new(value)), None)
    }
    /// Data that others may hold as well, credited to a line.
    pub(crate) fn data(value: Arc<Buffer>, shape: Shape, line: &'static Location<'static>) -> Array {
        let (dtype, _at) = (value.dtype(), Place::at(line));
        Array::node(Prim::Leaf, smallvec![], shape, dtype, Some(value), None)
    }
    /// Changes an array's data: in place if it is theirs alone, else on a copy.
    #[track_caller]
    pub(crate) fn change(&mut self, f: impl FnOnce(&mut Buffer)) {
        let mut value = self.value();
        let (shape, line) = (self.0.shape.clone(), self.0.at);
        // The node lets go of its data only if nobody else looks at it.
        if let Some(node) = Arc::get_mut(&mut self.0) {
            node.state.get_mut().unwrap_or_else(|e| e.into_inner()).value = None
        }
        match Arc::get_mut(&mut value) {
            Some(own) => f(own),
            None => {
                let mut copy = Buffer::dirty(value.len(), value.dtype());
                copy.bytes_mut().copy_from_slice(value.bytes());
                f(&mut copy);
                value = Arc::new(copy)
            }
        }
        *self = Array::data(value, shape, line)
    }
    /// The input of a running transform: the same value, a new identity.
    #[track_caller]
    pub(crate) fn alias(&self, trace: &Arc<Trace>) -> Array {
        let value = self.0.state().value.clone();
        let (shape, dtype) = (self.0.shape.clone(), self.0.dtype);
        let _at = Place::of(self);
        Array::node(Prim::Alias, smallvec![self.clone()], shape, dtype, value, Some(trace.clone()))
    }
    #[track_caller]
    pub(crate) fn node(
        prim: Prim,
        args: Args,
        shape: Shape,
        dtype: DType,
        value: Option<Arc<Buffer>>,
        trace: Option<Arc<Trace>>,
    ) -> Array {
        Array::make(prim, args, shape, dtype, value, trace, None)
    }
    #[track_caller]
    fn make(
        prim: Prim,
        args: Args,
        shape: Shape,
        dtype: DType,
        value: Option<Arc<Buffer>>,
        trace: Option<Arc<Trace>>,
        traced: Option<&'static str>,
    ) -> Array {
        if !fits(&shape, dtype) {
            addressable(prim.name(), &shape, dtype)
        }
        if Inside::any()
            && !matches!(prim, Prim::Stop)
            && let Some(a) = args.iter().find(|a| a.0.is_left_behind())
        {
            refuse(
                format_args!(
                    "{}: an array belongs to a gradient that has ended, and its derivative would be lost; return it from that function, or keep its .stop_gradient()",
                    prim.name()
                ),
                &[("", a.at())],
            )
        }
        let traced = traced.or_else(|| args.iter().find_map(|a| a.0.traced));
        // `Stop` severs: it never keeps a transform's graph alive.
        let live = if matches!(prim, Prim::Stop) {
            None
        } else {
            let running =
                args.iter().filter_map(|a| a.0.live.as_ref()).chain(&trace).filter(|t| t.is_running());
            running.min_by_key(|t| t.start).cloned()
        };
        let depth = match &value {
            Some(_) => 0,
            None => 1 + args.iter().map(|a| if a.is_evaluated() { 0 } else { a.0.depth }).max().unwrap_or(0),
        };
        LIVE.fetch_add(1, Relaxed);
        let inner = live.as_ref().is_some_and(|t| t.is_inside());
        let state =
            Mutex::new(State { args, value, cut: false, returned: false, square: None, together: None });
        let at = Place::line();
        Array(Arc::new(Node { id: next_id(), prim, shape, dtype, at, live, inner, traced, depth, state }))
    }

    /// The extents of the axes.
    pub fn shape(&self) -> &[usize] {
        &self.0.shape
    }
    /// The element type.
    pub fn dtype(&self) -> DType {
        self.0.dtype
    }
    /// The number of axes.
    pub fn ndim(&self) -> usize {
        self.0.shape.rank()
    }
    /// The number of elements.
    pub fn size(&self) -> usize {
        self.0.shape.size()
    }
    /// The line of user code that made it.
    pub fn at(&self) -> &'static Location<'static> {
        self.0.at
    }
    /// Whether its data have been computed.
    pub fn is_evaluated(&self) -> bool {
        self.0.state().value.is_some()
    }
    /// What it is made of; data have no arguments.
    pub(crate) fn parts(&self) -> (&Prim, Args) {
        let state = self.0.state();
        if state.cut { (&Prim::Leaf, smallvec![]) } else { (&self.0.prim, state.args.clone()) }
    }
    /// The number it is filled with, if it is a constant fill.
    pub(crate) fn fill_value(&self) -> Option<f64> {
        match self.0.prim {
            Prim::Fill { bits, .. } => Some(f64::from_bits(bits)),
            _ => None,
        }
    }
    pub(crate) fn is_weak(&self) -> bool {
        matches!(self.0.prim, Prim::Fill { weak: true, .. })
    }
}

impl Node {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }
    /// Whether a running transform may still ask for the node's past.
    pub fn is_kept(&self) -> bool {
        self.live.as_ref().is_some_and(|t| t.is_running())
    }
    /// Whether it was made in a transform's function, which has ended without returning it.
    fn is_left_behind(&self) -> bool {
        self.inner && !self.is_kept() && !self.state().returned
    }
    /// Takes the computed value, and lets the arguments go unless a running transform may ask for them.
    pub fn finish(&self, value: Arc<Buffer>) {
        let (args, together, inner);
        {
            let mut state = self.state();
            state.value = Some(value.clone());
            together = state.together.take();
            // What a call stands for has the same value, and its past is for nobody else.
            let stands_for = self.prim.is_last();
            inner = state.args.last().filter(|_| stands_for).cloned();
            args = if self.is_kept() {
                smallvec![]
            } else {
                state.cut = true;
                state.let_go()
            };
        }
        if let Some(inner) = inner.filter(|a| !a.is_evaluated()) {
            inner.0.finish(value)
        }
        // Dropped outside the lock: this may free a whole graph.
        drop((args, together));
    }
}

impl Drop for Node {
    /// With an explicit stack: a million-deep graph must not overflow the thread's.
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Relaxed);
        let take = |node: &mut Node| node.state.get_mut().unwrap_or_else(|e| e.into_inner()).let_go();
        let mut stack = take(self);
        while let Some(Array(node)) = stack.pop() {
            if let Some(mut node) = Arc::into_inner(node) {
                stack.extend(take(&mut node))
            }
        }
    }
}
