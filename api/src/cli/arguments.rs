//! What can be typed, and the texts that teach it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use packhorse_domain::id::NetworkId;
use packhorse_services::seals::Noted;

use crate::config::Flag;

const FIRST_STEPS: &str = "\
First steps:
  packhorse serve --demo
      A network to play with; prints sign-ins to paste and the address of the documentation.
  packhorse admin create --email dana@example.org --name 'Dana Whitfield'
      The first person who may sign in; asks for a password.
  packhorse serve
      Serves http://127.0.0.1:8080 from ./packhorse.db, which it makes.

Settings come from a TOML file (--config FILE), above that from the environment, above that from flags. A setting has \
one name: database_url in the file is PACKHORSE_DATABASE_URL in the environment and --database-url as a flag. \
packhorse check --print-config shows them all.

Exit status: 0 done, 1 failed, 2 the command line or the configuration cannot be used.";

const DATABASE_URL: &str = "sqlite:FILE or postgres://…; PACKHORSE_DATABASE_URL is the place for one with a password, since others can read \
     command lines";

const SERVE: &str = "\
Examples:
  packhorse serve --demo --database-url sqlite:./demo.db
  packhorse serve --bind 127.0.0.1:9000
  packhorse serve --config /etc/packhorse.toml --no-worker --no-migrate
      One of several processes on one PostgreSQL; some other does the background work.

It listens on the loopback address unless told otherwise; to be reached from elsewhere, put a reverse proxy with TLS in \
front and set public_url. It stops on SIGTERM or Ctrl-C, after it has answered what it took.";

const WORKER: &str = "\
Does what serve does besides answering: lets holds expire, and the like. Any number of processes may; each takes other \
work. Needed only where every serve runs with --no-worker.

Example:
  packhorse worker --config /etc/packhorse.toml";

const MIGRATE: &str = "\
serve and worker do this when they start, unless told --no-migrate. Safe to repeat, and from several machines at once. \
Make a backup first.

Examples:
  packhorse migrate
  packhorse migrate --database-url postgres://packhorse@db.example.org/packhorse";

const OPENAPI: &str = "\
The same document is served at /openapi.json.

Example:
  packhorse openapi > packhorse.json";

const IMPORT_LIBRARIES: &str = "\
Reads the Public Libraries Survey outlet file as IMLS publishes it, or the cleaned form (fscskey,seq,name,…) as CSV or \
as one JSON object a line (.ndjson). The FSCS key decides whether a library is new, changed or as it was, so the same \
file may be imported again. A bad line is told by number and column; then nothing at all is kept, unless --partial.

Examples:
  packhorse import libraries PLS_FY2022_Outlet.csv --dry-run
  packhorse import libraries libraries.csv --partial
  packhorse import libraries kansas.ndjson --network net_01k9z3k8m4e0r9q2v7x5y6w8ta";

const ADMIN_CREATE: &str = "\
An operator may do everything; give people who coordinate, teach or work in libraries their own roles over the API. \
The password (12 to 128 characters) is asked for on a terminal, else read from PACKHORSE_ADMIN_PASSWORD or the first \
line of standard input. There is no flag for it: command lines can be read by others on the machine.

Examples:
  packhorse admin create --email dana@example.org --name 'Dana Whitfield'
  packhorse admin create --email dana@example.org --name 'Dana Whitfield' < password.txt";

const KEYS_ROTATE: &str = "\
The key that was shown at /.well-known/jwks.json as the next one begins to sign access tokens; the one before goes on \
verifying what it signed, for a little over an hour, and then goes. Nobody notices: the processes that serve follow within \
30 seconds, without a restart. A next key must have been shown for ten minutes.

With --compromised every key is replaced at once, because somebody may have read them, in a backup for one. Access tokens \
end within 30 seconds; refresh tokens give new ones.

Examples:
  packhorse keys rotate
  packhorse keys rotate --compromised";

const KEYS_LIST: &str = "\
Shows thumbprints (`kid`), never a key.

