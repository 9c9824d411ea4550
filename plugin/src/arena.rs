//! The component's memory: an arena that a call fills and that is empty after it; not what lies in it.
//!
//! Every function of the contract is pure, so that nothing outlives a call: blocks are cut one behind the other, and all
//! of them are given back at once when the host has read the answer. A component that serves one call never gets that
//! far; one that a host keeps alive does not grow.

#![allow(unsafe_code, reason = "an allocator hands out addresses")]
#![cfg(target_arch = "wasm32")]

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size};
use core::cell::Cell;
use core::ptr;

const PAGE_BYTES: usize = 65_536;

/// Pages to ask for at once, at least: each time costs the host a system call.
const PAGES_MIN: usize = 4;

unsafe extern "C" {
    /// The linker's word for where the heap begins: behind stack and constants.
    static __heap_base: u8;
}

struct Arena {
    /// Where the next block begins.
    next: Cell<*mut u8>,
    /// Where the memory ends that is known to be there.
    end: Cell<*mut u8>,
}

// SAFETY: a component has one thread.
unsafe impl Sync for Arena {}

#[global_allocator]
static ARENA: Arena =
    Arena { next: Cell::new((&raw const __heap_base).cast_mut()), end: Cell::new(ptr::null_mut()) };

/// Gives everything back. Whoever calls it has nothing left that lies in the arena, which is so between two calls.
pub(crate) fn rewind() {
    ARENA.next.set((&raw const __heap_base).cast_mut());
}

impl Arena {
    /// A block of `size` bytes at `start` if there is room, or where more memory can be had.
    fn cut(&self, start: *mut u8, size: usize) -> *mut u8 {
        let Some(end) = start.addr().checked_add(size) else { return ptr::null_mut() };
        if end > self.end.get().addr() && !self.grow(end) {
            return ptr::null_mut();
        }
        self.next.set(start.with_addr(end));
        start
    }

    /// Makes sure that there is memory up to `end`.
    #[cold]
    fn grow(&self, end: usize) -> bool {
        let pages = memory_size::<0>();
        let missing = end.div_ceil(PAGE_BYTES).saturating_sub(pages);
        let grown = missing == 0 || memory_grow::<0>(missing.max(PAGES_MIN)) != usize::MAX;
        // Above the last page there is no address: the end of a full memory would be 0.
        let bytes = memory_size::<0>().saturating_mul(PAGE_BYTES);
        self.end.set(self.next.get().with_addr(bytes));
        grown
    }

    fn is_last(&self, block: *mut u8, size: usize) -> bool {
        block.wrapping_add(size) == self.next.get()
    }
}

// Called from hundreds of places, and so never inlined.
// SAFETY: blocks are behind each other and inside the memory.
unsafe impl GlobalAlloc for Arena {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let next = self.next.get();
        self.cut(next.wrapping_add(next.align_offset(layout.align())), layout.size())
    }

    /// Only the last block can be given back alone: most that is made for a moment is.
    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if self.is_last(block, layout.size()) {
            self.next.set(block);
        }
    }

    /// The last block grows where it is, as a text does that is written piece by piece.
    #[inline(never)]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if self.is_last(block, layout.size()) {
            return self.cut(block, size);
        }
        if size <= layout.size() {
            return block;
        }
        // SAFETY: the alignment is a block's, and the new one is larger than the old.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                ptr::copy_nonoverlapping(block, new, layout.size());
            }
            new
        }
    }
}
