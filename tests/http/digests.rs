//! The digest of what libraries need, by mail, once a week.

use packhorse_tests::{Backend, Client, MailServer, Market, Region, World, with_mail};
use serde_json::json;

fn ask(client: &Client, given: bool) {
    let answer = json!({ "given": given, "wording": 1 }).to_string();
    let kind = [("content-type", "application/json")];
    client.send("PUT", "/v1/me/consents/weekly_digest", &kind, Some(answer.as_bytes())).expect(200);
}

fn post(market: &Market, title: &str, visibility: &str) -> String {
    let details = json!({ "kind": "need", "title": title, "library": market.place.library, "visibility": visibility });
    market.staff.post("/v1/postings", &json!({ "network": market.network, "details": details })).expect(201).location()
}

/// Who was written to, and what, since the last look.
fn sent(world: &World, mail: &MailServer) -> Vec<String> {
    while world.send_mails(&mail.config) > 0 {}
    let mut mails = mail.take();
    mails.sort();
    mails
}

fn the_digest_comes_once_a_week(world: &World, mail: &MailServer) {
    let market = Market::new(world);
    let elsewhere = Region::new(world, "swkls");
    ask(&market.staff, true);
    ask(&market.coordinator, true);
    ask(&elsewhere.coordinator, true);
    post(&market, "Who can teach grants?", "network");
    let filled = post(&market, "Canary that was filled", "public");
    market.staff.step(&filled, "close", Some(&json!({ "reason": "filled" }))).expect(200);
    assert_eq!(sent(world, mail).len(), 0, "the week they asked in has begun");
    world.clock.set("2027-01-11T11:59:00Z");
    assert_eq!(sent(world, mail).len(), 0, "not before Monday noon");
    world.clock.set("2027-01-11T12:00:01Z");
    post(&market, "Canary of the next week", "public");
    let mails = sent(world, mail);
    assert_eq!(mails.len(), 2, "{mails:?}");
    for told in &mails {
        assert!(told.contains("What libraries need this week") && told.contains("Who can teach grants?"), "{told}");
        assert!(told.contains("Lawrence Public Library") && !told.contains("Canary"), "{told}");
    }
    for to in ["desk@nekls.example", "ce@nekls.example"] {
        assert_eq!(mails.iter().filter(|told| told.contains(&format!("To: {to}"))).count(), 1, "{to}");
    }
    // However many look, and however often: once a week, and not at all to who took it back.
    assert_eq!(sent(world, mail).len(), 0);
    world.clock.set("2027-01-17T12:00:00Z");
    assert_eq!(sent(world, mail).len(), 0);
    ask(&market.coordinator, false);
    world.clock.set("2027-01-18T13:00:00Z");
    let mails = sent(world, mail);
    assert!(
        mails.len() == 1 && mails[0].contains("Canary of the next week") && !mails[0].contains("grants"),
        "{mails:?}"
    );
    // Nothing was posted: nothing is sent.
    world.clock.set("2027-01-25T13:00:00Z");
    assert_eq!(sent(world, mail).len(), 0);
}

#[test]
fn the_digest_comes_once_a_week_sqlite() {
    with_mail(Some(Backend::Sqlite), the_digest_comes_once_a_week);
}

#[test]
fn the_digest_comes_once_a_week_postgres() {
    with_mail(Backend::postgres(), the_digest_comes_once_a_week);
}