Example:
  packhorse keys list";

const BACKUP: &str = "\
Copies a SQLite database while it is in use; the copy is of one instant, and was checked. FILE must not exist. \
For PostgreSQL it says which commands do the same.

To restore: stop Packhorse, put the copy in the place of the database, remove the files ending in -wal and -shm beside \
it, and start again.

Example:
  packhorse backup packhorse-monday.db";

const CHECK: &str = "\
Looks at the configuration, whether the database answers, whether its schema is up to date, and the clocks. Changes \
nothing. Run it before serve, or when something is odd.

Examples:
  packhorse check
  packhorse check --config /etc/packhorse.toml
  packhorse check --print-config > packhorse.toml
      Every setting with its value and where that came from, in the form of a file to start from; secrets left out.
  packhorse check --audit
      Walks the chain of hashes over the log of events too, and names every event that was changed, deleted, inserted or
      moved. Note the head that it prints, elsewhere: who can write to the database can make a whole chain anew, and
      with --head only is it seen that a chain still goes on from the one you noted.
  packhorse check --audit --head 1204:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// Packhorse: libraries share traveling trainers.
///
/// Libraries say what training they need, trainers say where and when they can teach; Packhorse finds who is really free,
/// sends offers, and books without ever booking anyone twice. Everything is a REST API, described at /docs.
#[derive(Debug, Parser)]
#[command(name = "packhorse", version, after_help = FIRST_STEPS, max_term_width = 120)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub everywhere: Everywhere,
    #[command(subcommand)]
    pub command: Command,
}

/// Flags of every command.
#[derive(Debug, Args)]
pub(super) struct Everywhere {
    #[arg(long, value_name = "FILE", global = true, help = "Configuration file (TOML); or PACKHORSE_CONFIG")]
    pub config: Option<PathBuf>,
    #[arg(long, value_name = "URL", global = true, help = DATABASE_URL)]
    pub database_url: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Serve the API.
    #[command(after_help = SERVE)]
    Serve(Serve),
    /// Do the background work only.
    #[command(after_help = WORKER)]
    Worker,
    /// Bring the schema of the database up to date.
    #[command(after_help = MIGRATE)]
    Migrate,
    /// Print the OpenAPI document.
    #[command(after_help = OPENAPI)]
    Openapi,
    /// Import a file.
    #[command(arg_required_else_help = true)]
    Import {
        #[command(subcommand)]
        what: ImportCommand,
    },
    /// Manage the people who run the installation.
    #[command(arg_required_else_help = true)]
    Admin {
        #[command(subcommand)]
        what: AdminCommand,
    },
    /// Manage the keys that sign access tokens.
    #[command(arg_required_else_help = true)]
    Keys {
        #[command(subcommand)]
        what: KeysCommand,
    },
    /// Copy the database while it is in use.
    #[command(after_help = BACKUP)]
    Backup {
        /// The copy to make; must not exist.
        file: PathBuf,
    },
    /// Check configuration, database and clock.
    #[command(after_help = CHECK)]
    Check {
        /// Print the configuration that holds instead, as TOML, without secrets.
        #[arg(long)]
        print_config: bool,
        /// Walk the chain of hashes over the log of events, too.
        #[arg(long, conflicts_with = "print_config")]
        audit: bool,
        /// A head that was printed earlier, which the chain must contain.
        #[arg(long, value_name = "HEAD", requires = "audit")]
        head: Option<Noted>,
    },
}

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Fill an empty database with an invented network, and print how to sign in.
    #[arg(long)]
    pub demo: bool,
    /// Address and port to listen on [default: 127.0.0.1:8080]; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    pub bind: Option<String>,
    /// Leave the background work to another process.
    #[arg(long)]
    pub no_worker: bool,
    /// Leave the schema as it is.
    #[arg(long)]
    pub no_migrate: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum ImportCommand {
    /// Libraries and their buildings, from the IMLS outlet file.
    #[command(after_help = IMPORT_LIBRARIES)]
    Libraries(ImportLibraries),
}

