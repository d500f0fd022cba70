//! Uploaded files of materials: what is shown of them, to whom, and how safely.

use std::{
    fs::File,
    io::Write,
    time::{Duration, SystemTime},
};

use packhorse::{
    config::{Config, FilesConfig},
    files::BucketConfig,
};
use packhorse_domain::{
    Timestamp,
    id::{Id, MaterialId},
    material::MaterialFile,
};
use packhorse_services::tokens::sha256;
use packhorse_tests::{Backend, Client, Market, Region, Reply, TestDatabase, World, both};
use serde_json::{Value, json};

const DIGEST_OF_HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

fn material(market: &Market, changes: &Value) -> String {
    let mut details = json!({ "kind": "handout", "title": "Ten \"questions\" — ü", "media_type": "text/plain" });
    packhorse_tests::merge(&mut details, changes);
    let path = format!("/v1/workshops/{}/materials", market.catalog.workshop);
    market.coordinator.post(&path, &details).expect(201).location()
}

fn upload(client: &Client, path: &str, kind: &str, content: impl AsRef<[u8]>) -> Reply {
    let etag = client.get(path).expect(200).etag();
    let headers = [("if-match", etag.as_str()), ("content-type", kind)];
    client.send("PUT", &format!("{path}/file"), &headers, Some(content.as_ref()))
}

both! {
    fn a_file_is_uploaded_and_fetched(world) {
        let market = Market::new(world);
        let path = material(&market, &json!({}));
        let public = format!("{}/file", path.replace("/v1", ""));
        market.coordinator.get(&format!("{path}/file")).expect(404);
        world.client().get(&public).expect(404);
        let page = format!("/workshops/{}", market.catalog.workshop);
        assert!(!world.client().get(&page).expect(200).text.contains("Ten "), "nobody could get there");
        let told = upload(&market.coordinator, &path, "text/html; charset=utf-8", "hello").expect(200);
        let file = told.json();
        assert_eq!((&file["sha256"], &file["bytes"], &file["media_type"]), (&json!(DIGEST_OF_HELLO), &json!(5), &json!("text/html")));
        let now = market.coordinator.get(&path).expect(200);
        assert_eq!((now.etag(), now.json()["bytes"].clone()), (told.etag(), json!(5)));
        assert!(now.json()["address"].as_str().unwrap().ends_with(&public));
        assert!(world.client().get(&page).expect(200).text.contains(&public));
        // Whatever it is, no browser takes it for a page of ours.
        let got = world.client().get(&public).expect(200);
        assert_eq!((got.text.as_str(), got.header("content-type"), got.header("x-content-type-options")), ("hello", Some("text/html"), Some("nosniff")));
        assert!(got.header("content-security-policy").unwrap().contains("sandbox"));
        let name = got.header("content-disposition").unwrap();
        assert!(name.starts_with("attachment; filename=\"Ten _questions_"), "{name}");
        let part = world.client().send("GET", &public, &[("range", "bytes=1-3")], None).expect(206);
        assert_eq!((part.text.as_str(), part.header("content-range")), ("ell", Some("bytes 1-3/5")));
        world.client().send("GET", &public, &[("range", "bytes=9-")], None).expect(416);
        world.client().send("GET", &public, &[("if-none-match", got.header("etag").unwrap())], None).expect(304);
        // Another takes its place, and of the first nothing is left.
        assert_eq!(upload(&market.coordinator, &path, "application/pdf", "%PDF").expect(200).json()["bytes"], 4);
        assert_eq!(world.client().get(&public).expect(200).text, "%PDF");
        assert_eq!(stored(world, DIGEST_OF_HELLO, &path), 0);
        let digest = market.coordinator.get(&format!("{path}/file")).expect(200).json()["sha256"].as_str().unwrap().to_owned();
        assert_eq!(stored(world, &digest, &path), 1);
        market.coordinator.delete(&path, &market.coordinator.get(&path).etag()).expect(204);
        world.client().get(&public).expect(404);
        assert_eq!(stored(world, &digest, &path), 0);
    }

    fn a_file_is_seen_as_its_material_is(world) {
        let market = Market::new(world);
        let path = material(&market, &json!({ "is_public": false }));
        let (public, content) = (format!("{}/file", path.replace("/v1", "")), format!("{path}/content"));
        upload(&market.staff, &path, "text/plain", "hello").expect(403);
        upload(&market.coordinator, &path, "text/plain", "hello").expect(200);
        assert_eq!(market.staff.get(&content).expect(200).text, "hello");
        world.client().get(&content).expect(401);
        world.client().get(&public).expect(404);
        let elsewhere = Region::new(world, "swkls");
        elsewhere.coordinator.get(&content).expect(404);
        let patch = |changes: &Value| market.coordinator.patch(&path, &market.coordinator.get(&path).etag(), changes).expect(200);
        patch(&json!({ "is_public": true }));
        world.client().get(&public).expect(200);
        market.coordinator.step(&format!("/v1/workshops/{}", market.catalog.workshop), "retire", None).expect(200);
        world.client().get(&public).expect(404);
    }

    fn what_is_no_file_is_refused(world) {
        let market = Market::new(world);
        let path = material(&market, &json!({}));
        for (kind, content, status) in [
            ("", "hello".to_owned(), 415),
            ("nonsense", "hello".to_owned(), 415),
            ("text/plain", String::new(), 422),
            ("text/plain", "x".repeat((20 << 20) + 1), 413),
        ] {
            let refused = upload(&market.coordinator, &path, kind, &content);
            assert_eq!(refused.status, status, "{kind} {}", refused.text);
        }
        market.coordinator.send("PUT", &format!("{path}/file"), &[("content-type", "text/plain")], Some(b"hello")).expect(428);
        let stale = [("content-type", "text/plain"), ("if-match", "\"v9\"")];
        market.coordinator.send("PUT", &format!("{path}/file"), &stale, Some(b"hello")).expect(412);
        market.coordinator.get(&format!("{path}/file")).expect(404);
        assert_eq!(stored(world, DIGEST_OF_HELLO, &path), 0);
        assert_eq!(upload(&market.coordinator, &path, "text/plain", "x".repeat(20 << 20)).expect(200).json()["bytes"], 20 << 20);
    }
}

