//! Whole files through the reader.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};

use proptest::prelude::*;

use crate::{Layout, LineFault, Outlet, OutletKind, OutletReader};

const CLEANED_HEADER: &str = "fscskey,seq,name,system_name,outlet_type,address,city,state,zip,county,county_fips,lat,lon,population_served,\
                              population_fy,phone,locale,status";

/// The columns of fiscal year 2020.
const PUBLISHED_HEADER: &str = "STABR,FSCSKEY,FSCS_SEQ,C_FSCS,LIBID,LIBNAME,ADDRESS,CITY,ZIP,ZIP4,CNTY,PHONE,C_OUT_TY,SQ_FEET,F_SQ_FT,\
                                L_NUM_BM,HOURS,F_HOURS,WKS_OPEN,F_WKSOPN,YR_SUB,OBEREG,STATSTRU,STATNAME,STATADDR,LONGITUD,LATITUDE,\
                                INCITSST,INCITSCO,GNISPLAC,CNTYPOP,LOCALE,CENTRACT,CENBLOCK,CDCODE,CBSA,MICROF,GEOSTATUS,GEOSCORE,GEOMTYPE";

fn shared(name: &str) -> File {
    File::open(format!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/{}"), name)).unwrap()
}

fn csv(text: impl AsRef<[u8]>) -> Vec<Result<Outlet, Vec<LineFault>>> {
    OutletReader::new(text.as_ref()).unwrap().collect()
}

/// Good lines only.
fn cleaned(lines: &str) -> Vec<Outlet> {
    csv(format!("{CLEANED_HEADER}\n{lines}")).into_iter().map(Result::unwrap).collect()
}

/// Line, column and code of each fault.
fn faults(read: Vec<Result<Outlet, Vec<LineFault>>>) -> Vec<(u64, &'static str, &'static str)> {
    read.into_iter().filter_map(Result::err).flatten().map(|fault| (fault.line, fault.column, fault.code)).collect()
}

#[test]
fn every_outlet_of_the_country_is_read() {
    let outlets: Vec<Outlet> = OutletReader::new(shared("libraries.csv")).unwrap().map(Result::unwrap).collect();
    assert_eq!(outlets.len(), 17_496);
    assert_eq!(outlets.last().unwrap().line, 17_497);
    assert_eq!(outlets.iter().filter(|outlet| outlet.open == Some(false)).count(), 64);
    assert_eq!(outlets.iter().filter(|outlet| outlet.approximate).count(), 0);
    let count = |kind| outlets.iter().filter(|outlet| outlet.kind == kind).count();
    assert_eq!(
        [OutletKind::Central, OutletKind::Branch, OutletKind::Bookmobile, OutletKind::MailOnly].map(count),
        [9085, 7781, 629, 1]
    );
    assert_eq!(outlets.iter().filter(|outlet| outlet.population_served.is_none()).count(), 58);

    let mut zones: BTreeMap<&str, usize> = BTreeMap::new();
    for outlet in &outlets {
        *zones.entry(outlet.time_zone).or_default() += 1;
    }
    assert_eq!(zones.len(), 30, "{zones:?}");
    assert_eq!((zones["America/Phoenix"], zones["Pacific/Honolulu"], zones["Pacific/Guam"]), (228, 53, 6));
    let zone = |city: &str, state: &str| outlets.iter().find(|o| o.city == city && o.state == state).unwrap().time_zone;
    assert_eq!(zone("El Paso", "TX"), "America/Denver");
    assert_eq!(zone("Goodland", "KS"), "America/Denver");
    assert_eq!(zone("Lawrence", "KS"), "America/Chicago");
    assert_eq!(zone("Window Rock", "AZ"), "America/Denver");
    assert_eq!(zone("Knox", "IN"), "America/Indiana/Knox");
    assert_eq!(zone("Tell City", "IN"), "America/Indiana/Tell_City");
    assert_eq!(zone("Phenix City", "AL"), "America/New_York");
    assert_eq!(zone("Metlakatla", "AK"), "America/Metlakatla");
}

#[test]
fn suspect_coordinates_are_those_of_the_list() {
    let mut list = String::new();
    shared("libraries_suspect_coords.csv").read_to_string(&mut list).unwrap();
    let mut listed: BTreeMap<String, f64> = BTreeMap::new();
    for line in list.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        listed.insert(format!("{}-{}", fields[1], fields[2]), fields[0].parse().unwrap());
    }

    let mut unknown_zips = 0;
    for outlet in OutletReader::new(shared("libraries.csv")).unwrap().map(Result::unwrap) {
        for warning in outlet.warnings {
            match (warning.column, warning.code) {
                ("lat", "far_from_zip") => {
                    let kilometers: f64 = warning.value.trim_end_matches(" km").parse().unwrap();
                    let expected = listed.remove(&format!("{}-{}", outlet.fscs_key, outlet.seq)).unwrap();
                    // The list was made with a sphere.
                    assert!((kilometers - expected).abs() <= 1.0 + expected * 0.006, "{kilometers} {expected}");
                }
                ("zip", "unknown_zip") => unknown_zips += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    assert!(listed.is_empty(), "{listed:?}");
    assert_eq!(unknown_zips, 108);
}

#[test]
fn the_published_form_is_read_as_windows_1252() {
    let text = format!(
        "{PUBLISHED_HEADER}\r\n\
        CA,CA0000,002,Y,CA0000-002,LA CA\u{d1}ADA LIBRARY,\"4545 N. OAKWOOD AVE., SUITE 2\",LA CA\u{d1}ADA FLINTRIDGE,91011,3358,LOS ANGELES,\
        8187903330,BR,9000,R_20,-3,1500,R_20,50,R_20,2020,8,00,00,00,-118.2000,34.2050,06,037,1234567,10014009,21,460700,1000,27,31080,0,M,100,PointAddress\r\n\
        KS,KS0000,3,Y,M,MCPHERSON CAF\u{c9} \u{93}READ\u{94} BOOKMOBILE,M,GOODLAND,67735,M,SHERMAN,-3,BS,-3,U_17,1,-3,U_17,-3,U_17,2020,4,23,00,00,\
        -3,-3,20,181,M,-4,-4,M,M,M,M,M,U,M,M\r\n"
    );
    let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let reader = OutletReader::new(bytes.as_slice()).unwrap();
    assert_eq!(reader.layout(), Layout::Published);
    let outlets: Vec<Outlet> = reader.map(Result::unwrap).collect();
    assert_eq!(
        outlets[0],
        Outlet {
            line: 2,
            fscs_key: "CA0000".into(),
            seq: "002".into(),
            name: "La Cañada Library".into(),
            system_name: None,
            kind: OutletKind::Branch,
            address: Some("4545 N. Oakwood Ave., Suite 2".into()),
            city: "La Cañada Flintridge".into(),
            state: "CA".into(),
            zip: "91011".into(),
            county: Some("Los Angeles".into()),
            county_fips: Some("06037".into()),
            coordinates: Some((34.205, -118.2)),
            approximate: false,
            population_served: None,
            population_fiscal_year: None,
            phone: Some("8187903330".into()),
            locale: Some("21".into()),
            open: Some(true),
            time_zone: "America/Los_Angeles",
            warnings: vec![],
        }
    );
    let second = &outlets[1];
    assert_eq!((second.name.as_str(), second.seq.as_str()), ("McPherson Café “Read” Bookmobile", "003"));
    assert_eq!((&second.address, &second.phone, &second.locale, second.open), (&None, &None, &None, Some(false)));
    assert_eq!((second.coordinates, second.approximate), (crate::zip_centroid("67735"), true));
    assert_eq!(second.time_zone, "America/Denver");
}

#[test]
fn each_value_is_utf8_or_else_windows_1252_unless_the_file_says_utf8() {
    let line = b"KS0001,002,CAF\xC9,Caf\xC3\xA9,CE,,LAWRENCE,KS,66044,,,,,,,,,\n";
    let read = csv([CLEANED_HEADER.as_bytes(), b"\n", line].concat()).remove(0).unwrap();
    assert_eq!((read.name.as_str(), read.system_name.as_deref()), ("Café", Some("Café")));
    let marked = csv([b"\xEF\xBB\xBF", CLEANED_HEADER.as_bytes(), b"\n", line].concat());
    assert_eq!(faults(marked), [(2, "name", "bad_encoding")]);
}

#[test]
fn all_faults_of_a_line_are_reported_under_the_files_own_names() {
    let text = format!(
        "{CLEANED_HEADER}\n\n\
        KS0001,002,\"A\nB\",,CE,,LAWRENCE,KS,66044,,,,,,,,,\n\
        KS1,x,,,XX,,{},KX,123456,,20a,91,abc,-5,1492,,99,maybe\n\
        KS0001,2,AGAIN,,BR,,LAWRENCE,KS,66044-1234,,,38.9,,,,,,\n\
        KS0001,004,SHORT\n\
        KS0001,005,NO\0NE,,BR,,LAWRENCE,KS,00001,,,,,,,,,\n\
        KS0001,006,\"OPEN,,BR\n",
        "c".repeat(101)
    );
    let expected = [
        (5, "fscskey", "bad_key"),
        (5, "seq", "bad_key"),
        (5, "name", "missing"),
        (5, "outlet_type", "unknown_outlet_type"),
        (5, "city", "too_long"),
        (5, "state", "unknown_state"),
        (5, "zip", "bad_zip"),
        (5, "county_fips", "bad_number"),
        (5, "lat", "out_of_range"),
        (5, "lon", "bad_number"),
        (5, "population_served", "bad_number"),
        (5, "population_fy", "out_of_range"),
        (5, "locale", "out_of_range"),
        (5, "status", "unknown_status"),
        (6, "lon", "missing"),
        (6, "seq", "duplicate"),
        (7, "line", "field_count"),
        (8, "name", "bad_character"),
        (8, "zip", "no_time_zone"),
        (9, "line", "unclosed_quote"),
    ];
    let read = csv(&text);
    assert_eq!(read[0].as_ref().unwrap().name, "A B");
    let mut found = faults(read.clone());
    found.sort_unstable_by_key(|fault| fault.0);
    let sorted = |faults: &[(u64, &'static str, &'static str)]| faults.iter().copied().collect::<BTreeSet<_>>();
    assert_eq!(sorted(&found), sorted(&expected));
    assert_eq!(found.len(), expected.len());

    let all: Vec<LineFault> = read.into_iter().filter_map(Result::err).flatten().collect();
    assert!(all.iter().all(|fault| fault.meaning().is_some()));
    let value = |code| all.iter().find(|fault| fault.code == code).unwrap().value.clone();
    assert_eq!(value("duplicate"), "KS0001-002, first on line 3");
    assert_eq!(value("too_long"), "c".repeat(100));
    assert_eq!(value("bad_character"), "NO\u{fffd}NE");
    assert_eq!(value("field_count"), "3 fields, the header has 18");
    assert_eq!(all[0].to_string(), "line 5, city: too_long \"".to_owned() + &"c".repeat(100) + "\"");
}

#[test]
fn coordinates_that_look_wrong_are_kept_with_a_warning() {
    let outlets = cleaned(
        "KS0001,001,GOOD,,CE,,LAWRENCE,KS,66044,,,38.97,-95.24,,,,,\n\
         KS0001,002,SIGN LOST,,BR,,LAWRENCE,KS,66044,,,38.97,95.24,,,,,\n\
         KS0001,003,AT NOTHING,,BR,,LAWRENCE,KS,66044,,,0,0,,,,,\n\
         KS0001,004,ODD ZIP,,BR,,LAWRENCE,KS,66000,,,38.97,-95.24,,,,,\n",
    );
    let codes = |outlet: &Outlet| outlet.warnings.iter().map(|warning| warning.code).collect::<Vec<_>>();
    assert_eq!(
        outlets.iter().map(codes).collect::<Vec<_>>(),
        [vec![], vec!["far_from_zip", "foreign_time_zone"], vec![], vec!["unknown_zip"]]
    );
    assert_eq!(outlets.iter().map(|outlet| outlet.approximate).collect::<Vec<_>>(), [false, false, true, false]);
    assert!(outlets.iter().all(|outlet| outlet.time_zone == "America/Chicago"));
    assert_eq!(outlets[1].coordinates, Some((38.97, 95.24)));
}

#[test]
fn json_lines_give_the_same_outlets() {
    let cleaned = cleaned(
        "KS0001,002,GOODLAND PUBLIC LIBRARY,,CE,\"812 BROADWAY, 1ST FLOOR\",GOODLAND,KS,67735,SHERMAN,20181,39.35102,-101.71,4489,2022,,33,open\n",
    );
    let line = r#"{"fscskey":"KS0001","seq":2,"name":"GOODLAND PUBLIC LIBRARY","system_name":null,"outlet_type":"CE",
        "address":"812 BROADWAY, 1ST FLOOR","city":"GOODLAND","state":"KS","zip":67735,"county":"SHERMAN","county_fips":20181,
        "lat":39.35102,"lon":"-101.71","population_served":4489,"population_fy":2022,"locale":"33","status":"open"}"#;
    let text = format!("\u{feff}\n{}\r\n", line.replace('\n', ""));
    let mut outlets: Vec<Outlet> = OutletReader::json_lines(text.as_bytes()).map(Result::unwrap).collect();
    outlets[0].line = 2;
    assert_eq!(outlets, cleaned);
}

#[test]
fn json_lines_report_faults_by_line() {
    let text = b"[]\n\n{\"fscskey\":true,\"seq\":\"001\",\"nam\":\"X\",\"outlet_type\":\"CE\",\"city\":\"X\",\"state\":\"KS\",\"zip\":\"66044\"}\n\xFF\n{";
    let read = faults(OutletReader::json_lines(text.as_slice()).collect());
    let expected = [
        (1, "line", "bad_json"),
        (3, "fscskey", "bad_value"),
        (3, "line", "unknown_column"),
        (3, "name", "missing"),
        (4, "line", "bad_encoding"),
        (5, "line", "bad_json"),
    ];
    assert_eq!(read, expected);
}

/// Gives some bytes, then fails.
struct Breaks<'a>(&'a [u8]);

impl Read for Breaks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::new(io::ErrorKind::ConnectionReset, "gone")),
            read => Ok(read),
        }
    }
}