#[derive(Debug, Args)]
pub(super) struct ImportLibraries {
    /// The file, or - for standard input.
    pub file: PathBuf,
    /// Make them members of this network.
    #[arg(long, value_name = "ID")]
    pub network: Option<NetworkId>,
    /// Say what would happen, and keep nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Keep the good lines even when others are bad.
    #[arg(long)]
    pub partial: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum AdminCommand {
    /// Make an operator.
    #[command(after_help = ADMIN_CREATE)]
    Create(AdminCreate),
}

#[derive(Debug, Args)]
pub(super) struct AdminCreate {
    /// The address they sign in with.
    #[arg(long)]
    pub email: String,
    /// Their name.
    #[arg(long)]
    pub name: String,
}

#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Let the next key sign, and make a new next one.
    #[command(after_help = KEYS_ROTATE)]
    Rotate {
        /// Replace every key at once: somebody may have read them.
        #[arg(long)]
        compromised: bool,
    },
    /// List them: which signs, which is next, which only verify.
    #[command(after_help = KEYS_LIST)]
    List,
}

impl Arguments {
    /// The settings among the arguments.
    pub fn flags(&self) -> Vec<Flag> {
        let mut flags = Vec::new();
        let mut add = |flag, key, value: Option<&str>| {
            flags.extend(value.map(|value| Flag { flag, key, value: value.to_owned() }));
        };
        add("--database-url", "database_url", self.everywhere.database_url.as_deref());
        if let Command::Serve(serve) = &self.command {
            add("--bind", "bind", serve.bind.as_deref());
            add("--no-worker", "worker", serve.no_worker.then_some("false"));
            add("--no-migrate", "migrate_on_start", serve.no_migrate.then_some("false"));
        }
        flags
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::config::{Effective, Origin, Sources};

    fn parse(line: &str) -> Arguments {
        Arguments::try_parse_from(line.split_whitespace()).unwrap()
    }

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_example_in_the_help_can_be_typed() {
        let texts = [
            FIRST_STEPS,
            SERVE,
            WORKER,
            MIGRATE,
            OPENAPI,
            IMPORT_LIBRARIES,
            ADMIN_CREATE,
            KEYS_ROTATE,
            KEYS_LIST,
            BACKUP,
            CHECK,
        ];
        let mut examples = 0;
        for line in texts.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with("  packhorse ")) {
            // The shell takes quotes and redirections away.
            let typed = line.split(['>', '<']).next().unwrap();
            let typed = typed.replace("'Dana Whitfield'", "Dana");
            let outcome = Arguments::try_parse_from(typed.split_whitespace());
            assert!(outcome.is_ok(), "{line}: {}", outcome.unwrap_err());
            examples += 1;
        }
        assert!(examples > 12, "{examples}");
    }

    #[test]
    fn flags_become_settings() {
        let arguments = parse("packhorse serve --database-url sqlite:x.db --bind [::1]:9 --no-worker --no-migrate");
        let effective = Effective::of(Sources { flags: arguments.flags(), ..Sources::default() }).unwrap();
        let config = &effective.config;
        assert_eq!(
            (config.http.bind.to_string().as_str(), config.database.url.to_string().as_str()),
            ("[::1]:9", "sqlite:x.db")
        );
        assert!(!config.worker.enabled && !config.database.migrate_on_start);
        assert_eq!(effective.origin("worker"), Origin::Flag("--no-worker"));
        assert_eq!(parse("packhorse serve").flags(), []);
        assert_eq!(parse("packhorse --database-url sqlite:x.db check").flags().len(), 1);
    }

    #[test]
    fn no_password_on_the_command_line() {
        let line = "packhorse admin create --email a@example.org --name A --password x".split_whitespace();
        assert_eq!(Arguments::try_parse_from(line).unwrap_err().exit_code(), 2);
    }
}
