//! One's own account: password and address, with mail and without.

use jiff::SignedDuration;
use packhorse_domain::user::Role;
use packhorse_tests::{Backend, Client, MailServer, Market, PASSWORD, Region, Reply, World, both, with_mail};
use serde_json::json;

const NEXT: &str = "a loud mule on a bridge";

fn enter(world: &World, email: &str, password: &str) -> Reply {
    world.client().post("/v1/sign-in", &json!({ "email": email, "password": password }))
}

fn reset(world: &World, token: &str) -> Reply {
    world.client().post("/v1/password-resets", &json!({ "token": token, "password": NEXT }))
}

fn start_reset(by: &Client, path: &str) -> Reply {
    by.send("POST", &format!("{path}/password-reset"), &[("if-match", "*")], None)
}

fn me(client: &Client) -> String {
    format!("/v1/users/{}", client.get("/v1/me").expect(200).id())
}

both! {
    fn a_changed_password_ends_other_sign_ins(world) {
        let region = Region::new(world, "nekls");
        let here = world.client().sign_in("ce@nekls.example", PASSWORD);
        let change = |present: &str, password: &str| here.post("/v1/me/password", &json!({ "present": present, "password": password }));
        assert_eq!(change("not it at all", NEXT).expect(422).faults(), [("/present".to_owned(), "wrong_password".to_owned())]);
        change(PASSWORD, "passwordpassword").expect(422);
        region.coordinator.get("/v1/me").expect(200);
        change(PASSWORD, NEXT).expect(204);
        here.get("/v1/me").expect(200);
        region.coordinator.get("/v1/me").expect(401);
        enter(world, "ce@nekls.example", PASSWORD).expect(401);
        enter(world, "ce@nekls.example", NEXT).expect(200);
    }

    fn who_may_give_every_role_hands_over_a_way_back(world) {
        let region = Region::new(world, "nekls");
        let other = Region::new(world, "elsewhere");
        let friend = world.person("friend@nekls.example", Role::Coordinator { network: region.network });
        let path = me(&friend);
        let link = start_reset(&region.coordinator, &path).expect(200).json();
        let first = link["token"].as_str().unwrap();
        region.coordinator.send("POST", &format!("{path}/password-reset"), &[], None).expect(428);
        // A second one takes its place.
        let second = start_reset(&region.coordinator, &path).expect(200).json()["token"].as_str().unwrap().to_owned();
        reset(world, first).expect(401);
        world.client().post("/v1/password-resets", &json!({ "token": second, "password": "aaaaaaaaaaaaaa" })).expect(422);
        friend.get("/v1/me").expect(200);
        reset(world, &second).expect(204);
        friend.get("/v1/me").expect(401);
        reset(world, &second).expect(401);
        enter(world, "friend@nekls.example", NEXT).expect(200);
        let late = start_reset(&region.coordinator, &path).expect(200).json()["token"].as_str().unwrap().to_owned();
        world.clock.advance(SignedDuration::from_hours(1));
        reset(world, &late).expect(401);
        // Whoever has a role elsewhere, or runs the installation, is not theirs to become.
        let role = json!({ "role": "coordinator", "network": other.network });
        let operator = Market::operator(world);
        let tag = operator.get(&path).etag();
        operator.act(&format!("{path}/roles"), &tag, Some(&role)).expect(200);
        start_reset(&region.coordinator, &path).expect(403);
        start_reset(&operator, &path).expect(200);
        start_reset(&other.coordinator, &me(&region.coordinator)).expect(404);
        // No token is kept as it is.
        let known = world.database().digest().into_iter().any(|(_, rows)| rows.contains(&late));
        assert!(!known);
    }

    fn without_mail_nothing_is_promised(world) {
        Region::new(world, "nekls");
        let here = world.client().sign_in("ce@nekls.example", PASSWORD);
        let ask = |email: &str| world.client().post("/v1/password-reset-requests", &json!({ "email": email })).expect(202).text;
        assert_eq!(ask("ce@nekls.example"), ask("nobody@nekls.example"));
        let change = here.post("/v1/me/email", &json!({ "email": "new@nekls.example", "password": PASSWORD })).expect(409);
        assert_eq!(change.faults()[0].1, "no_mail");
    }
}

