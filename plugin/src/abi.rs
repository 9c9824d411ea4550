//! The canonical ABI: how a value lies in memory where host and component meet; not which values there are.
//!
//! What the component model says of each kind of type is said here once, in code that all of them share: a record is its
//! fields one after the other, each at a multiple of its alignment; a variant is the number of its case in a byte, then
//! the case's value; a list is a pointer and a length. `contract` lists the records and variants.
//!
//! Arguments become owned values without copying their texts: the host wrote those into memory that it got from
//! [`realloc`], which is this component's own. Results stay where they are until the host has read them. Neither is ever
//! freed one by one: the arena rewinds after the call.

#![allow(unsafe_code, reason = "values are read and written by address, as the host does")]

use alloc::alloc::{Layout, alloc, handle_alloc_error};
use alloc::string::String;
use alloc::vec::Vec;
use core::mem::ManuallyDrop;

pub(crate) mod tables;

/// How much room a type takes.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    size: usize,
    align: usize,
}

impl Shape {
    /// No fields yet, or no cases.
    pub(crate) const EMPTY: Self = Self { size: 0, align: 1 };

    const fn of<T>() -> Self {
        Self { size: size_of::<T>(), align: align_of::<T>() }
    }

    /// With one more field behind.
    pub(crate) const fn then(self, field: Self) -> Self {
        let size = self.size.next_multiple_of(field.align) + field.size;
        Self { size, align: if self.align < field.align { field.align } else { self.align } }
    }

    /// With one more case in the same place.
    pub(crate) const fn or(self, case: Self) -> Self {
        Self {
            size: if self.size < case.size { case.size } else { self.size },
            align: if self.align < case.align { case.align } else { self.align },
        }
    }

    /// Padded, so that the next one in a list is aligned too.
    pub(crate) const fn padded(self) -> Self {
        Self { size: self.size.next_multiple_of(self.align), align: self.align }
    }

    /// Of a variant: a byte for the case's number, and behind it `self`, which is what all cases need.
    pub(crate) const fn behind_case(self) -> Self {
        Self { size: 1, align: 1 }.then(self).padded()
    }

    /// Where a variant of this shape has its case's value: behind the byte, at the alignment of both.
    pub(crate) const fn case_value(self, variant: *mut u8) -> *mut u8 {
        variant.wrapping_add(self.align)
    }
}

/// A type of the contract.
///
/// # Safety
/// The implementation must say what the contract says; a test compares them.
pub(crate) unsafe trait Value: Sized {
    /// The room that it takes.
    const SHAPE: Shape;

    /// Takes a value over from where it was passed.
    ///
    /// # Safety
    /// At `from` lies a value of this type, written by the host or by [`Value::store`], that nobody else takes over.
    unsafe fn load(from: *const u8) -> Self;

    /// Writes the value, and pointers into it.
    ///
    /// # Safety
    /// At `to` is room for it. What is written is good for as long as `self` stays as it is.
    unsafe fn store(&self, to: *mut u8);

    /// What it is called in WIT.
    #[cfg(test)]
    fn wit() -> String;
}

/// Goes through the fields of a record, or through the values of a list.
pub(crate) struct Fields {
    base: *mut u8,
    offset: usize,
}

impl Fields {
    /// Those at `base`.
    pub(crate) const fn of(base: *const u8) -> Self {
        Self { base: base.cast_mut(), offset: 0 }
    }

    /// The next field's place.
    #[inline]
    pub(crate) const fn next<T: Value>(&mut self) -> *mut u8 {
        let at = self.offset.next_multiple_of(T::SHAPE.align);
        self.offset = at + T::SHAPE.size;
        self.base.wrapping_add(at)
    }
}

