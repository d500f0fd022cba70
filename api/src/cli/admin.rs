//! `admin`.

use std::{
    env,
    io::{self, BufRead, IsTerminal, Write},
};

use console::Term;
use packhorse_domain::id::UserId;

use super::{arguments::AdminCreate, failure::Failure};
use crate::config::Config;

/// Where a password may stand, for those who have no terminal.
const VARIABLE: &str = "PACKHORSE_ADMIN_PASSWORD";

/// Makes an operator.
pub(super) fn create(config: &Config, create: &AdminCreate, out: &mut dyn Write) -> Result<(), Failure> {
    let password = password(env::var(VARIABLE).ok(), &mut io::stdin().lock(), io::stdin().is_terminal())?;
    let id = run(config, create, &password)?;
    Ok(writeln!(out, "{} may sign in as {}, and is an operator ({id}).", create.name, create.email)?)
}

/// Hands them to the service.
fn run(_config: &Config, _create: &AdminCreate, _password: &str) -> Result<UserId, Failure> {
    Err(Failure::Said("admin create is not connected".to_owned()))
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

    #[test]
    fn a_password_comes_from_the_environment_or_the_first_line() {
        assert_eq!(given(Some("from the environment"), b"from a line\n").unwrap(), "from the environment");
        assert_eq!(given(None, b"  from a line \r\nnext\n").unwrap(), "  from a line ");
        assert_eq!(given(Some(""), b"from a line").unwrap(), "from a line");
        assert_eq!(given(None, b"\n").unwrap_err().status(), 2);
        assert_eq!(given(None, b"").unwrap_err().status(), 2);
    }
}
