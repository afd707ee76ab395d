//! What is known of a value besides its flow: what frameworks do, what the project's configuration teaches, what
//! TypeScript declares, what names say. The last two are guesses, made when everything certain is known.

mod configured;
mod declared;
mod frameworks;
mod guesses;
mod sessions;
