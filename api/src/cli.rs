//! The command line: arguments in, one function of the library called, its answer printed.
//!
//! Answers go to standard output; progress, logs and what went wrong to standard error. Exit status: 0 done, 1 failed,
//! 2 the command line or the configuration cannot be used.

mod admin;
mod arguments;
mod backup;
mod check;
mod failure;
mod import;
mod keys;
mod migrate;
mod progress;
mod service;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::Parser;

use self::{
    arguments::{AdminCommand, Arguments, Command, ImportCommand, KeysCommand},
    failure::Failure,
};
use crate::{
    config::{Effective, Origin, Sources},
    telemetry,
};

/// Runs the program with the arguments and the environment of the process.
pub fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our answer has read enough.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            // When even this cannot be written, the exit status says it.
            let _ = writeln!(io::stderr(), "error: {}", failure.told());
            ExitCode::from(failure.status())
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    // Not locked: while serving, other threads print too.
    let mut out = io::stdout();
    if let Command::Openapi = arguments.command {
        return service::openapi(&mut out);
    }
    let sources = Sources::read(arguments.everywhere.config.clone(), arguments.flags());
    let mut effective = Effective::of(sources)?;
    let serves = matches!(arguments.command, Command::Serve(_) | Command::Worker);
    // What is printed as a file to begin with is what serve would do.
    let prints = matches!(arguments.command, Command::Check { print_config: true, .. });
    if !serves && !prints && effective.origin("log_filter") == Origin::Default {
        // A person reads the answer of the command; what is merely interesting would be in the way.
        "warn".clone_into(&mut effective.config.log.filter);
    }
    telemetry::start(&effective.config.log).map_err(|error| Failure::caused("nothing can be logged", error))?;
    if serves {
        effective.notices.iter().for_each(|notice| tracing::warn!("{notice}"));
    }
    let Effective { config, .. } = &effective;
    match arguments.command {
        Command::Serve(serve) => service::serve(effective.config, serve.demo),
        Command::Worker => service::worker(effective.config),
        Command::Migrate => migrate::migrate(config, &mut out),
        Command::Openapi => service::openapi(&mut out),
        Command::Import { what: ImportCommand::Libraries(import) } => import::libraries(config, &import, &mut out),
        Command::Admin { what: AdminCommand::Create(create) } => admin::create(config, &create, &mut out),
        Command::Keys { what: KeysCommand::Rotate { compromised } } => keys::rotate(config, compromised, &mut out),
        Command::Keys { what: KeysCommand::List } => keys::list(config, &mut out),
        Command::Backup { file } => backup::backup(config, &file, &mut out),
        Command::Check { print_config: true, .. } => Ok(out.write_all(effective.to_toml().as_bytes())?),
        Command::Check { audit, head, .. } => {
            let chain = audit.then_some(check::Chain { head });
            check::check(&effective, chain.as_ref(), &mut out)
        }
    }
}
