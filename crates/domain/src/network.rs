//! Networks of libraries, and partnerships between them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::{
    id::{NetworkId, PartnershipId, RoleId, UserId},
    money::Currency,
    policy::Policy,
    record::Record,
    text::words,
    time::{Timestamp, Zone},
};

words! {
    /// What kind of network it is.
    NetworkKind {
        /// A whole state, as Infopeople.
        Statewide = "statewide",
        /// A region, as the Northeast Kansas Library System.
        Regional = "regional",
        /// Anybody may join.
        Informal = "informal",
    }
}

/// What a coordinator says of a network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NetworkDetails {
    /// Its name.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "Northeast Kansas Library System")]
    pub name: String,
    /// What kind it is.
    pub kind: NetworkKind,
    /// The zone its days are counted in.
    pub time_zone: Zone,
    /// The currency its prices are in.
    pub currency: Currency,
    /// How it runs.
    #[validate(nested)]
    #[serde(default)]
    pub policy: Policy,
}

impl NetworkDetails {
    /// Whether anybody may join, and nobody is in charge.
    pub fn is_informal(&self) -> bool {
        self.kind == NetworkKind::Informal
    }

    /// Whether somebody looks at requests before they are open: where nobody is in charge, nobody does.
    pub fn has_triage(&self) -> bool {
        self.policy.triage && !self.is_informal()
    }
}

/// Libraries that share trainers under one policy: the tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Network {
    /// Its id.
    pub id: NetworkId,
    /// What its coordinator says of it.
    #[serde(flatten)]
    pub details: NetworkDetails,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

/// Somebody who takes part in an informal network, by their own word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Membership {
    /// Id of their role.
    pub id: RoleId,
    /// Who.
    pub user: UserId,
    /// Their name.
    #[schema(example = "Dana Whitfield")]
    pub name: String,
    /// Since when.
    pub since: Timestamp,
}

/// Terms under which one network lends its trainers and published catalog to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "dates"))]
pub struct PartnershipDetails {
    /// Whose trainers may be asked.
    pub lender: NetworkId,
    /// Whose libraries may ask.
    pub borrower: NetworkId,
    /// First day it counts.
    #[schema(value_type = String, format = Date, example = "2026-07-01")]
    pub from: Date,
    /// Last day it counts; open when absent.
    #[schema(value_type = Option<String>, format = Date, example = "2027-06-30")]
    pub until: Option<Date>,
    /// What was agreed.
    #[validate(length(max = 5000))]
    #[schema(max_length = 5000)]
    #[serde(default)]
    pub terms: String,
}

fn dates(partnership: &PartnershipDetails) -> Result<(), ValidationError> {
    if partnership.lender == partnership.borrower {
        return Err(ValidationError::new("same_network"));
    }
    match partnership.until {
        Some(until) if until < partnership.from => Err(ValidationError::new("end_before_start")),
        _ => Ok(()),
    }
}

/// One network lends its trainers to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Partnership {
    /// Its id.
    pub id: PartnershipId,
    /// What was agreed.
    #[serde(flatten)]
    pub details: PartnershipDetails,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}
