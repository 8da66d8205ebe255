//! Machine code of a program, by Cranelift: functions of so many operations each, to be called one after the other, so that
//! the stack of one and the time it takes to make are bounded, however long the program is.

use crate::builder::Instruction;
use crate::layout::Layout;
use crate::program::Program;
use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{AbiParam, FuncRef, InstBuilder, MemFlags, Value, types};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{FuncId, Linkage, Module, default_libcall_names};
use pullback_real::{Binary, Unary};
use std::ops::Range;

/// What the code calls: op(x) and op(x, y), with `op` from the tables of the [`Layout`].
pub(crate) type CallUnary = extern "C" fn(&Unary, f64) -> f64;
pub(crate) type CallBinary = extern "C" fn(&Binary, f64, f64) -> f64;

/// Finished code.
pub(crate) struct Code {
    /// Owns the memory of the functions.
    pub module: JITModule,
    /// Functions of two addresses: the inputs and the memory of the run.
    pub functions: Vec<*const u8>,
    /// Whether they call the table's functions.
    pub calls: bool,
}

/// The code of a program for this computer. It refers to the tables of the layout by address.
///
/// # Panics
/// If Cranelift knows no code for this computer.
pub(crate) fn emit(program: &Program, layout: &Layout, unary: CallUnary, binary: CallBinary) -> Code {
    let mut flags = settings::builder();
    let mut set = |name: &str, value: &str| flags.set(name, value).expect("a setting of Cranelift");
    // Programs come folded and without duplicates, and in an order in which little waits for its operands.
    set("opt_level", "none");
    // A full stack is met at its guard page, whatever the size of a function's part of it.
    set("enable_probestack", "true");
    set("probestack_strategy", "inline");
    let target = cranelift_native::builder().unwrap_or_else(|e| panic!("no machine code here: {e}"));
    let isa = target.finish(settings::Flags::new(flags)).expect("flags of Cranelift");
    let mut jit = JITBuilder::with_isa(isa, default_libcall_names());
    jit.symbol("call_unary", unary as *const u8);
    jit.symbol("call_binary", binary as *const u8);
    let mut module = JITModule::new(jit);
    let pointer = module.target_config().pointer_type();
    let mut foreign = |name: &str, numbers: usize| {
        let mut signature = module.make_signature();
        signature.params.push(AbiParam::new(pointer));
        (0..numbers).for_each(|_| signature.params.push(AbiParam::new(types::F64)));
        signature.returns.push(AbiParam::new(types::F64));
        module.declare_function(name, Linkage::Import, &signature).expect("a new name")
    };
    let foreign = [foreign("call_unary", 1), foreign("call_binary", 2)];
    let (mut ids, mut calls) = (vec![], false);
    for (part, list) in layout.parts.iter().enumerate() {
        let (id, called) = function(&mut module, foreign, program, layout, part, list.clone());
        ids.push(id);
        calls |= called
    }
    module.finalize_definitions().expect("memory for the code");
    let functions = ids.into_iter().map(|id| module.get_finalized_function(id)).collect();
    Code { module, functions, calls }
}

/// The function of one part of a program, and whether it calls others.
fn function(
    module: &mut JITModule,
    [unary, binary]: [FuncId; 2],
    program: &Program,
    layout: &Layout,
    part: usize,
    list: Range<usize>,
) -> (FuncId, bool) {
    let pointer = module.target_config().pointer_type();
    let mut signature = module.make_signature();
    signature.params.extend([AbiParam::new(pointer), AbiParam::new(pointer)]);
    let id =
        module.declare_function(&format!("part{part}"), Linkage::Export, &signature).expect("a new name");
    let mut context = module.make_context();
    context.func.signature = signature;
    let mut frontend = FunctionBuilderContext::new();
    let mut b = FunctionBuilder::new(&mut context.func, &mut frontend);
    let block = b.create_block();
    b.append_block_params_for_function_params(block);
    b.switch_to_block(block);
    b.seal_block(block);
    let (inputs, memory) = (b.block_params(block)[0], b.block_params(block)[1]);
    let constants = b.ins().iconst(pointer, layout.constants.as_ptr() as i64);
    let unary = module.declare_func_in_func(unary, b.func);
    let binary = module.declare_func_in_func(binary, b.func);
    let first = list.start;
    let (values, calls) = (vec![], false);
    let mut body =
        Body { b, program, layout, pointer, inputs, memory, constants, unary, binary, first, values, calls };
    for k in list {
        let value = body.value(k);
        if let (Some(value), Some(place)) = (value, layout.kept[k]) {
            body.store(value, place)
        }
        body.values.push(value)
    }
    // What was computed here, and in the first part what lies in memory already.
    for (place, &end) in layout.ends.iter().enumerate() {
        if layout.part[end as usize].unwrap_or(0) == part {
            let value = body.at(end);
            body.store(value, place)
        }
    }
    let calls = body.calls;
    body.b.ins().return_(&[]);
    body.b.finalize();
    module.define_function(id, &mut context).expect("a correct function");
    module.clear_context(&mut context);
    (id, calls)
}