/// A world whose files are in a place of their own.
fn world_with(files: FilesConfig) -> World {
    World::with(TestDatabase::new(Backend::Sqlite), &Config { files, ..World::config() })
}

#[test]
fn files_that_no_material_has_are_swept() {
    let scratch = tempfile::tempdir().unwrap();
    let world = world_with(FilesConfig::Directory(scratch.path().to_owned()));
    let market = Market::new(&world);
    let path = material(&market, &json!({}));
    upload(&market.coordinator, &path, "text/plain", "hello").expect(200);
    let now: Timestamp = world.clock_at();
    let aged = |name: &str, hours: u64| {
        let place = scratch.path().join(name);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        let file = File::create(&place).unwrap();
        (&file).write_all(b"hello").unwrap();
        file.set_modified(SystemTime::from(now) - Duration::from_secs(hours * 3600)).unwrap();
        place
    };
    let other = format!("2c/{DIGEST_OF_HELLO}-{}", Id::nil() as MaterialId);
    let orphan = aged(&other, 25);
    let part = aged(".tmp-broke-off.part", 25);
    let kept = [
        aged(&format!("2c/{DIGEST_OF_HELLO}-{}", path.rsplit('/').next().unwrap()), 48),
        aged(".tmp-comes-in.part", 23),
        aged("2c/notes-of-the-operator.txt", 48),
        aged("README", 48),
    ];
    assert_eq!(world.sweep_files(), 2);
    assert!(!orphan.exists() && !part.exists());
    for place in &kept {
        assert!(place.exists(), "{place:?}");
    }
    let young = aged(&other, 23);
    assert_eq!(world.sweep_files(), 0);
    assert!(young.exists());
    let public = format!("{}/file", path.replace("/v1", ""));
    assert_eq!(world.client().get(&public).expect(200).text, "hello");
    // An upload that is refused leaves nothing behind.
    upload(&market.staff, &path, "text/plain", "another").expect(403);
    upload(&market.coordinator, &path, "nonsense", "another").expect(415);
    let left =
        std::fs::read_dir(scratch.path()).unwrap().filter_map(|entry| entry.unwrap().file_name().into_string().ok());
    assert_eq!(left.filter(|name| name.starts_with(".tmp")).collect::<Vec<_>>(), [".tmp-comes-in.part"]);
}

#[test]
#[ignore = "needs a server that speaks S3: tests/checks/files"]
fn a_bucket_keeps_files() {
    let address = std::env::var("PACKHORSE_TEST_BUCKET").expect("tests/checks/files names the bucket");
    let world = world_with(FilesConfig::Bucket(BucketConfig::read(&address).unwrap()));
    let market = Market::new(&world);
    let path = material(&market, &json!({}));
    let public = format!("{}/file", path.replace("/v1", ""));
    // Where the file is, and what is there.
    let fetch = || {
        let led = world.client().get(&public).expect(302).location();
        let at = led.find("/handouts").unwrap();
        (Client::new(&led[..at]).get(&led[at..]), led)
    };
    upload(&market.coordinator, &path, "text/html", "hello").expect(200);
    let (first, place) = fetch();
    let first = first.expect(200);
    assert_eq!((first.text.as_str(), first.header("content-type")), ("hello", Some("text/html")));
    assert!(first.header("content-disposition").unwrap().starts_with("attachment; filename=\"Ten _questions_"));
    // Another takes its place, as large as they may be, and of the first nothing is left.
    let large = "x".repeat(20 << 20);
    let told = upload(&market.coordinator, &path, "text/plain", &large).expect(200).json();
    assert_eq!((&told["bytes"], &told["sha256"]), (&json!(20 << 20), &json!(sha256(large.as_bytes()))));
    assert_eq!(fetch().0.expect(200).text.len(), 20 << 20);
    let at = place.find("/handouts").unwrap();
    let gone = Client::new(&place[..at]).get(&place[at..]);
    assert!(matches!(gone.status, 403 | 404), "{}", gone.text);
    // One that no material has goes; the other stays.
    let orphan = MaterialFile {
        material: Id::nil(),
        media_type: "text/plain".to_owned(),
        bytes: 5,
        sha256: DIGEST_OF_HELLO.to_owned(),
        uploaded_at: world.clock_at(),
    };
    let mut content = world.app.files.begin().unwrap();
    content.add(b"hello").unwrap();
    world.app.files.put(&orphan, content.end().file).unwrap();
    // What the bucket calls now is long ago in this world.
    assert_eq!(world.sweep_files(), 1);
    assert_eq!(world.sweep_files(), 0);
    assert_eq!(fetch().0.expect(200).text.len(), 20 << 20);
    market.coordinator.delete(&path, &market.coordinator.get(&path).etag()).expect(204);
    world.client().get(&public).expect(404);
}

/// How many files of a material are stored with this content.
fn stored(world: &packhorse_tests::World, digest: &str, path: &str) -> usize {
    let key = format!("{}/{digest}-{}", &digest[..2], path.rsplit('/').next().unwrap());
    usize::from(world.files().join(key).exists())
}