/// Types that lie in memory as they do in Rust.
macro_rules! scalars {
    ($($kind:ident),*) => { $(
        // SAFETY: the component model gives these the same size, alignment and bytes.
        unsafe impl Value for $kind {
            const SHAPE: Shape = Shape::of::<$kind>();

            #[inline]
            unsafe fn load(from: *const u8) -> Self {
                // SAFETY: the caller says that one lies there, aligned as every value.
                unsafe { from.cast::<$kind>().read() }
            }

            #[inline]
            unsafe fn store(&self, to: *mut u8) {
                // SAFETY: the caller says that there is room.
                unsafe { to.cast::<$kind>().write(*self) }
            }

            #[cfg(test)]
            fn wit() -> String {
                stringify!($kind).into()
            }
        }
    )* };
}

// `u8` is none of them: lists of bytes are taken over whole, and nothing in the contract is a single one.
scalars!(bool, u16, u32, u64, f64);

/// A pointer and a length, as lists and texts are passed.
type Slice = (*mut u8, usize);

/// # Safety
/// A list or a text was passed at `from`.
#[inline]
unsafe fn load_slice(from: *const u8) -> Slice {
    // SAFETY: it is two words.
    unsafe { (from.cast::<*mut u8>().read(), from.cast::<usize>().add(1).read()) }
}

/// # Safety
/// At `to` is room for two words.
#[inline]
unsafe fn store_slice((start, length): (*const u8, usize), to: *mut u8) {
    // SAFETY: as the caller says.
    unsafe {
        to.cast::<*const u8>().write(start);
        to.cast::<usize>().add(1).write(length);
    }
}

// SAFETY: `list<u8>` is a pointer and a length.
unsafe impl Value for Vec<u8> {
    const SHAPE: Shape = Shape::of::<Slice>();

    #[inline]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: the bytes are a block of their own from `realloc`, as long as it was asked for; of an empty list the
        // pointer is not used.
        unsafe {
            let (start, length) = load_slice(from);
            if length == 0 { Self::new() } else { Self::from_raw_parts(start, length, length) }
        }
    }

    #[inline]
    unsafe fn store(&self, to: *mut u8) {
        // SAFETY: as the caller says.
        unsafe { store_slice((self.as_ptr(), self.len()), to) }
    }

    #[cfg(test)]
    fn wit() -> String {
        "list<u8>".into()
    }
}

// SAFETY: `string` is a pointer and a length in bytes; the component's encoding is UTF-8.
unsafe impl Value for String {
    const SHAPE: Shape = Vec::<u8>::SHAPE;

    #[inline]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: the host checks that a text is UTF-8 before it passes it.
        unsafe { Self::from_utf8_unchecked(Vec::load(from)) }
    }

    #[inline]
    unsafe fn store(&self, to: *mut u8) {
        // SAFETY: as the caller says.
        unsafe { store_slice((self.as_ptr(), self.len()), to) }
    }

    #[cfg(test)]
    fn wit() -> String {
        "string".into()
    }
}

// SAFETY: a list is a pointer to its values, one behind the other, and how many.
unsafe impl<T: Value> Value for Vec<T> {
    const SHAPE: Shape = Shape::of::<Slice>();

    #[inline(never)]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: as many values lie there as the length says.
        unsafe {
            let (start, length) = load_slice(from);
            let mut values = Fields::of(start);
            (0..length).map(|_| T::load(values.next::<T>())).collect()
        }
    }

    #[inline(never)]
    unsafe fn store(&self, to: *mut u8) {
        let start = room(T::SHAPE, self.len());
        let mut values = Fields::of(start);
        for value in self {
            // SAFETY: there is room for all of them.
            unsafe { value.store(values.next::<T>()) };
        }
        // SAFETY: as the caller says.
        unsafe { store_slice((start, self.len()), to) }
    }

    #[cfg(test)]
    fn wit() -> String {
        alloc::format!("list<{}>", T::wit())
    }
}

// SAFETY: a tuple is a record of two.
unsafe impl<A: Value, B: Value> Value for (A, B) {
    const SHAPE: Shape = Shape::EMPTY.then(A::SHAPE).then(B::SHAPE).padded();

    unsafe fn load(from: *const u8) -> Self {
        let mut fields = Fields::of(from);
        // SAFETY: both lie there.
        unsafe { (A::load(fields.next::<A>()), B::load(fields.next::<B>())) }
    }

