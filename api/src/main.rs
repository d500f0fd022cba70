//! The program.

use std::process::ExitCode;

fn main() -> ExitCode {
    packhorse::cli::main()
}
