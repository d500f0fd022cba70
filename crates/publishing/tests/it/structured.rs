//! Structured data says what consumers ask for.

use packhorse_publishing::{json_ld, model::SessionStatus};
use serde_json::{Value, json};

use crate::world::{at, hiawatha, policies, publisher, session, site};

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_workshop_is_a_course_with_instances() {
    let site = site("Packhorse");
    let data = read(&json_ld::course(&site, &publisher("NEKLS"), &policies(), &[hiawatha()]));
    assert_eq!((&data["@context"], &data["@type"]), (&json!("https://schema.org"), &json!("Course")));
    assert_eq!(data["url"], "https://packhorse.example/workshops/wks_01k9z3k8m4e0r9q2v7x5y6w8ta");
    assert_eq!(data["name"], "Policies for Results");
    assert_eq!(data["provider"]["name"], "NEKLS");
    assert_eq!(data["license"], "https://spdx.org/licenses/CC-BY-4.0.html");
    assert_eq!(data["keywords"], json!(["Policies", "Boards and trustees"]));
    assert_eq!(data["teaches"][0], "Tell a policy from a procedure");
    assert_eq!(data["teaches"][3]["termCode"], "LM-1");
    assert_eq!((&data["timeRequired"], &data["educationalLevel"]), (&json!("PT120M"), &json!("Introductory")));
    assert_eq!(data["isBasedOn"][0]["author"]["name"], "Infopeople");
    assert_eq!(data["offers"][0]["price"], "45.00");
    assert_eq!(data["isAccessibleForFree"], false);
    assert_eq!(data["aggregateRating"]["ratingValue"], "4.61");
    let instance = &data["hasCourseInstance"][0];
    assert_eq!((&instance["@type"], &instance["courseMode"]), (&json!("CourseInstance"), &json!("Onsite")));
    assert_eq!(instance["startDate"], "2027-03-03T10:00:00-06:00");
    assert_eq!(instance["endDate"], "2027-03-03T12:00:00-06:00");
    assert_eq!(instance["location"]["address"], "431 Oregon Street, Hiawatha, KS 66434");
    assert_eq!(instance["instructor"][0]["name"], "Lorna Pruitt");
    assert_eq!(instance["maximumAttendeeCapacity"], 24);
    assert_eq!(instance["eventStatus"], "https://schema.org/EventScheduled");
    assert_eq!(instance["offers"]["url"], "https://packhorse.example/register");
}

#[test]
fn every_status_has_its_word_and_both_places_are_told() {
    let site = site("Packhorse");
    let told = |status| {
        let session = packhorse_publishing::model::Session { status, ..session("a") };
        read(&json_ld::course(&site, &publisher("N"), &policies(), &[session]))["hasCourseInstance"][0].clone()
    };
    let moved = told(SessionStatus::Rescheduled { previous_start: at("2027-02-03T16:00:00Z") });
    assert_eq!(moved["eventStatus"], "https://schema.org/EventRescheduled");
    assert_eq!(moved["previousStartDate"], "2027-02-03T10:00:00-06:00");
    assert_eq!(
        (&moved["location"][0]["@type"], &moved["location"][1]["@type"]),
        (&json!("Place"), &json!("VirtualLocation"))
    );
    assert_eq!(told(SessionStatus::Canceled)["eventStatus"], "https://schema.org/EventCancelled");
    assert_eq!(told(SessionStatus::MovedOnline)["eventStatus"], "https://schema.org/EventMovedOnline");
}

#[test]
fn a_catalog_is_one_graph() {
    let site = site("Packhorse");
    for count in 0..3 {
        let mut graph = json_ld::Graph::begin(Vec::new(), &site).unwrap();
        for _ in 0..count {
            graph.item(&publisher("N"), &policies(), &[hiawatha()]).unwrap();
        }
        let data = read(std::str::from_utf8(&graph.end().unwrap()).unwrap());
        assert_eq!(data["@graph"].as_array().unwrap().len(), count);
    }
}
