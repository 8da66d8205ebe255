//! What a panic says, and in whose line.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

/// A panic's text and the file of its line.
#[derive(Clone, Debug, Default)]
pub struct Panicked {
    pub text: String,
    pub file: String,
}

thread_local! { static LAST: RefCell<Option<Panicked>> = const { RefCell::new(None) } }

/// The panic that `f` ends with, if it does; nothing of it is printed.
pub fn panic_of<T>(f: impl FnOnce() -> T) -> Option<Panicked> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let text = info.payload_as_str().unwrap_or("not a text").to_string();
            let file = info.location().map_or(String::new(), |l| l.file().to_string());
            let caught = LAST.with_borrow_mut(|last| match last {
                Some(last) => {
                    *last = Panicked { text, file };
                    true
                }
                None => false,
            });
            if !caught {
                usual(info)
            }
        }))
    });
    LAST.set(Some(Panicked::default()));
    let ended = catch_unwind(AssertUnwindSafe(|| drop(f())));
    let last = LAST.take();
    ended.err().and(last)
}
