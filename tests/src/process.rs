//! Servers in processes of their own, on the database of a world.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
};

use packhorse_db::DatabaseUrl;
use packhorse_domain::Clock;

use crate::{
    World,
    world::{TestClock, start},
};

const DATABASE: &str = "PACKHORSE_TEST_SERVE_DATABASE";
const NOW: &str = "PACKHORSE_TEST_SERVE_NOW";
const SERVES: &str = "serves http://";

/// A server in a process of its own, killed when it is dropped. Its clock begins where that of the world stood.
pub struct ServerProcess {
    /// Its address.
    pub base: String,
    child: Child,
}

impl ServerProcess {
    /// Starts this very test program again, as a server: it has an ignored test of the name `serve` that calls
    /// [`serve_when_told`].
    pub(crate) fn start(world: &World) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["serve", "--ignored", "--nocapture"]).stdout(Stdio::piped());
        command.env(DATABASE, world.database().address()).env(NOW, world.clock.now().to_string());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find_map(|line| line.split_once(SERVES).map(|(_, address)| address.to_owned()));
        Self { base: format!("http://{}", address.expect("the process serves")), child }
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves until it is killed, in a process that [`World::processes`] started; elsewhere it does nothing.
pub fn serve_when_told() {
    let (Ok(database), Ok(now)) = (std::env::var(DATABASE), std::env::var(NOW)) else { return };
    let url: DatabaseUrl = database.parse().unwrap();
    let server = start(&url, &World::config(), Arc::new(TestClock::at(&now)));
    println!("\n{SERVES}{}", server.base.trim_start_matches("http://"));
    server.thread.join().unwrap();
}
