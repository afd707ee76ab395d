//! placeholder

pub mod source;
pub mod rules;
pub mod syntax;
pub mod parse;
pub mod project;
pub mod findings;
pub mod plan;
