//! A PostgreSQL of a test's own, to be killed.

use std::{path::Path, process::Command};

use tempfile::TempDir;

use crate::{Backend, TestDatabase};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/setup/postgres.sh");

/// A server that is gone when the test is.
pub struct Cluster {
    /// Its superuser's database.
    pub url: String,
    dir: TempDir,
}

impl Cluster {
    /// Starts one, where tests run on PostgreSQL at all.
    pub fn start() -> Option<Self> {
        Backend::postgres()?;
        let dir = TempDir::new().unwrap();
        let told = Self::command("start", dir.path());
        let url = told.split('\'').nth(1).unwrap().to_owned();
        Some(Self { url, dir })
    }

    /// Its superuser's database, which has no tables. It is gone with the server.
    pub fn database(&self) -> TestDatabase {
        TestDatabase::at(&self.url)
    }

    fn command(verb: &str, dir: &Path) -> String {
        let output = Command::new(SCRIPT).arg(verb).arg(dir).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// `kill -9` of all its processes.
    pub fn kill(&self) {
        Self::command("kill", self.dir.path());
    }

    /// Starts it again, at the same port.
    pub fn again(&self) {
        Self::command("again", self.dir.path());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = Command::new(SCRIPT).arg("stop").arg(self.dir.path()).output();
    }
}