    unsafe fn store(&self, to: *mut u8) {
        let mut fields = Fields::of(to);
        // SAFETY: there is room for both.
        unsafe {
            self.0.store(fields.next::<A>());
            self.1.store(fields.next::<B>());
        }
    }

    #[cfg(test)]
    fn wit() -> String {
        alloc::format!("tuple<{}, {}>", A::wit(), B::wit())
    }
}

// SAFETY: an option is a variant: 0 for none, 1 for some.
unsafe impl<T: Value> Value for Option<T> {
    const SHAPE: Shape = T::SHAPE.behind_case();

    #[inline]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: the case lies there, and with 1 a value.
        unsafe { (from.read() != 0).then(|| T::load(Self::SHAPE.case_value(from.cast_mut()))) }
    }

    #[inline]
    unsafe fn store(&self, to: *mut u8) {
        // SAFETY: there is room for the case and the value.
        unsafe {
            to.write(u8::from(self.is_some()));
            if let Some(value) = self {
                value.store(Self::SHAPE.case_value(to));
            }
        }
    }

    #[cfg(test)]
    fn wit() -> String {
        alloc::format!("option<{}>", T::wit())
    }
}

// SAFETY: a result is a variant: 0 for a good one, 1 for an error.
unsafe impl<T: Value, E: Value> Value for Result<T, E> {
    const SHAPE: Shape = Shape::EMPTY.or(T::SHAPE).or(E::SHAPE).behind_case();

    unsafe fn load(from: *const u8) -> Self {
        let value = Self::SHAPE.case_value(from.cast_mut());
        // SAFETY: the case lies there, and its value.
        unsafe { if from.read() == 0 { Ok(T::load(value)) } else { Err(E::load(value)) } }
    }

    unsafe fn store(&self, to: *mut u8) {
        let place = Self::SHAPE.case_value(to);
        // SAFETY: there is room for the case and either value.
        unsafe {
            to.write(u8::from(self.is_err()));
            match self {
                Ok(value) => value.store(place),
                Err(error) => error.store(place),
            }
        }
    }

    #[cfg(test)]
    fn wit() -> String {
        alloc::format!("result<{}, {}>", T::wit(), E::wit())
    }
}

/// Room for some values, one behind the other.
fn room(shape: Shape, count: usize) -> *mut u8 {
    let size = shape.size.saturating_mul(count);
    block(Layout::from_size_align(size, shape.align).expect("the shape of a value is one of memory"))
}

/// A block; a size of 0 needs none, only an address that is aligned.
fn block(layout: Layout) -> *mut u8 {
    if layout.size() == 0 {
        return core::ptr::without_provenance_mut(layout.align());
    }
    // SAFETY: the size is not 0.
    let start = unsafe { alloc(layout) };
    if start.is_null() {
        handle_alloc_error(layout)
    }
    start
}

/// What a function returns, where the host reads it. It is never dropped: what it points to has to stay.
pub(crate) fn answer<T: Value>(value: T) -> *const u8 {
    let value = ManuallyDrop::new(value);
    let place = room(T::SHAPE, 1);
    // SAFETY: that is its room.
    unsafe { value.store(place) };
    place
}

/// Room for what the host passes; it may begin with less and ask for more, as for a text that it has to encode.
#[cfg(target_arch = "wasm32")]
#[unsafe(export_name = "cabi_realloc")]
unsafe extern "C" fn realloc(old: *mut u8, old_size: usize, align: usize, size: usize) -> *mut u8 {
    let (Ok(before), Ok(layout)) =
        (Layout::from_size_align(old_size, align), Layout::from_size_align(size, align))
    else {
        unreachable!("the host asks for what fits into memory")
    };
    if before.size() == 0 || size == 0 {
        return block(layout);
    }
    // SAFETY: the host gives back a block that it got here, with its size and alignment.
    let start = unsafe { alloc::alloc::realloc(old, before, size) };
    if start.is_null() {
        handle_alloc_error(layout)
    }
    start
}
