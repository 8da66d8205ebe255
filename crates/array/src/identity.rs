//! Equality by identity, for what a primitive holds that equals itself and no other.

/// `PartialEq`, `Eq` and `Hash` by address, and `Debug` by name.
macro_rules! equal_by_identity {
    ($T:ident) => {
        impl PartialEq for $T {
            fn eq(&self, other: &$T) -> bool {
                std::ptr::eq(self, other)
            }
        }
        impl Eq for $T {}
        impl std::hash::Hash for $T {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                std::ptr::from_ref(self).hash(state)
            }
        }
        impl std::fmt::Debug for $T {
            fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                write!(f, concat!(stringify!($T), "({})"), self.name)
            }
        }
    };
}
pub(crate) use equal_by_identity;
