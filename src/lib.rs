//! placeholder

pub mod source;
pub mod config;
pub mod rules;
pub mod load;
pub mod syntax;
pub mod parse;
pub mod scope;
pub mod project;
pub mod findings;
pub mod plan;
