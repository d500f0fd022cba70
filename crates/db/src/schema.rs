//! Tables and columns, the same on both databases. A test compares this with what the migrations make.
#![allow(clippy::wildcard_imports, reason = "as `diesel print-schema` writes it")]

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    networks (id) {
        id -> Text,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    partnerships (id) {
        id -> Text,
        lender_id -> Text,
        borrower_id -> Text,
        from_day -> Text,
        until_day -> Text,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    users (id) {
        id -> Text,
        email -> Text,
        password_hash -> Text,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    roles (id) {
        id -> Text,
        user_id -> Text,
        role -> Text,
        subject_id -> Text,
        network_id -> Nullable<Text>,
        created_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    sessions (id) {
        id -> Text,
        user_id -> Text,
        created_at -> InstantType,
        expires_at -> InstantType,
        revoked_at -> Nullable<InstantType>,
        last_used_at -> Nullable<InstantType>,
        user_agent -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    refresh_tokens (hash) {
        hash -> Text,
        session_id -> Text,
        created_at -> InstantType,
        used_at -> Nullable<InstantType>,
        successor -> Nullable<Text>,
        voided_at -> Nullable<InstantType>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    signing_keys (kid) {
        kid -> Text,
        private_pem -> Text,
        created_at -> InstantType,
        signs_from -> Nullable<InstantType>,
        verifies_until -> Nullable<InstantType>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    libraries (id) {
        id -> Text,
        network_id -> Nullable<Text>,
        fscs_key -> Nullable<Text>,
        search_text -> Text,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    trainer_workshops (trainer_id, workshop_id) {
        trainer_id -> Text,
        workshop_id -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    materials (id) {
        id -> Text,
        workshop_id -> Text,
        kind -> Text,
        is_public -> Bool,
        search_text -> Text,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    workshop_editions (workshop_id, edition) {
        workshop_id -> Text,
        edition -> Integer,
        details -> JsonType,
        published_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    postings (id) {
        id -> Text,
        network_id -> Text,
        author_id -> Text,
        library_id -> Nullable<Text>,
        trainer_id -> Nullable<Text>,
        kind -> Text,
        visibility -> Text,
        state -> Text,
        state_data -> JsonType,
        expires_on -> Text,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    pledges (id) {
        id -> Text,
        request_id -> Text,
        network_id -> Text,
        library_id -> Text,
        state -> Text,
        state_data -> JsonType,
        terms -> BigInt,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    posting_replies (id) {
        id -> Text,
        posting_id -> Text,
        author_id -> Text,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    workshop_sessions (id) {
        id -> Text,
        network_id -> Text,
        workshop_id -> Nullable<Text>,
        booking_id -> Nullable<Text>,
        library_id -> Nullable<Text>,
        trainer_id -> Nullable<Text>,
        venue_id -> Nullable<Text>,
        state -> Text,
        state_data -> JsonType,
        starts_at -> InstantType,
        ends_at -> InstantType,
        published_at -> Nullable<InstantType>,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    venues (id) {
        id -> Text,
        library_id -> Text,
        fscs_seq -> Nullable<Text>,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    rooms (id) {
        id -> Text,
        venue_id -> Text,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    topics (id) {
        id -> Text,
        network_id -> Nullable<Text>,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    workshops (id) {
        id -> Text,
        network_id -> Text,
        state -> Text,
        state_data -> JsonType,
        search_text -> Text,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
        edition -> Integer,
        adapted_from -> JsonType,
        original_id -> Nullable<Text>,
        visibility -> Text,
        public_since -> Nullable<InstantType>,
        origin -> Nullable<JsonType>,
        origin_key -> Nullable<Text>,
        harvest_id -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    material_files (material_id) {
        material_id -> Text,
        media_type -> Text,
        bytes -> BigInt,
        sha256 -> Text,
        uploaded_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    showcases (id) {
        id -> Text,
        network_id -> Text,
        published_at -> Nullable<InstantType>,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    harvests (id) {
        id -> Text,
        network_id -> Text,
        next_read_at -> Nullable<InstantType>,
        details -> JsonType,
        status -> JsonType,
        progress -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    trainers (id) {
        id -> Text,
        network_id -> Text,
        visibility -> Text,
        active -> Bool,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    availability (id) {
        id -> Text,
        trainer_id -> Text,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    requests (id) {
        id -> Text,
        network_id -> Text,
        library_id -> Text,
        state -> Text,
        state_data -> JsonType,
        time_zone -> Text,
        closes_at -> InstantType,
        details -> JsonType,
        pool -> Nullable<JsonType>,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    offers (id) {
        id -> Text,
        request_id -> Text,
        network_id -> Text,
        trainer_id -> Text,
        trainer_network_id -> Text,
        state -> Text,
        state_data -> JsonType,
        expires_at -> Nullable<InstantType>,
        terms -> JsonType,
        tour_id -> Nullable<Text>,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    bookings (id) {
        id -> Text,
        request_id -> Text,
        offer_id -> Text,
        network_id -> Text,
        library_id -> Text,
        trainer_id -> Text,
        trainer_network_id -> Text,
        venue_id -> Nullable<Text>,
        state -> Text,
        state_data -> JsonType,
        starts_at -> InstantType,
        ends_at -> InstantType,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    commitments (id) {
        id -> Text,
        trainer_id -> Nullable<Text>,
        room_id -> Nullable<Text>,
        offer_id -> Text,
        booking_id -> Nullable<Text>,
        work_starts_at -> InstantType,
        work_ends_at -> InstantType,
        starts_at -> InstantType,
        ends_at -> InstantType,
        latitude -> Nullable<Double>,
        longitude -> Nullable<Double>,
        expires_at -> Nullable<InstantType>,
        active -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    events (seq) {
        seq -> BigInt,
        tx -> BigInt,
        id -> Text,
        network_id -> Nullable<Text>,
        subject_kind -> Text,
        subject_id -> Text,
        action -> Text,
        actor_id -> Nullable<Text>,
        at -> InstantType,
        before -> Nullable<JsonType>,
        after -> Nullable<JsonType>,
    }
}

diesel::table! {
    seals (place) {
        place -> BigInt,
        event_id -> Text,
        salt -> Text,
        digest -> Text,
        hash -> Text,
    }
}

diesel::table! {
    seal_head (name) {
        name -> Text,
        place -> BigInt,
        tx -> BigInt,
        seq -> BigInt,
        hash -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    idempotency_keys (user_id, key) {
        user_id -> Text,
        key -> Text,
        fingerprint -> Text,
        status -> Integer,
        headers -> JsonType,
        body -> Text,
        created_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    trips (id) {
        id -> Text,
        trainer_id -> Text,
        from_day -> Text,
        until_day -> Text,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    hosting_hours (id) {
        id -> Text,
        library_id -> Text,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    interests (id) {
        id -> Text,
        request_id -> Text,
        trainer_id -> Text,
        network_id -> Text,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    imported_calendars (id) {
        id -> Text,
        trainer_id -> Text,
        next_read_at -> Nullable<InstantType>,
        details -> JsonType,
        status -> JsonType,
        source -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    quotes (id) {
        id -> Text,
        network_id -> Text,
        library_id -> Text,
        trainer_id -> Text,
        details -> JsonType,
        terms -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::InstantType;

    busy_times (calendar_id, place) {
        calendar_id -> Text,
        place -> Integer,
        trainer_id -> Text,
        starts_at -> InstantType,
        ends_at -> InstantType,
        title -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    api_keys (id) {
        id -> Text,
        network_id -> Text,
        hash -> Text,
        previous_hash -> Nullable<Text>,
        previous_until -> Nullable<InstantType>,
        revoked_at -> Nullable<InstantType>,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::InstantType;

    api_key_uses (key_id) {
        key_id -> Text,
        used_at -> InstantType,
    }
}

diesel::table! {
    rate_counts (caller, minute) {
        caller -> Text,
        minute -> BigInt,
        requests -> BigInt,
    }
}

diesel::table! {
    secrets (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::InstantType;

    one_time_tokens (hash) {
        hash -> Text,
        purpose -> Text,
        user_id -> Text,
        email -> Nullable<Text>,
        expires_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    invitations (id) {
        id -> Text,
        token_hash -> Text,
        network_id -> Nullable<Text>,
        inviter_id -> Nullable<Text>,
        details -> JsonType,
        state -> JsonType,
        expires_at -> InstantType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::InstantType;

    reset_requests (email) {
        email -> Text,
        asked_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::InstantType;

    mails (id) {
        id -> Text,
        recipient -> Text,
        subject -> Text,
        body -> Text,
        state -> Text,
        attempts -> Integer,
        next_attempt_at -> InstantType,
        created_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::InstantType;

    identities (issuer, subject) {
        issuer -> Text,
        subject -> Text,
        user_id -> Text,
        created_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::InstantType;

    digests (user_id) {
        user_id -> Text,
        week -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    consents (id) {
        id -> Text,
        user_id -> Text,
        purpose -> Text,
        wording -> BigInt,
        given -> Bool,
        since -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    tour_plans (id) {
        id -> Text,
        network_id -> Text,
        state -> Text,
        state_data -> JsonType,
        due_at -> Nullable<InstantType>,
        details -> JsonType,
        problem_size -> Nullable<JsonType>,
        progress -> Nullable<JsonType>,
        outcome -> Nullable<JsonType>,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::JsonType;

    tour_problems (plan_id) {
        plan_id -> Text,
        problem -> JsonType,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{InstantType, JsonType};

    tours (id) {
        id -> Text,
        network_id -> Text,
        trainer_id -> Text,
        trainer_network_id -> Text,
        plan_id -> Text,
        state -> Text,
        state_data -> JsonType,
        details -> JsonType,
        version -> BigInt,
        created_at -> InstantType,
        updated_at -> InstantType,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    tour_plans,
    tour_problems,
    tours,
    materials,
    trainer_workshops,
    workshop_editions,
    workshop_sessions,
    postings,
    pledges,
    posting_replies,
    networks,
    partnerships,
    users,
    roles,
    sessions,
    refresh_tokens,
    signing_keys,
    secrets,
    one_time_tokens,
    invitations,
    reset_requests,
    mails,
    identities,
    consents,
    digests,
    libraries,
    venues,
    rooms,
    topics,
    workshops,
    trainers,
    availability,
    requests,
    offers,
    bookings,
    commitments,
    trips,
    hosting_hours,
    interests,
    imported_calendars,
    busy_times,
    quotes,
    events,
    seals,
    seal_head,
    idempotency_keys,
    api_keys,
    api_key_uses,
    rate_counts,
);
