//! Large pages for large memory: a processor knows a few thousand pages at a time, and a large array has more of the usual ones.
#![allow(unsafe_code)]

/// Bytes from which on memory is large: two pages of two megabytes.
const LARGE: usize = 4 << 20;

/// Asks the system to take large pages for memory that has just been allocated; elsewhere than on Linux, and for little
/// memory, does nothing. What lies there does not change.
pub fn large<T>(memory: *const T, bytes: usize) {
    #[cfg(target_os = "linux")]
    if bytes >= LARGE {
        unsafe extern "C" {
            fn madvise(
                address: *mut std::ffi::c_void,
                length: usize,
                advice: std::ffi::c_int,
            ) -> std::ffi::c_int;
        }
        const HUGEPAGE: std::ffi::c_int = 14;
        // Whole pages, of the largest usual size of an ordinary one.
        let page = 1 << 16;
        let start = memory.addr().next_multiple_of(page);
        let end = (memory.addr() + bytes) / page * page;
        // SAFETY: of any addresses whatever: the call changes no memory, and if it fails all is as before.
        unsafe { madvise(memory.with_addr(start).cast_mut().cast(), end - start, HUGEPAGE) };
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (memory, bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_stays_as_it_is() {
        let mut v: Vec<u32> = Vec::with_capacity(3 * LARGE / 4);
        v.extend([1, 2, 3]);
        large(v.as_ptr(), v.capacity() * 4);
        v.extend(4..1000);
        assert!(v.iter().zip(1..1000).all(|(a, b)| *a == b));
        large(v.as_ptr(), 0)
    }
}
