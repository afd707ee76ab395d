//! What is asked of the server's own state and has a counterpart elsewhere: sockets by their ids, lists of rooms.
//! Leaves the rewrite to `plan`.

pub mod by_id;
pub mod copies;
pub(in crate::findings) mod snapshots;
