use super::*;

fn sources(file: &str, environment: &[(&str, &str)], flags: &[(&'static str, &'static str, &str)]) -> Sources {
    Sources {
        file: Some(File { path: "packhorse.toml".into(), text: Ok(file.to_owned()) }),
        environment: environment.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        flags: flags.iter().map(|&(flag, key, value)| Flag { flag, key, value: value.to_owned() }).collect(),
    }
}

fn faults(sources: Sources) -> Vec<String> {
    Effective::of(sources).unwrap_err().0.iter().map(ToString::to_string).collect()
}

#[test]
fn without_a_word_the_defaults_hold() {
    let effective = Effective::of(Sources::default()).unwrap();
    assert_eq!(effective.config, Config::default());
    assert_eq!(effective.config.http.bind.to_string(), "127.0.0.1:8080");
    assert_eq!(
        effective.config.limits,
        LimitConfig {
            json_bytes: 262_144,
            import_bytes: 20_971_520,
            requests_per_minute: 600,
            sign_ins_per_minute: 10
        }
    );
    assert_eq!(effective.origin("bind"), Origin::Default);
}

#[test]
fn flags_win_over_environment_over_file_over_defaults() {
    let file = "bind = '127.0.0.1:1'\njson_limit_kib = 1\nworker = false\nbody_deadline_seconds = 7";
    let environment = [("PACKHORSE_BIND", "127.0.0.1:2"), ("PACKHORSE_JSON_LIMIT_KIB", "2"), ("HOME", "/")];
    let effective = Effective::of(sources(file, &environment, &[("--bind", "bind", "127.0.0.1:3")])).unwrap();
    assert_eq!(effective.config.http.bind.port(), 3);
    assert_eq!(effective.config.limits.json_bytes, 2048);
    assert!(!effective.config.worker.enabled);
    assert_eq!(effective.config.deadlines.body, Duration::from_secs(7));
    assert_eq!(effective.config.deadlines.handler, Duration::from_secs(15));
    assert_eq!(effective.origin("bind"), Origin::Flag("--bind"));
    assert_eq!(effective.origin("json_limit_kib"), Origin::Environment("PACKHORSE_JSON_LIMIT_KIB".to_owned()));
    assert_eq!(effective.origin("worker"), Origin::File("packhorse.toml".into()));
    assert_eq!(effective.notices, Vec::<String>::new());
}

#[test]
fn every_fault_is_named_with_its_place() {
    let file = "prot = 1\nworker = 'maybe'\ndatabase_connections = 0\nlog_format = ['json']\n[http]\nbind = 'x'";
    let environment = [("PACKHORSE_METRICS_BIND", "0.0.0.0:9090"), ("PACKHORSE_PUBLIC_URL", "ftp://a")];
    let found = faults(sources(file, &environment, &[("--bind", "bind", "localhost")]));
    let begin = |start: &str| found.iter().any(|fault| fault.starts_with(start));
    for start in [
        "prot (packhorse.toml) is no setting",
        "http (packhorse.toml) is no setting",
        "worker (packhorse.toml) must be true or false",
        "database_connections (packhorse.toml) must be a whole number from 1 to 256",
        "log_format (packhorse.toml) must be a text",
        "metrics_bind (PACKHORSE_METRICS_BIND) must be a loopback address",
        "public_url (PACKHORSE_PUBLIC_URL) must be an http or https address",
        "bind (--bind) must be an IP address",
    ] {
        assert!(begin(start), "{start}: {found:#?}");
    }
    assert_eq!(found.len(), 8, "{found:#?}");
}

#[test]
fn a_file_that_cannot_be_read_does_not_hide_other_faults() {
    let mut sources = sources("", &[("PACKHORSE_WORKER", "x")], &[]);
    sources.file = Some(File { path: "gone.toml".into(), text: Err(std::io::ErrorKind::NotFound.into()) });
    let found = faults(sources);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found.iter().any(|fault| fault.starts_with("the file (gone.toml) cannot be read")), "{found:#?}");
}

