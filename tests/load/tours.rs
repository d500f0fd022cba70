//! Whole problems of tours, posted, planned and read.

use std::{fs, time::Instant};

use jiff::{ToSpan, civil::date};
use packhorse_tests::{Backend, Region, World};
use serde_json::{Value, json};

/// A problem, and milliseconds to plan it.
const PROBLEMS: [(&str, u64); 2] = [("k60x6", 50), ("k2000x200", 10_000)];

/// Posts each, has it planned, and reads the plan.
pub fn measure() {
    let world = World::new(Backend::Sqlite);
    let region = Region::new(&world, "tours");
    for (name, budget) in PROBLEMS {
        let path = format!("{}/../../shared/tours/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let instance: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let wish = wish(&instance, &json!(region.network), budget);
        let (began, used) = (Instant::now(), processor());
        let plan = region.coordinator.post("/v1/tour-plans", &wish).expect(201).location();
        assert_eq!(world.plan(), 1);
        let plan = region.coordinator.get(&plan).expect(200).json();
        let (whole, used) = (began.elapsed().as_secs_f64() * 1e3, processor() - used);
        let tours = plan["outcome"]["tours"].as_array().unwrap().iter();
        let served: usize = tours.map(|tour| tour["stops"].as_array().unwrap().len()).sum();
        println!(
            "{name:<10} {served} served, {whole:.0} ms from the request to the plan, {budget} of them to look for it; \
             {used:.0} ms of processors; {} KiB sent; {} MiB resident at the peak",
            wish.to_string().len() / 1024,
            status("VmHWM:") / 1024
        );
    }
}

/// The wish for a plan of an instance, in which a minute on the road counts one.
fn wish(instance: &Value, network: &Value, budget: u64) -> Value {
    let number = |value: &Value| value.as_i64().unwrap();
    let list = |name: &str| instance[name].as_array().unwrap();
    let day = |value: &Value| date(2027, 3, 1) + number(value).days();
    let clock = |value: &Value| format!("{:02}:{:02}:00", number(value) / 60, number(value) % 60);
    let stretch = |on: &Value, start: &Value, end: &Value| json!({ "from": day(on), "until": day(on), "earliest": clock(start), "latest": clock(end) });
    let places = list("locations")
        .iter()
        .enumerate()
        .map(|(place, at)| json!({ "name": place.to_string(), "coordinates": { "lat": at["lat"], "lon": at["lon"] } }));
    let requests = list("requests").iter().enumerate().map(|(name, each)| {
        let windows = each["windows"].as_array().unwrap().iter();
        let windows = windows.map(|window| stretch(&window["day"], &window["start"], &window["end"]));
        json!({
            "name": name.to_string(), "place": each["loc"].to_string(), "duration_minutes": each["dur"],
            "needs": [each["skill"].to_string()], "preferences": windows.collect::<Vec<_>>()
        })
    });
    let trainers = list("trainers").iter().enumerate().map(|(name, each)| {
        let days = each["days"].as_array().unwrap().iter();
        let skills = each["skills"].as_array().unwrap().iter().map(Value::to_string);
        json!({
            "name": name.to_string(), "home": each["home"].to_string(), "skills": skills.collect::<Vec<_>>(),
            "availability":
                days.map(|day| stretch(day, &instance["day_start"], &instance["day_end"])).collect::<Vec<_>>()
        })
    });
    json!({
        "network": network,
        "details": {
            "from": "2027-03-01", "until": date(2027, 3, 1) + (number(&instance["weeks"]) * 7 - 1).days(), "budget_ms": budget,
            "limits": {
                "drive_minutes_per_day": instance["max_drive"], "workshops_per_day": 4, "nights_in_a_row": instance["max_nights"]
            },
            "weights": { "served_minor": instance["prize"], "road_hour_minor": 60, "later_choice_minor": 0 }
        },
        "problem": {
            "places": places.collect::<Vec<_>>(), "requests": requests.collect::<Vec<_>>(),
            "trainers": trainers.collect::<Vec<_>>(), "travel": { "detour_factor": 1.25, "speed_kmh": 85 },
            "costs": {
                "mileage_minor_per_100_miles": 0, "lodging_minor_per_night": instance["night_cost"], "per_diem_minor_per_day": 0
            }
        }
    })
}

/// A figure of this process, in KiB.
fn status(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let figure = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("0 kB");
    figure.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

/// Milliseconds of processors that this process has used, to ten of them.
fn processor() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() * 10.0
}
