//! TLS to PostgreSQL: the certificate and the host's name are checked.

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Bool};
use packhorse_db::{Conn, DatabaseUrl};

#[derive(QueryableByName)]
struct Tls {
    #[diesel(sql_type = Bool)]
    ssl: bool,
}

#[test]
fn a_server_that_proves_who_it_is_is_spoken_to_in_secret() {
    let Ok(url) = std::env::var("PACKHORSE_TEST_POSTGRES_TLS_URL") else { return };
    let Conn::Pg(mut conn) = url.parse::<DatabaseUrl>().unwrap().connect().unwrap() else { panic!("not PostgreSQL") };
    let state: Tls =
        sql_query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").get_result(&mut conn).unwrap();
    assert!(state.ssl);
}

#[test]
fn one_that_does_not_is_refused() {
    let Ok(url) = std::env::var("PACKHORSE_TEST_POSTGRES_TLS_URL") else { return };
    // The certificate is for `localhost`, not for its address; and a file that is no authority proves nothing.
    let other_name = url.replace("@localhost:", "@127.0.0.1:");
    let (address, _) = url.split_once("&sslrootcert=").unwrap();
    let other_authority = format!("{address}&sslrootcert={}", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    for wrong in [other_name, other_authority] {
        let refused = wrong.parse::<DatabaseUrl>().unwrap().connect();
        assert!(refused.is_err(), "a server was trusted that proved nothing");
    }
}
