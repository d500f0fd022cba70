//! The people of the demonstration, and what they are.

use packhorse_db::{Conn, Found, users};

use super::{
    Person,
    networks::{CALIFORNIA, KANSAS},
    trainers::{JOLENE, LORNA, MARISOL, PRIYA, TOMASZ},
};
use crate::Error;

/// Somebody who can sign in.
pub(super) struct PersonRow {
    pub email: &'static str,
    pub name: &'static str,
    pub part: Part,
}

/// What they are, of what.
pub(super) enum Part {
    Coordinates(&'static str),
    Directs(&'static str),
    Teaches,
    Operates,
}

/// All of them, in the order in which they are shown.
pub(super) const PEOPLE: &[PersonRow] = &[
    PersonRow { email: "ruth@nekansas.example", name: "Ruth Dvorak", part: Part::Coordinates(KANSAS.name) },
    PersonRow { email: "lorna@nekansas.example", name: LORNA, part: Part::Teaches },
    PersonRow { email: "carol@hiawatha.example", name: "Carol Brandt", part: Part::Directs("Hiawatha") },
    PersonRow { email: "sam@baldwincity.example", name: "Sam Whitaker", part: Part::Directs("Baldwin City") },
    PersonRow { email: "jolene@puppets.example", name: JOLENE, part: Part::Teaches },
    PersonRow { email: "priya@raman.example", name: PRIYA, part: Part::Teaches },
    PersonRow { email: "tomasz@wilk.example", name: TOMASZ, part: Part::Teaches },
    PersonRow { email: "miguel@goldenstate.example", name: "Miguel Santos", part: Part::Coordinates(CALIFORNIA.name) },
    PersonRow { email: "marisol@goldenstate.example", name: MARISOL, part: Part::Teaches },
    PersonRow { email: "operator@packhorse.example", name: "Alex Moreno", part: Part::Operates },
];

impl PersonRow {
    fn person(&self) -> Person {
        let role = match self.part {
            Part::Coordinates(network) => format!("{} coordinates the {network}", self.name),
            Part::Directs(town) => format!("{} directs the library of {town}", self.name),
            Part::Teaches => format!("{} teaches", self.name),
            Part::Operates => format!("{} runs this installation", self.name),
        };
        Person { email: self.email.to_owned(), role }
    }
}

/// Those of them who are in the database.
///
/// # Errors
/// Those of the database.
pub(super) fn present(conn: &mut Conn) -> Result<Vec<Person>, Error> {
    let mut people = Vec::new();
    for row in PEOPLE {
        if users::credentials(conn, row.email).found()?.is_some() {
            people.push(row.person());
        }
    }
    Ok(people)
}
