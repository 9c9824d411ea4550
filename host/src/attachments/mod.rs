//! Files: what customers send is fetched and kept, what operators upload is kept, and links that read both are signed. Not
//! here: what a file means in a task (`desk`).

mod blobs;
mod download;
mod fetch;
pub mod guard;
pub mod kinds;
mod links;
mod uploads;

pub use blobs::{Blob, BlobError, BlobWriter, Blobs, Pin, blob_path};
pub use download::Downloader;
pub use fetch::run;
pub use links::{DAYS as LINK_DAYS, Linked, Links};
pub use uploads::Upload;

/// Most bytes of a file: Viber's own most for one (developers.viber.com, File message).
pub const FILE_BYTES_MAX: u64 = 50 << 20;
/// As many first bytes as say what a file is.
const SNIFF_BYTES: usize = 8_192;
