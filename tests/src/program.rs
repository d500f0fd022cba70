//! The program itself, as its users run it, in a process of its own.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use crate::{Backend, Client, PASSWORD};

/// The program, built once as the other checks build it.
fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--workspace", "--locked", "--quiet", "--bin", "packhorse"]);
        if Backend::postgres().is_some() {
            build.args(["--features", "packhorse/tls"]);
        }
        assert!(build.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).status().unwrap().success());
        // The tests lie in `target/debug/deps`.
        let test = std::env::current_exe().unwrap();
        test.parent().unwrap().parent().unwrap().join("packhorse")
    })
}

/// Runs one of its commands to the end. Whether it succeeded.
pub fn run_program(arguments: &[&str]) -> bool {
    Command::new(program()).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success()
}

/// The program with the demonstration, serving until it is dropped: then it is killed.
pub struct Program {
    /// Its address.
    pub base: String,
    child: Child,
}

impl Program {
    /// Serves a database.
    pub fn start(database: &str) -> Self {
        Self::with(database, &[])
    }

    /// Serves a database with these settings, each by its name.
    pub fn with(database: &str, settings: &[(&str, &str)]) -> Self {
        Self::logging(database, settings, drop)
    }

    /// The same, with every line that it says.
    pub fn logging(database: &str, settings: &[(&str, &str)], mut said: impl FnMut(String) + Send + 'static) -> Self {
        let mut command = Command::new(program());
        command.args(["serve", "--demo", "--bind", "127.0.0.1:0", "--database-url", database]);
        // The address of the tokens stays the same whatever the port.
        command.env("PACKHORSE_PUBLIC_URL", "http://packhorse.test").env("PACKHORSE_LOG_FORMAT", "json");
        // Those who attack it ask as fast as they can.
        let unlimited = [("requests_per_minute", "0"), ("sign_ins_per_minute", "0")];
        for (name, value) in unlimited.iter().chain(settings) {
            command.env(format!("PACKHORSE_{}", name.to_uppercase()), value);
        }
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let base = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let rest = line.strip_prefix("Packhorse serves ");
            let base = rest.and_then(|rest| rest.split_whitespace().next()).map(str::to_owned);
            said(line);
            base
        });
        thread::spawn(move || lines.map_while(Result::ok).for_each(said));
        Self { base: base.expect("the program serves"), child }
    }

    /// The operator of the demonstration, signed in.
    pub fn operator(&self) -> Client {
        Client::new(&self.base).sign_in("operator@packhorse.example", PASSWORD)
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    /// Tells it to stop, and waits until it has; whether it said that all is well.
    pub fn stop(mut self) -> bool {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(40) {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.success();
            }
            thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Most memory it ever had, in MiB, where the system tells (Linux).
    pub fn most_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
