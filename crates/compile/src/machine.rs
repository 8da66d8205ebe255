//! Programs at one point as machine code, by Cranelift: arithmetic inline, other functions by the table's own code, so that
//! values are bit for bit the same.
//!
//! The one home of `unsafe` in this crate: machine code is called through a pointer, and calls back through others.
#![allow(unsafe_code)]

use crate::builder::Instruction;
use crate::program::{BranchChanged, Program};
use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{AbiParam, FuncRef, InstBuilder, MemFlags, Signature, Value, types};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{Linkage, Module, default_libcall_names};
use pullback_real::{Binary, Unary};

/// op(x), called by machine code; `op` lies in the [`Machine`] that owns the code.
extern "C" fn call_unary(op: &Unary, x: f64) -> f64 {
    op.eval(x)
}
/// op(x, y), the same.
extern "C" fn call_binary(op: &Binary, x: f64, y: f64) -> f64 {
    op.eval(x, y)
}

/// A program as machine code.
///
/// ```
/// use pullback_compile::Function;
/// use pullback_real::Real;
/// let f = Function::record(|x| (x[0] * x[1]).sin(), &[1.0, 1.0]);
/// let gradient = f.gradient().machine();
/// assert_eq!(gradient.evaluate(&[0.0, 2.0]).unwrap(), [2.0, 0.0]);
/// ```
pub struct Machine {
    program: Program,
    code: extern "C" fn(*const f64, *mut f64),
    /// Owns the memory of the code.
    module: Option<JITModule>,
    /// What the code refers to by address.
    _unary: Box<[Unary]>,
    _binary: Box<[Binary]>,
    _constants: Box<[f64]>,
}

// SAFETY: after it is made, nothing of it changes; the code reads its arguments and constants alone.
unsafe impl Send for Machine {}
// SAFETY: the same.
unsafe impl Sync for Machine {}

impl Drop for Machine {
    fn drop(&mut self) {
        if let Some(module) = self.module.take() {
            // SAFETY: the code is only called by methods of `self`, which is gone.
            unsafe { module.free_memory() }
        }
    }
}

impl Program {
    /// The program as machine code for this computer.
    ///
    /// # Panics
    /// If Cranelift knows no code for this computer.
    pub fn machine(&self) -> Machine {
        Machine::new(self.clone())
    }
}

