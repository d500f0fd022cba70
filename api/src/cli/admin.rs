//! `admin`.

use std::{
    env,
    io::{self, BufRead, BufReader, IsTerminal, Write},
};

use actix_web::rt::System;
use console::Term;
use packhorse_domain::{Clock, Valid, id::UserId, time::SystemClock, user::UserDetails};
use packhorse_services::{Error, Fault, passwords, users};

use super::{arguments::AdminCreate, failure::Failure, migrate};
use crate::config::Config;

/// Where a password may stand, for those who have no terminal.
const VARIABLE: &str = "PACKHORSE_ADMIN_PASSWORD";

/// Makes an operator.
pub(super) fn create(config: &Config, create: &AdminCreate, out: &mut dyn Write) -> Result<(), Failure> {
    // Not locked: asking on a terminal locks it too, and would wait for ever.
    let mut input = BufReader::new(io::stdin());
    let password = password(env::var(VARIABLE).ok(), &mut input, io::stdin().is_terminal())?;
    let id = run(config, create, &password)?;
    Ok(writeln!(out, "{} may sign in as {}, and is an operator ({id}).", create.name, create.email)?)
}

/// Hands them to the service, unless something is wrong with them; all of it is told.
fn run(config: &Config, create: &AdminCreate, password: &str) -> Result<UserId, Failure> {
    const NOBODY: &str = "nobody was made";
    let details = UserDetails { email: create.email.clone(), name: create.name.clone() };
    let mut faults: Vec<_> = passwords::check(password).err().into_iter().collect();
    let details = match Valid::new(details) {
        Ok(details) if faults.is_empty() => details,
        checked => {
            let wrong = checked.err().map(|errors| errors.field_errors().into_keys().collect::<Vec<_>>());
            let wrong = wrong.into_iter().flatten();
            faults.extend(wrong.map(|field| Fault::new(format!("/{field}"), "invalid", "cannot be used")));
            return Err(Failure::refused(NOBODY, Error::Invalid(faults)));
        }
    };
    let hash = passwords::hash(password).ok_or_else(|| Failure::Said("the password cannot be hashed".to_owned()))?;
    let database = migrate::ready(config, 1)?;
    let now = SystemClock.now();
    let made = database.write(move |conn| users::create_operator(conn, details.clone(), &hash, now));
    let made = System::new().block_on(made);
    made.map(|user| user.id).map_err(|error| Failure::refused(NOBODY, error))
}

/// The password: from the environment, or typed twice, or the first line of the input.
fn password(variable: Option<String>, input: &mut dyn BufRead, terminal: bool) -> Result<String, Failure> {
    if let Some(password) = variable.filter(|password| !password.is_empty()) {
        return Ok(password);
    }
    if terminal {
        return ask();
    }
    let mut line = String::new();
    input.read_line(&mut line).map_err(|error| Failure::caused("the password cannot be read", error))?;
    let password = line.trim_end_matches(['\n', '\r']);
    if password.is_empty() {
        return Err(Failure::Usage(format!(
            "no password: type it on a terminal, put it on the first line of standard input, or into {VARIABLE}"
        )));
    }
    Ok(password.to_owned())
}

/// Asks on the terminal, twice, without showing what is typed.
fn ask() -> Result<String, Failure> {
    let terminal = Term::stderr();
    let ask = |prompt| {
        terminal.write_str(prompt)?;
        terminal.read_secure_line()
    };
    let typed = |prompt| ask(prompt).map_err(|error: io::Error| Failure::caused("the password cannot be read", error));
    let password = typed("Password (12 to 128 characters): ")?;
    if password == typed("The same again: ")? {
        Ok(password)
    } else {
        Err(Failure::Said("the two differ; nobody was made".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(variable: Option<&str>, mut input: &[u8]) -> Result<String, Failure> {
        password(variable.map(str::to_owned), &mut input, false)
    }

    fn making(config: &Config, email: &str, password: &str) -> Result<UserId, String> {
        let create = AdminCreate { email: email.to_owned(), name: "Dana Whitfield".to_owned() };
        run(config, &create, password).map_err(|failure| failure.told())
    }

    #[test]
    fn an_operator_is_made_once() {
        let file = env::temp_dir().join(format!("packhorse-admin-{}.db", std::process::id()));
        let mut config = Config::default();
        config.database.url = packhorse_db::DatabaseUrl::Sqlite(file.clone());
        let first = making(&config, "dana@example.org", "a mule in the hills");
        let again = making(&config, "Dana@Example.org", "a mule in the hills");
        let wrong = making(&config, "dana", "short");
        for end in ["", "-wal", "-shm"] {
            let mut name = file.clone().into_os_string();
            name.push(end);
            let _ = std::fs::remove_file(name);
        }
        assert!(first.is_ok(), "{first:?}");
        assert_eq!(again.unwrap_err(), "nobody was made: somebody else has this address");
        let wrong = wrong.unwrap_err();
        assert!(wrong.contains("password: a password has 12 to 128") && wrong.contains("email: cannot"), "{wrong}");
    }

    #[test]
    fn a_password_comes_from_the_environment_or_the_first_line() {
        assert_eq!(given(Some("from the environment"), b"from a line\n").unwrap(), "from the environment");
        assert_eq!(given(None, b"  from a line \r\nnext\n").unwrap(), "  from a line ");
        assert_eq!(given(Some(""), b"from a line").unwrap(), "from a line");
        assert_eq!(given(None, b"\n").unwrap_err().status(), 2);
        assert_eq!(given(None, b"").unwrap_err().status(), 2);
    }
}
