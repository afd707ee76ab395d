//! placeholder
pub mod resolve;
