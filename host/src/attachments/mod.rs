//! Files: what customers send is fetched and kept. Not here: what a file means in a task (`desk`), nor who may read it.

mod blobs;
mod download;
mod fetch;
pub mod guard;
pub mod kinds;
mod tickets;

pub use blobs::{Blob, BlobError, BlobWriter, Blobs};
pub use download::{Downloader, FILE_BYTES_MAX};
pub use fetch::run;
pub use tickets::Tickets;
