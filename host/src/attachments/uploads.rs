//! A file on its way in from an operator: counted, known by its first bytes, kept. Not here: who may send one (`http`).

use desk_store::NewFile;

use super::kinds::{real_name, type_of};
use super::{BlobError, BlobWriter, Blobs, FILE_BYTES_MAX, Pin, SNIFF_BYTES};
use crate::clock::to_column;

/// A file that is being received. Dropped before [`Upload::finish`], it leaves nothing behind.
pub struct Upload {
    writer: BlobWriter,
    first: Vec<u8>,
}

impl Upload {
    /// Begins one.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn begin(blobs: &Blobs) -> Result<Self, BlobError> {
        Ok(Self { writer: blobs.begin(FILE_BYTES_MAX)?, first: Vec::new() })
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// It has more than [`FILE_BYTES_MAX`] now, or the disk refuses.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        let wanted = SNIFF_BYTES.saturating_sub(self.first.len());
        self.first.extend_from_slice(&bytes[..bytes.len().min(wanted)]);
        self.writer.write(bytes)
    }

    /// Whether nothing came.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.writer.size() == 0
    }

    /// Makes it durable, under the name that it was given and its real extension. Waits for the disk. The pin is held until
    /// the row is written.
    ///
    /// # Errors
    /// The disk refuses; nothing stays.
    pub fn finish(self, name: Option<&str>, at: i64) -> Result<(NewFile, Pin), BlobError> {
        let found = type_of(&self.first);
        let (blob, pin) = self.writer.finish()?;
        let new = NewFile {
            name: real_name(name, found),
            media_type: found.media_type.to_owned(),
            size: to_column(blob.size),
            sha256: blob.sha256,
            at,
        };
        Ok((new, pin))
    }
}