fn a_way_back_is_mailed(world: &World, mail: &MailServer) {
    let region = Region::new(world, "nekls");
    let ask = |email: &str| world.client().post("/v1/password-reset-requests", &json!({ "email": email })).expect(202);
    let before = world.database().count("SELECT COUNT(*) AS count FROM reset_requests");
    let (known, unknown) = (ask("CE@nekls.example"), ask("nobody@nekls.example"));
    assert_eq!(known.text, unknown.text);
    // Both leave the same behind: one row.
    assert_eq!(world.database().count("SELECT COUNT(*) AS count FROM reset_requests"), before + 2);
    mail.refuse(Some("451 not now"));
    world.send_mails(&mail.config);
    assert_eq!(mail.take().len(), 0);
    mail.refuse(None);
    assert_eq!(world.send_mails(&mail.config), 0, "not before a minute has passed");
    world.clock.advance(SignedDuration::from_secs(61));
    assert_eq!(world.send_mails(&mail.config), 1);
    let token = mail.token("ce@nekls.example");
    assert_eq!(world.send_mails(&mail.config), 0);
    reset(world, &token).expect(204);
    region.coordinator.get("/v1/me").expect(401);
    enter(world, "ce@nekls.example", NEXT).expect(200);
    // What the server will never take is given up, and its text goes.
    ask("ce@nekls.example");
    mail.refuse(Some("550 nobody of this name"));
    world.send_mails(&mail.config);
    mail.refuse(None);
    world.clock.advance(SignedDuration::from_hours(30));
    assert_eq!((world.send_mails(&mail.config), mail.take().len()), (0, 0));
    let failed = "SELECT COUNT(*) AS count FROM mails WHERE state = 'failed' AND body = ''";
    assert_eq!(world.database().count(failed), 1);
    // A coordinator does not see what is mailed.
    let operator = Market::operator(world);
    let path = format!("/v1/users/{}", enter_me(world));
    assert!(start_reset(&operator, &path).expect(200).json()["token"].is_null());
    world.send_mails(&mail.config);
    mail.token("ce@nekls.example");
}

fn enter_me(world: &World) -> String {
    world.client().sign_in("ce@nekls.example", NEXT).get("/v1/me").id()
}

fn a_new_address_is_confirmed(world: &World, mail: &MailServer) {
    let region = Region::new(world, "nekls");
    let here = &region.coordinator;
    let change =
        |email: &str, password: &str| here.post("/v1/me/email", &json!({ "email": email, "password": password }));
    let confirm = |token: &str| world.client().post("/v1/email-changes", &json!({ "token": token }));
    change("new@nekls.example", NEXT).expect(422);
    change("new@nekls.example", PASSWORD).expect(204);
    world.send_mails(&mail.config);
    let token = mail.token("new@nekls.example");
    enter(world, "ce@nekls.example", PASSWORD).expect(200);
    reset(world, &token).expect(401);
    confirm(&token).expect(204);
    confirm(&token).expect(401);
    world.send_mails(&mail.config);
    assert!(mail.take()[0].contains("To: ce@nekls.example"));
    enter(world, "ce@nekls.example", PASSWORD).expect(401);
    enter(world, "New@nekls.example", PASSWORD).expect(200);
    // An address that somebody has is told only to whoever reads its mail.
    Region::new(world, "elsewhere");
    change("ce@elsewhere.example", PASSWORD).expect(204);
    world.send_mails(&mail.config);
    assert_eq!(confirm(&mail.token("ce@elsewhere.example")).expect(409).faults()[0].1, "email_taken");
}

#[test]
fn a_way_back_is_mailed_sqlite() {
    with_mail(Some(Backend::Sqlite), a_way_back_is_mailed);
}

#[test]
fn a_way_back_is_mailed_postgres() {
    with_mail(Backend::postgres(), a_way_back_is_mailed);
}

#[test]
fn a_new_address_is_confirmed_sqlite() {
    with_mail(Some(Backend::Sqlite), a_new_address_is_confirmed);
}

#[test]
fn a_new_address_is_confirmed_postgres() {
    with_mail(Backend::postgres(), a_new_address_is_confirmed);
}
