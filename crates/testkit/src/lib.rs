#![doc = include_str!("../README.md")]

pub mod agent;
pub mod browser;
pub mod machine;
pub mod node;
pub mod wait;