#[test]
fn a_failing_input_is_a_fault_and_the_end() {
    let text = format!("{CLEANED_HEADER}\nKS0001,002,A,,CE,,LAWRENCE,KS,66044,,,,,,,,,\n");
    let mut reader = OutletReader::new(Breaks(text.as_bytes())).unwrap();
    assert!(reader.next().unwrap().is_ok());
    let fault = reader.next().unwrap().unwrap_err().remove(0);
    assert_eq!((fault.line, fault.code, fault.value.as_str()), (3, "unreadable", "gone"));
    assert!(reader.next().is_none());
    assert!(OutletReader::new(Breaks(b"fscskey")).is_err());
}

/// Bytes of the kind that go wrong.
fn scraps() -> impl Strategy<Value = Vec<u8>> {
    let scrap = prop_oneof![
        prop::sample::select(vec![
            ",", "\"", "\n", "\r\n", "KS0001", "002", "M", "-3", "CE", "KS", "66044", "{", "}", "null", ":", "1e999",
            "\u{feff}"
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..8),
    ];
    prop::collection::vec(scrap, 0..200).prop_map(|scraps| scraps.concat())
}

/// Reading ends, no error is empty, lines rise, values are bounded.
fn check_all(reader: OutletReader<&[u8]>, lines: usize) -> Result<(), TestCaseError> {
    let mut last = 0;
    for (count, read) in reader.enumerate() {
        prop_assert!(count <= lines);
        let line = match &read {
            Ok(outlet) => outlet.line,
            Err(faults) => {
                prop_assert!(
                    faults.iter().all(|fault| fault.value.chars().count() <= 100 && fault.line == faults[0].line)
                );
                faults[0].line
            }
        };
        prop_assert!(line > last);
        last = line;
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic_or_go_on_for_ever(bytes in scraps(), header in 0..3_usize) {
        let header: &str = ["", PUBLISHED_HEADER, CLEANED_HEADER][header];
        let text = [header.as_bytes(), b"\n", &bytes].concat();
        let lines = text.split(|byte| *byte == b'\n').count();
        if let Ok(reader) = OutletReader::new(text.as_slice()) {
            check_all(reader, lines)?;
        }
        check_all(OutletReader::json_lines(text.as_slice()), lines)?;
    }

    #[test]
    fn any_values_in_the_right_columns_do_no_harm(values in prop::collection::vec("[^\"]{0,30}", 18)) {
        let text = format!("{CLEANED_HEADER}\n{}\n", values.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>().join(","));
        let lines = text.matches('\n').count();
        check_all(OutletReader::new(text.as_bytes()).unwrap(), lines)?;
    }

    #[test]
    fn title_case_keeps_the_letters(text in "[ -~À-ÿ’]{0,60}") {
        prop_assert_eq!(crate::title_case(&text).to_lowercase(), text.to_lowercase());
    }
}