impl Machine {
    fn new(program: Program) -> Machine {
        let mut flags = settings::builder();
        // Programs come folded and without duplicates, and in an order in which little waits for its operands.
        flags.set("opt_level", "none").expect("a setting of Cranelift");
        let target = cranelift_native::builder().unwrap_or_else(|e| panic!("no machine code here: {e}"));
        let isa = target.finish(settings::Flags::new(flags)).expect("flags of Cranelift");
        let mut jit = JITBuilder::with_isa(isa, default_libcall_names());
        jit.symbol("call_unary", call_unary as *const u8);
        jit.symbol("call_binary", call_binary as *const u8);
        let mut module = JITModule::new(jit);
        let pointer = module.target_config().pointer_type();
        let mut foreign = |name: &str, numbers: usize| {
            let mut signature = module.make_signature();
            signature.params.push(AbiParam::new(pointer));
            (0..numbers).for_each(|_| signature.params.push(AbiParam::new(types::F64)));
            signature.returns.push(AbiParam::new(types::F64));
            module.declare_function(name, Linkage::Import, &signature).expect("a new name")
        };
        let (unary, binary) = (foreign("call_unary", 1), foreign("call_binary", 2));
        let mut signature: Signature = module.make_signature();
        signature.params.extend([AbiParam::new(pointer), AbiParam::new(pointer)]);
        let id = module.declare_function("program", Linkage::Export, &signature).expect("a new name");
        let mut context = module.make_context();
        context.func.signature = signature;
        let unary_operations: Box<[Unary]> = program
            .list
            .iter()
            .filter_map(|i| if let Instruction::Unary(op, _) = i { Some(*op) } else { None })
            .collect();
        let binary_operations: Box<[Binary]> = program
            .list
            .iter()
            .filter_map(|i| if let Instruction::Binary(op, ..) = i { Some(*op) } else { None })
            .collect();
        let mut frontend = FunctionBuilderContext::new();
        let mut b = FunctionBuilder::new(&mut context.func, &mut frontend);
        let block = b.create_block();
        b.append_block_params_for_function_params(block);
        b.switch_to_block(block);
        b.seal_block(block);
        let (x, y) = (b.block_params(block)[0], b.block_params(block)[1]);
        let call = Calls {
            pointer,
            unary: module.declare_func_in_func(unary, b.func),
            binary: module.declare_func_in_func(binary, b.func),
        };
        let (mut of_unary, mut of_binary) = (unary_operations.iter(), binary_operations.iter());
        let constants: Box<[f64]> = program.list.iter().map(constant).collect();
        let table = b.ins().iconst(pointer, constants.as_ptr() as i64);
        let mut values: Vec<Option<Value>> = vec![];
        // What lies in memory is read where it is used, and takes no register in between.
        let at = |b: &mut FunctionBuilder, values: &[Option<Value>], k: u32| match program.list[k as usize] {
            Instruction::Input(i) => b.ins().load(types::F64, MemFlags::trusted(), x, 8 * i as i32),
            Instruction::Constant(_) => b.ins().load(types::F64, MemFlags::trusted(), table, 8 * k as i32),
            _ => values[k as usize].expect("operands come first"),
        };
        for i in &program.list {
            let value = match *i {
                Instruction::Input(_) | Instruction::Constant(_) => None,
                Instruction::Unary(_, x) => {
                    let op = of_unary.next().expect("one for each instruction");
                    let x = at(&mut b, &values, x);
                    Some(call.unary(&mut b, op, x))
                }
                Instruction::Binary(_, x, y) => {
                    let op = of_binary.next().expect("one for each instruction");
                    // An instruction takes its second operand from memory.
                    let commutes = matches!(op, Binary::Add | Binary::Mul);
                    let (x, y) = if commutes && values[x as usize].is_none() { (y, x) } else { (x, y) };
                    let (x, y) = (at(&mut b, &values, x), at(&mut b, &values, y));
                    Some(call.binary(&mut b, op, x, y))
                }
                Instruction::Select(c, x, y) => {
                    let zero = b.ins().f64const(0.0);
                    let c = at(&mut b, &values, c);
                    let is = b.ins().fcmp(FloatCC::NotEqual, c, zero);
                    let (x, y) = (at(&mut b, &values, x), at(&mut b, &values, y));
                    Some(b.ins().select(is, x, y))
                }
            };
            values.push(value)
        }
        // The outputs, and behind them what the guards compare.
        let ends = program.guards.iter().flat_map(|g| [g.a, g.b]);
        for (k, end) in program.outputs.iter().copied().chain(ends).enumerate() {
            let value = at(&mut b, &values, end);
            b.ins().store(MemFlags::trusted(), value, y, 8 * k as i32);
        }
        b.ins().return_(&[]);
        b.finalize();
        module.define_function(id, &mut context).expect("a correct function");
        module.clear_context(&mut context);
        module.finalize_definitions().expect("memory for the code");
        let code = module.get_finalized_function(id);
        // SAFETY: the code was made with this signature, and lives as long as the module.
        let code = unsafe { std::mem::transmute::<*const u8, extern "C" fn(*const f64, *mut f64)>(code) };
        Machine {
            program,
            code,
            module: Some(module),
            _unary: unary_operations,
            _binary: binary_operations,
            _constants: constants,
        }
    }
    /// The outputs at a point.
    ///
    /// # Errors
    /// If a comparison comes out differently than where the function was recorded.
    ///
    /// # Panics
    /// If `x` has not as many numbers as the program takes.
    #[track_caller]
    pub fn evaluate(&self, x: &[f64]) -> Result<Vec<f64>, BranchChanged> {
        let mut y = vec![];
        self.evaluate_into(x, &mut y)?;
        Ok(y)
    }
    /// The same into a vector, whose memory is used again.
    ///
    /// # Errors
    /// As [`evaluate`](Machine::evaluate).
    ///
    /// # Panics
    /// As [`evaluate`](Machine::evaluate).
    #[track_caller]
    pub fn evaluate_into(&self, x: &[f64], y: &mut Vec<f64>) -> Result<(), BranchChanged> {
        self.program.check_inputs(x.len());
        let m = self.program.outputs.len();
        y.resize(m + 2 * self.program.guards.len(), 0.0);
        // The code reads as many numbers as there are inputs and writes as many as `y` has now.
        (self.code)(x.as_ptr(), y.as_mut_ptr());
        for (guard, ends) in self.program.guards.iter().zip(y[m..].chunks(2)) {
            if !guard.outcome.holds(ends[0], ends[1]) {
                return Err(BranchChanged { at: guard.at.to_string(), point: 0 });
            }
        }
        y.truncate(m);
        Ok(())
    }
}

/// The number at a constant's place.
fn constant(i: &Instruction) -> f64 {
    match i {
        Instruction::Constant(bits) => f64::from_bits(*bits),
        _ => 0.0,
    }
}

/// The functions that code calls.
struct Calls {
    pointer: types::Type,
    unary: FuncRef,
    binary: FuncRef,
}

impl Calls {
    fn unary(&self, b: &mut FunctionBuilder, op: &Unary, x: Value) -> Value {
        match op {
            Unary::Neg => b.ins().fneg(x),
            Unary::Abs => b.ins().fabs(x),
            Unary::Sqrt => b.ins().sqrt(x),
            Unary::Square => b.ins().fmul(x, x),
            Unary::Recip => {
                let one = b.ins().f64const(1.0);
                b.ins().fdiv(one, x)
            }
            Unary::OneMinusSquare => {
                let one = b.ins().f64const(1.0);
                let (low, high) = (b.ins().fsub(one, x), b.ins().fadd(one, x));
                b.ins().fmul(low, high)
            }
            op => {
                let address = b.ins().iconst(self.pointer, std::ptr::from_ref(op) as i64);
                let call = b.ins().call(self.unary, &[address, x]);
                b.inst_results(call)[0]
            }
        }
    }
    fn binary(&self, b: &mut FunctionBuilder, op: &Binary, x: Value, y: Value) -> Value {
        match op {
            Binary::Add => b.ins().fadd(x, y),
            Binary::Sub => b.ins().fsub(x, y),
            Binary::Mul => b.ins().fmul(x, y),
            Binary::Div => b.ins().fdiv(x, y),
            Binary::Less => {
                let (one, zero) = (b.ins().f64const(1.0), b.ins().f64const(0.0));
                let is = b.ins().fcmp(FloatCC::LessThan, x, y);
                b.ins().select(is, one, zero)
            }
            op => {
                let address = b.ins().iconst(self.pointer, std::ptr::from_ref(op) as i64);
                let call = b.ins().call(self.binary, &[address, x, y]);
                b.inst_results(call)[0]
            }
        }
    }
}
