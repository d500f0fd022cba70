//! Makes `data/zcta.bin` from a table `zip,lat,lon,…` with a header, sorted or not: nine bytes a ZIP code, each three
//! big-endian: the code, latitude and longitude in ten-thousandths of a degree (11 m).
//!
//! `cargo run -p packhorse-outlets --example make_zcta -- ../shared/data/zcta.csv crates/outlets/data/zcta.bin`

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let [from, to] =
        std::env::args().skip(1).collect::<Vec<_>>().try_into().map_err(|_| "usage: make_zcta FROM.csv TO.bin")?;
    let mut places = Vec::new();
    for line in std::fs::read_to_string(from)?.lines().skip(1) {
        let mut fields = line.split(',');
        let mut next = || fields.next().ok_or_else(|| format!("too few fields: {line}"));
        places.push((next()?.parse::<i32>()?, next()?.parse::<f64>()?, next()?.parse::<f64>()?));
    }
    places.sort_unstable_by_key(|place| place.0);
    let mut bytes = Vec::new();
    for (zip, latitude, longitude) in places {
        for number in [zip, ten_thousandths(latitude), ten_thousandths(longitude)] {
            bytes.extend(&number.to_be_bytes()[1..]);
        }
    }
    std::fs::write(to, bytes)?;
    Ok(())
}

#[expect(clippy::cast_possible_truncation, reason = "degrees are at most 180")]
fn ten_thousandths(degrees: f64) -> i32 {
    (degrees * 10_000.0).round() as i32
}
