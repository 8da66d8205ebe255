//! Plans as text: a line for every step.

use crate::eval::ir::item::{Item, ItemKind};
use crate::eval::ir::program::{Op, Target};
use crate::eval::ir::step::Step;
use crate::eval::run::Compiled;
use std::fmt;

impl fmt::Display for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let bytes: usize = self.memory().sizes.iter().map(|lines| lines * 64).sum();
        let held = self.graph.items.iter().filter_map(|i| match &i.kind {
            ItemKind::Data(b) => Some(b.bytes().len()),
            _ => None,
        });
        writeln!(
            f,
            "{} steps, {bytes} bytes of memory beside inputs and {} of constants",
            self.plan.steps.len(),
            held.sum::<usize>()
        )?;
        for (k, step) in self.plan.steps.iter().enumerate() {
            write!(f, "{k:>4}  ")?;
            match step {
                Step::Fused { program, outputs, sinks, .. } => {
                    write!(f, "fused {:?}:", &program.dims[..])?;
                    for i in &program.code {
                        match i.op {
                            Op::Unary(op) => write!(f, " {}", op.name())?,
                            Op::Binary(op) => write!(f, " {}", op.name())?,
                            Op::Compare(op) => write!(f, " {op:?}")?,
                            Op::Select => f.write_str(" select")?,
                            Op::Complex => f.write_str(" complex")?,
                            Op::Cast(from) if from != i.dtype => write!(f, " cast({})", i.dtype)?,
                            Op::Cast(_) => {}
                        }
                        if let Target::Output(k) = i.target {
                            write!(f, " →{}", self.place(outputs[k as usize]))?
                        }
                    }
                    for (sink, &i) in program.sinks.iter().zip(sinks) {
                        write!(f, " {:?} →{}", sink.op, self.place(i))?
                    }
                    writeln!(f)?
                }
                Step::Control { lead, outputs } => {
                    write!(f, "{}", name(&self.graph.items[*lead]))?;
                    outputs.iter().try_for_each(|&(_, i)| write!(f, " →{}", self.place(i)))?;
                    writeln!(f)?
                }
                Step::Kernel(i) => {
                    let item = &self.graph.items[*i];
                    writeln!(f, "{} →{}", name(item), self.place(*i))?
                }
            }
        }
        Ok(())
    }
}

fn name(item: &Item) -> &'static str {
    match item.kind {
        ItemKind::Copy => "copy",
        _ => item.prim().name(),
    }
}

impl Compiled {
    /// An item's shape and dtype, and the line it comes from.
    fn place(&self, item: usize) -> String {
        let item = &self.graph.items[item];
        let at = item.node.at();
        format!("{}{} ({}:{})", item.dtype(), item.shape(), at.file(), at.line())
    }
}