#[test]
fn no_fault_shows_a_secret() {
    for file in [
        "database_url = 'postgre://me:s3cret@db.example/ph'",
        "bind = 'x'\ndatabase_url = 'postgres://me:s3cret@db.example/ph",
        "database_url = ['postgres://me:s3cret@db.example/ph']",
        "database_url = 'sqlite:'\nme:s3cret = 1",
    ] {
        let found = faults(sources(file, &[], &[]));
        assert!(!found.is_empty() && !format!("{found:?}").contains("s3cret"), "{found:#?}");
    }
    let found = faults(sources("worker = true\n\nbind = x", &[], &[]));
    assert!(found[0].contains("not TOML at line 3"), "{found:#?}");
}

#[test]
fn the_printed_configuration_hides_secrets_and_says_where_values_came_from() {
    let url = "postgres://me:s3cret@db.example/ph?application_name=a";
    let effective = Effective::of(sources("worker = false", &[("PACKHORSE_DATABASE_URL", url)], &[])).unwrap();
    let printed = effective.to_toml();
    assert!(!printed.contains("s3cret"));
    for line in [
        r#"database_url = "postgres://me@db.example/ph?application_name=a" # PACKHORSE_DATABASE_URL, secrets not shown"#,
        "worker = false # packhorse.toml",
        r#"bind = "127.0.0.1:8080" # default"#,
        r#"metrics_bind = "off" # default"#,
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{line}\n{printed}");
    }
}

#[test]
fn no_spelling_of_a_password_is_printed() {
    for url in [
        "postgres://me:s3cret@db.example",
        "postgres://me@db.example?password=s3cret",
        "postgres://me@db.example/ph?application_name=a&sslpassword=s3cret",
        "postgres://me@db.example/ph?pass%77ord=s3cret",
    ] {
        let printed = Effective::of(sources("", &[("PACKHORSE_DATABASE_URL", url)], &[])).unwrap().to_toml();
        assert!(!printed.contains("s3cret") && printed.contains("secrets not shown"), "{printed}");
    }
}

#[test]
fn what_is_printed_can_be_read_back() {
    let file = "bind = '[::1]:81'\npublic_url = 'https://training.example.org/ph/'\nmetrics_bind = '127.0.0.1:9'\n\
                trusted_proxies = '10.0.0.0/8, ::1'\ncors_origins = 'https://Library.example.org, http://localhost:3000'\n\
                requests_per_minute = 0\nsign_ins_per_minute = 3\n\
                database_url = 'sqlite:a \"b\".db'\ndatabase_connections = 3\nmigrate_on_start = false\nworker = false\n\
                log_format = 'json'\nlog_filter = 'warn,packhorse_db=debug'\naccess_token_minutes = 1\n\
                refresh_token_days = 2\njson_limit_kib = 3\nimport_limit_mib = 4\nheader_deadline_seconds = 5\n\
                body_deadline_seconds = 6\ndatabase_deadline_seconds = 8\nhandler_deadline_seconds = 7\nshutdown_seconds = 0\n\
                outbound_allow = 'Calendar.lan:8080, [fd00::7]:80'\nosrm_url = 'http://127.0.0.1:5000'\n\
                files = 'elsewhere/files'\n\
                smtp_url = 'smtps://packhorse@mail.example.org'\nmail_from = 'Packhorse <packhorse@example.org>'\n\
                smtp_authorities = '../tests/http/data/authority.pem'\n\
                openid_providers = 'https://a.example one, https://b.example two https://b.example/keys'";
    let effective = Effective::of(sources(file, &[], &[])).unwrap();
    assert_eq!(effective.config.http.public_url, "https://training.example.org/ph");
    let again = Effective::of(sources(&effective.to_toml(), &[], &[])).unwrap();
    assert_eq!(again.config, effective.config);
    // Every setting was changed above, so none is forgotten on the way out or in.
    assert!(!effective.to_toml().contains("# default"), "{}", effective.to_toml());
}

#[test]
fn the_public_url_follows_the_address_unless_it_is_set() {
    let url = |file: &str| Effective::of(sources(file, &[], &[])).unwrap();
    assert_eq!(url("bind = '127.0.0.1:81'").config.http.public_url, "http://127.0.0.1:81");
    let open = url("bind = '0.0.0.0:81'");
    assert_eq!(open.config.http.public_url, "http://localhost:81");
    assert!(open.notices[0].contains("public_url"), "{:?}", open.notices);
    assert!(url("bind = '0.0.0.0:81'\npublic_url = 'https://a.example'").notices.is_empty());
}

