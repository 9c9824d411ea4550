//! Skeleton.
wit_bindgen::generate!({ path: "../wit", world: "channel" });
