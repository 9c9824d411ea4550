//! Loads and calls a channel component. Not here: what a host does with the commands that come back.

pub mod contract;
