//! Files: what customers send is fetched and kept. Not here: what a file means in a task (`desk`), nor who may read it.

mod blobs;
pub mod guard;

pub use blobs::{Blob, BlobError, BlobWriter, Blobs};