#[test]
fn strange_variables_are_noticed_and_empty_ones_passed_over() {
    let environment = [("PACKHORSE_BINDD", "x"), ("PACKHORSE_BIND", ""), ("PACKHORSE_CONFIG", "packhorse.toml")];
    let effective = Effective::of(sources("", &environment, &[])).unwrap();
    assert_eq!(effective.notices, ["PACKHORSE_BINDD is set, but is no setting"]);
    assert_eq!(effective.config, Config::default());
}

#[test]
fn metrics_do_not_listen_where_the_api_does() {
    let found = faults(sources("bind = '127.0.0.1:81'\nmetrics_bind = '127.0.0.1:81'", &[], &[]));
    assert!(found[0].starts_with("metrics_bind (packhorse.toml) is the address of the API"), "{found:#?}");
    assert!(Effective::of(sources("bind = '127.0.0.1:0'\nmetrics_bind = '127.0.0.1:0'", &[], &[])).is_ok());
}

#[test]
fn neighbors_have_a_name_and_a_port() {
    for text in
        ["", "calendar.lan", "calendar.lan:80,", ":80", "http://calendar.lan:80", "me@calendar.lan:80", "a:65536"]
    {
        let found = faults(sources(&format!("outbound_allow = '{text}'"), &[], &[]));
        assert!(found[0].starts_with("outbound_allow (packhorse.toml) must be none"), "{text}: {found:#?}");
    }
}

#[test]
fn origins_are_spelled_as_browsers_spell_them() {
    for text in [
        "",
        "*",
        "null",
        "library.example.org",
        "https://a.example/",
        "https://*.example",
        "https://a.example:443",
        "https://me@a.example",
    ] {
        let found = faults(sources(&format!("cors_origins = '{text}'"), &[], &[]));
        assert!(found[0].starts_with("cors_origins (packhorse.toml) must be none"), "{text}: {found:#?}");
    }
    for text in ["", "10.0.0.0/33", "*", "proxy.lan"] {
        let found = faults(sources(&format!("trusted_proxies = '{text}'"), &[], &[]));
        assert!(found[0].starts_with("trusted_proxies (packhorse.toml) must be none"), "{text}: {found:#?}");
    }
}

#[test]
fn no_password_goes_to_a_mail_server_in_the_clear() {
    let from = "mail_from = 'packhorse@example.org'";
    for url in ["smtp://mail.example.org", "smtp://mail.example.org?tls=opportunistic", "http://localhost", "smtps://"]
    {
        let found = faults(sources(&format!("smtp_url = '{url}'\n{from}"), &[], &[]));
        assert!(found[0].starts_with("smtp_url (packhorse.toml) must be none"), "{url}: {found:#?}");
    }
    let url = "smtp_url = 'smtps://me:s3cret@mail.example.org'";
    let printed = Effective::of(sources(&format!("{url}\n{from}"), &[], &[])).unwrap().to_toml();
    assert!(!printed.contains("s3cret") && printed.contains("smtps://me@mail.example.org"), "{printed}");
    assert!(faults(sources(url, &[], &[]))[0].starts_with("mail_from (default) must be set"));
}

#[test]
fn authorities_are_certificates_that_can_be_read() {
    for file in ["", "nowhere.pem", "Cargo.toml", "../tests/http/data/ec.pem"] {
        let found = faults(sources(&format!("smtp_authorities = '{file}'"), &[], &[]));
        assert!(found[0].starts_with("smtp_authorities (packhorse.toml) must be none"), "{file}: {found:#?}");
    }
}

#[cfg(not(feature = "tls"))]
#[test]
fn tls_is_not_promised_by_a_program_without_it() {
    let found = faults(sources("database_url = 'postgres://db.example/ph?sslmode=verify-full'", &[], &[]));
    assert!(found[0].contains("--features tls"), "{found:#?}");
}
