//! No space is left: writes are refused as problems, reading goes on, and with room again all is well.

use std::{fs, path::Path, process::Command, time::Duration};

use packhorse_tests::{Program, scale};

use super::{network, post, timed};

/// A small file system in memory, gone when dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// Nothing where mounting is not permitted.
    fn new() -> Option<Self> {
        let dir = tempfile::TempDir::new().unwrap();
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=6m", "tmpfs"]).arg(dir.path()).output();
        if !mount.is_ok_and(|mount| mount.status.success()) {
            eprintln!("not run: a small file system can be mounted only as root, on Linux");
            return None;
        }
        Some(Self(dir))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_refuses_writes_and_nothing_else() {
    let Some(disk) = SmallDisk::new() else { return };
    let url = format!("sqlite:{}", disk.path().join("packhorse.db").display());
    let mut program = Program::start(&url);
    let client = program.operator();
    let network = network(&client);
    let ballast = disk.path().join("ballast");
    let mut taken = Vec::new();
    for round in 0..scale(2, 10) {
        // Somebody else takes all room but a little.
        let _ = fs::write(&ballast, vec![0; 8 << 20]);
        let room = fs::metadata(&ballast).unwrap().len();
        fs::OpenOptions::new().write(true).open(&ballast).unwrap().set_len(room.saturating_sub(200 << 10)).unwrap();
        let (mut refused, mut number, mut slowest) = (0, 0, Duration::ZERO);
        while refused < 20 {
            number += 1;
            assert!(number < 2000, "the disk does not fill");
            let name = format!("full {round} {number}");
            let (reply, time) = timed(|| post(&client, &network, &name).expect("an answer"));
            slowest = slowest.max(time);
            match reply.status {
                201 => taken.push((name, reply.id())),
                507 | 503 => {
                    refused += 1;
                    let problem = reply.json();
                    assert_eq!(problem["status"], reply.status, "{}", reply.text);
                    assert!(reply.header("retry-after").is_some() && !reply.text.contains("SQL"), "{}", reply.text);
                }
                _ => panic!("{} {}", reply.status, reply.text),
            }
            // Reading works all the time.
            client.get("/v1/libraries?limit=5").expect(200);
        }
        println!("round {round}: {number} tries, {} taken until now, refused within {slowest:?}", taken.len());
        for (_, id) in &taken {
            client.get(&format!("/v1/libraries/{id}")).expect(200);
        }
        assert_eq!(client.get("/health/ready").status, 200);
        fs::remove_file(&ballast).unwrap();
        // With room again the first try succeeds, and a key that was refused is free.
        let name = format!("full {round} {number}");
        let reply = post(&client, &network, &name).unwrap().expect(201);
        taken.push((name, reply.id()));
    }
    assert!(!program.has_ended());
    drop(program);
    // What is on the disk is whole.
    let again = Program::start(&url);
    let client = again.operator();
    for (name, id) in &taken {
        assert_eq!(client.get(&format!("/v1/libraries/{id}")).expect(200).json()["name"], name.as_str());
    }
}
