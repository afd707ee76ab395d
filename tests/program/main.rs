//! The program as a whole, started like a user starts it, on small projects in a temporary folder.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test writes and reads projects and may stop at the first surprise"
)]

mod bad_input;
mod choices;
mod configuration;
mod contract;
mod dialogue;
mod killed;
mod patches;
mod terminal;
mod world;
mod writes;
