//! placeholder

pub mod source;
pub mod rules;
pub mod syntax;
pub mod project;
pub mod findings;
pub mod plan;
