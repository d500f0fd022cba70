//! A small region to begin with: two networks, and people of every role.

use std::sync::LazyLock;

use packhorse_domain::{
    Currency, Valid, Zone,
    id::NetworkId,
    network::{NetworkDetails, NetworkKind},
    policy::Policy,
    user::{Role, UserDetails},
};
use packhorse_services::{Context, networks, passwords, users};

use crate::{Client, World};

/// Everybody's password.
pub const PASSWORD: &str = "a quiet mule on a road";

/// Hashed once: hashing is slow on purpose.
static HASH: LazyLock<String> = LazyLock::new(|| passwords::hash(PASSWORD).unwrap());

impl World {
    /// Adds somebody with a role, and signs them in.
    pub fn person(&self, email: &str, role: Role) -> Client {
        let now = packhorse_domain::Clock::now(&*self.clock);
        let address = email.to_owned();
        self.write(move |conn| {
            let details = Valid::new(UserDetails { email: address.clone(), name: address.clone() }).unwrap();
            users::create(&mut Context::of_program(conn, now), details, &HASH, role)
        });
        self.client().sign_in(email, PASSWORD)
    }

    /// Adds a network that opens requests without triage.
    pub fn network(&self, name: &str) -> NetworkId {
        let now = packhorse_domain::Clock::now(&*self.clock);
        let details = NetworkDetails {
            name: name.to_owned(),
            kind: NetworkKind::Regional,
            time_zone: Zone::new("America/Chicago").unwrap(),
            currency: Currency::USD,
            policy: Policy::default(),
        };
        self.write(move |conn| {
            networks::create(&mut Context::of_program(conn, now), Valid::new(details.clone()).unwrap())
        })
        .id
    }
}

/// One network with its coordinator.
pub struct Region {
    /// The network.
    pub network: NetworkId,
    /// Its coordinator.
    pub coordinator: Client,
}

impl Region {
    /// Makes one.
    pub fn new(world: &World, name: &str) -> Self {
        let network = world.network(name);
        let coordinator = world.person(&format!("ce@{name}.example"), Role::Coordinator { network });
        Self { network, coordinator }
    }
}
