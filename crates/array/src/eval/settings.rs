//! Settings of the process: when fused programs become machine code, and how a variable of the environment sets one.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// When a fused program becomes machine code. Results do not depend on it: see [`set_machine_code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum MachineCode {
    /// Once it has run for about as long as compiling it takes several times: the default.
    Auto = 1,
    /// Before its first run.
    Always = 2,
    /// Never: every program is interpreted.
    Never = 3,
    /// Before its first run; and every run is made a second time by the interpreter, on one thread and without updates in
    /// place, and their bits are compared. For tests: it takes more than twice as long.
    Compare = 4,
}

const NAMES: [(&str, MachineCode); 4] = [
    ("auto", MachineCode::Auto),
    ("always", MachineCode::Always),
    ("never", MachineCode::Never),
    ("compare", MachineCode::Compare),
];

/// The setting in force; 0 until the first question.
static MACHINE_CODE: AtomicU8 = AtomicU8::new(0);

/// When fused programs become machine code: what [`set_machine_code`] said last, or else the variable
/// `PULLBACK_MACHINE_CODE` of the environment (`auto`, `always`, `never` or `compare`), or else
/// [`MachineCode::Auto`].
///
/// # Panics
/// If the variable has another value.
///
/// ```
/// # use pullback_array as pullback;
/// use pullback::{MachineCode, machine_code, set_machine_code};
/// set_machine_code(MachineCode::Never);
/// assert_eq!(machine_code(), MachineCode::Never);
/// ```
#[inline]
pub fn machine_code() -> MachineCode {
    match MACHINE_CODE.load(Relaxed) {
        1 => MachineCode::Auto,
        2 => MachineCode::Always,
        3 => MachineCode::Never,
        4 => MachineCode::Compare,
        _ => from_environment(),
    }
}

#[cold]
fn from_environment() -> MachineCode {
    let chosen = chosen("PULLBACK_MACHINE_CODE", &NAMES).unwrap_or(MachineCode::Auto);
    // Not over what another thread has set meanwhile.
    let _ = MACHINE_CODE.compare_exchange(0, chosen as u8, Relaxed, Relaxed);
    machine_code()
}

/// Says when fused programs become machine code, for the whole process. Where there is none (without AVX-512, at a lower
/// [`CpuLevel`](crate::CpuLevel), without the feature `native`) every program is interpreted.
///
/// Results do not depend on it: machine code gives the bits of the interpreter, but for those within a NaN. Tests hold
/// that by random programs, and with [`MachineCode::Compare`] on whatever runs.
///
/// ```
/// # use pullback_array as pullback;
/// use pullback::{Array, MachineCode, Real, grad, set_machine_code};
/// set_machine_code(MachineCode::Compare);
/// let g = grad(|x: &Array| (x * x.tanh()).sum());
/// g(&Array::linspace(-1.0, 1.0, 1000)).eval(); // would panic if the two ways differed
/// ```
pub fn set_machine_code(when: MachineCode) {
    MACHINE_CODE.store(when as u8, Relaxed)
}

/// What a variable of the environment chooses among named values; none if it is not set, or empty.
///
/// # Panics
/// If it is none of the names.
pub(super) fn chosen<T: Copy>(variable: &str, names: &[(&str, T)]) -> Option<T> {
    let value = std::env::var_os(variable).filter(|v| !v.is_empty())?;
    let found = names.iter().find(|(name, _)| value == **name);
    let Some(&(_, chosen)) = found else {
        let all: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
        panic!("{variable} is {value:?}: it can be {}", all.join(", "))
    };
    Some(chosen)
}

/// The settings of the process that change no bits, held by one test at a time, and put back when it ends.
#[cfg(test)]
pub(crate) struct Settings {
    threads: usize,
    machine_code: MachineCode,
    _held: std::sync::MutexGuard<'static, ()>,
}

#[cfg(test)]
impl Settings {
    pub fn hold() -> Settings {
        static HELD: std::sync::Mutex<()> = std::sync::Mutex::new(());
        let held = HELD.lock().unwrap_or_else(|e| e.into_inner());
        Settings { threads: crate::threads(), machine_code: machine_code(), _held: held }
    }
}

#[cfg(test)]
impl Drop for Settings {
    fn drop(&mut self) {
        crate::set_threads(self.threads);
        set_machine_code(self.machine_code)
    }
}
