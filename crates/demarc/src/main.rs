//! The switch: commands and wiring. No rule of the business is here.

mod client;
mod command;
mod config;
mod failure;
mod figures;
mod flow;
mod running;
mod sites;
mod steps;
mod stop;
mod wire;

use clap::Parser;
use std::process::ExitCode;

/// Small objects by the million, freed on other threads than they were made on.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Clap answers a mistake in the flags by itself, with code 2.
    let cli = command::Cli::parse();
    match command::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            for line in failure.say.lines() {
                eprintln!("demarc: {line}");
            }
            ExitCode::from(failure.exit)
        }
    }
}