/// A function under construction.
struct Body<'a> {
    b: FunctionBuilder<'a>,
    program: &'a Program,
    layout: &'a Layout,
    pointer: types::Type,
    inputs: Value,
    memory: Value,
    constants: Value,
    unary: FuncRef,
    binary: FuncRef,
    /// The first instruction of this function, and what it has computed from there on.
    first: usize,
    values: Vec<Option<Value>>,
    calls: bool,
}

impl Body<'_> {
    /// Number `place` of a row: offsets of an instruction are of 32 bits.
    fn number(&mut self, row: Value, place: usize) -> (Value, i32) {
        let bytes = 8 * place as i64;
        match i32::try_from(bytes) {
            Ok(near) => (row, near),
            Err(_) => {
                let far = self.b.ins().iconst(self.pointer, bytes);
                (self.b.ins().iadd(row, far), 0)
            }
        }
    }
    fn load(&mut self, row: Value, place: usize) -> Value {
        let (row, near) = self.number(row, place);
        self.b.ins().load(types::F64, MemFlags::trusted(), row, near)
    }
    fn store(&mut self, value: Value, place: usize) {
        let (row, near) = self.number(self.memory, place);
        self.b.ins().store(MemFlags::trusted(), value, row, near);
    }
    /// What this function has computed in a register, if it has.
    fn computed(&self, k: u32) -> Option<Value> {
        *self.values.get((k as usize).checked_sub(self.first)?)?
    }
    /// The value of an instruction. What lies in memory is read where it is used, and takes no register in between.
    fn at(&mut self, k: u32) -> Value {
        if let Some(value) = self.computed(k) {
            return value;
        }
        match self.program.list[k as usize] {
            Instruction::Input(i) => self.load(self.inputs, i as usize),
            Instruction::Constant(_) => self.load(self.constants, self.layout.place[k as usize]),
            Instruction::Unary(..) | Instruction::Binary(..) | Instruction::Select(..) => {
                let place = self.layout.kept[k as usize].expect("what a later part reads is kept");
                self.load(self.memory, place)
            }
        }
    }
    /// The code of an instruction; inputs and constants have none.
    fn value(&mut self, k: usize) -> Option<Value> {
        let place = self.layout.place[k];
        match self.program.list[k] {
            Instruction::Input(_) | Instruction::Constant(_) => None,
            Instruction::Unary(_, x) => {
                let x = self.at(x);
                Some(self.apply(&self.layout.unary[place], x))
            }
            Instruction::Binary(op, x, y) => {
                // An instruction takes its second operand from memory.
                let commutes = matches!(op, Binary::Add | Binary::Mul);
                let (x, y) = if commutes && self.computed(x).is_none() { (y, x) } else { (x, y) };
                let (x, y) = (self.at(x), self.at(y));
                Some(self.combine(&self.layout.binary[place], x, y))
            }
            Instruction::Select(c, x, y) => {
                let zero = self.b.ins().f64const(0.0);
                let c = self.at(c);
                let is = self.b.ins().fcmp(FloatCC::NotEqual, c, zero);
                let (x, y) = (self.at(x), self.at(y));
                Some(self.b.ins().select(is, x, y))
            }
        }
    }
    fn apply(&mut self, op: &Unary, x: Value) -> Value {
        let b = &mut self.b;
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
                self.calls = true;
                let address = b.ins().iconst(self.pointer, std::ptr::from_ref(op) as i64);
                let call = b.ins().call(self.unary, &[address, x]);
                b.inst_results(call)[0]
            }
        }
    }
    fn combine(&mut self, op: &Binary, x: Value, y: Value) -> Value {
        let b = &mut self.b;
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
                self.calls = true;
                let address = b.ins().iconst(self.pointer, std::ptr::from_ref(op) as i64);
                let call = b.ins().call(self.binary, &[address, x, y]);
                b.inst_results(call)[0]
            }
        }
    }
}
