//! Every operation that asks who calls: the action it takes, by which the policy decides, and the scope a key needs for it.
//!
//! Invariant: what takes no scope is not for keys. An operation without a row takes nobody; a test finds it.

use crate::{access::Action, api_key::KeyScope};

/// An operation, by the name the OpenAPI document gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// Its `operationId`.
    pub name: &'static str,
    /// What it does; one of these, where it depends on the thing. Nothing for reading, which the scope of the query decides.
    pub actions: &'static [Action],
    /// What a key must be for; none for operations that take no keys.
    pub scope: Option<KeyScope>,
}

/// Declares the operations: name, actions after a colon, the scope a key needs after an arrow.
macro_rules! operations {
    ($($name:ident $(: $($action:ident)|+)? $(=> $scope:ident)?;)*) => {
        /// All of them, by subject.
        pub const OPERATIONS: &[Operation] = &[$(Operation {
            name: stringify!($name),
            actions: &[$($(Action::$action),+)?],
            scope: operations!(@scope $($scope)?),
        }),*];
    };
    (@scope) => { None };
    (@scope $scope:ident) => { Some(KeyScope::$scope) };
}

operations! {
    get_me;
    sign_out;
    list_users;
    create_user: ManageUsers | GrantOperator;
    get_user;
    export_user: ExportPerson;
    erase_user: ErasePerson;
    grant_role: ManageUsers | GrantOperator;
    revoke_role: ManageUsers | GrantOperator;
    list_sign_ins;
    end_sign_in;
    sign_out_others;
    change_password;
    start_email_change;
    accept_invitation;
    list_consents;
    set_consent;
    export_me;
    erase_me;
    start_password_reset: ManageUsers | GrantOperator;
    list_invitations;
    create_invitation: ManageUsers | GrantOperator;
    get_invitation;
    revoke_invitation: ManageUsers | GrantOperator;
    list_api_keys;
    create_api_key: ManageApiKeys;
    get_api_key;
    rotate_api_key: ManageApiKeys;
    revoke_api_key: ManageApiKeys;

    list_networks => NetworksRead;
    create_network: CreateNetwork;
    get_network => NetworksRead;
    update_network: UpdateNetwork;
    join_network;
    leave_network;
    list_members: ReadMembers;
    list_partnerships => NetworksRead;
    create_partnership: Partner;
    get_partnership => NetworksRead;
    update_partnership: Partner;

    list_libraries => LibrariesRead;
    create_library: CreateLibrary => LibrariesWrite;
    import_libraries: ManageLibraries => LibrariesWrite;
    get_library => LibrariesRead;
    update_library: UpdateLibrary => LibrariesWrite;
    get_library_deliveries => LibrariesRead;
    list_venues => LibrariesRead;
    create_venue: UpdateLibrary => LibrariesWrite;
    get_venue => LibrariesRead;
    update_venue: UpdateLibrary => LibrariesWrite;
    list_rooms => LibrariesRead;
    create_room: UpdateLibrary => LibrariesWrite;
    get_room => LibrariesRead;
    update_room: UpdateLibrary => LibrariesWrite;
    list_hosting_hours => LibrariesRead;
    create_hosting_hours: UpdateLibrary => LibrariesWrite;
    get_hosting_hours => LibrariesRead;
    update_hosting_hours: UpdateLibrary => LibrariesWrite;
    delete_hosting_hours: UpdateLibrary => LibrariesWrite;

    list_topics => CatalogRead;
    create_topic: ManageTopics | ManageSharedTopics => CatalogWrite;
    get_topic => CatalogRead;
    update_topic: ManageTopics | ManageSharedTopics => CatalogWrite;
    list_workshops => CatalogRead;
    create_workshop: ManageWorkshops => CatalogWrite;
    import_workshops: ManageWorkshops => CatalogWrite;
    get_workshop => CatalogRead;
    update_workshop: ManageWorkshops => CatalogWrite;
    publish_workshop: ManageWorkshops => CatalogWrite;
    retire_workshop: ManageWorkshops => CatalogWrite;
    adapt_workshop: ManageWorkshops => CatalogWrite;
    list_adaptations => CatalogRead;
    list_editions => CatalogRead;
    get_edition => CatalogRead;
    get_give_and_take => CatalogRead;
    list_materials => CatalogRead;
    create_material: ManageWorkshops => CatalogWrite;
    get_material => CatalogRead;
    update_material: ManageWorkshops => CatalogWrite;
    delete_material: ManageWorkshops => CatalogWrite;
    get_material_file => CatalogRead;
    upload_material_file: ManageWorkshops => CatalogWrite;
    get_material_content => CatalogRead;
    list_harvests: ManageWorkshops => CatalogRead;
    create_harvest: ManageWorkshops => CatalogWrite;
    get_harvest => CatalogRead;
    update_harvest: ManageWorkshops => CatalogWrite;
    delete_harvest: ManageWorkshops => CatalogWrite;
    refresh_harvest: ManageWorkshops => CatalogWrite;
    list_showcases => CatalogRead;
    create_showcase: ManageShowcases => CatalogWrite;
    get_showcase => CatalogRead;
    update_showcase: ManageShowcases => CatalogWrite;
    publish_showcase: ManageShowcases => CatalogWrite;
    delete_showcase: ManageShowcases => CatalogWrite;
    create_table_request: CreateRequest => RequestsWrite;
    list_sessions => CatalogRead;
    create_session: ManageSessions => CatalogWrite;
    create_booking_session: ManageSessions => CatalogWrite;
    get_session => CatalogRead;
    update_session: ManageSessions => CatalogWrite;
    publish_session: ManageSessions => CatalogWrite;
    move_session_online: ManageSessions => CatalogWrite;
    cancel_session: ManageSessions => CatalogWrite;
    hold_session: ManageSessions => CatalogWrite;

    list_trainers => TrainersRead;
    create_trainer: CreateTrainer => TrainersWrite;
    get_trainer => TrainersRead;
    update_trainer: UpdateTrainer => TrainersWrite;
    get_trainer_deliveries => TrainersRead;
    list_availability: ReadTrainerCalendar => TrainersRead;
    get_availability_ics: ReadTrainerCalendar => TrainersRead;
    import_availability: UpdateTrainer => TrainersWrite;
    create_availability: UpdateTrainer => TrainersWrite;
    get_availability => TrainersRead;
    update_availability: UpdateTrainer => TrainersWrite;
    delete_availability: UpdateTrainer => TrainersWrite;
    list_occurrences => TrainersRead;
    preview_occurrences => TrainersRead;
    list_trips: ReadTrainerCalendar => TrainersRead;
    create_trip: UpdateTrainer => TrainersWrite;
    get_trip => TrainersRead;
    update_trip: UpdateTrainer => TrainersWrite;
    delete_trip: UpdateTrainer => TrainersWrite;
    list_imported_calendars: ReadTrainerCalendar => TrainersRead;
    create_imported_calendar: UpdateTrainer => TrainersWrite;
    get_imported_calendar => TrainersRead;
    update_imported_calendar: UpdateTrainer => TrainersWrite;
    delete_imported_calendar: UpdateTrainer => TrainersWrite;
    import_calendar: UpdateTrainer => TrainersWrite;
    refresh_calendar: UpdateTrainer => TrainersWrite;
    list_busy_times => TrainersRead;
    get_free_busy => TrainersRead;
    get_free_busy_ics => TrainersRead;
    query_free_busy => TrainersRead;
    list_slots => TrainersRead;
    list_trainer_opportunities: ReadTrainerCalendar => RequestsRead;
    list_opportunities: ReadMatches => TrainersRead;

    list_requests => RequestsRead;
    create_request: CreateRequest => RequestsWrite;
    get_request => RequestsRead;
    update_request: EditRequest => RequestsWrite;
    submit_request: EditRequest => RequestsWrite;
    gather_request: EditRequest => RequestsWrite;
    withdraw_request: EditRequest => RequestsWrite;
    open_request: TriageRequest => RequestsWrite;
    ask_request: TriageRequest => RequestsWrite;
    decline_request: TriageRequest => RequestsWrite;
    merge_request: TriageRequest => RequestsWrite;
    list_matches: ReadMatches => RequestsRead;
    preview_matches: ReadMatches => RequestsRead;
    list_quotes => RequestsRead;
    create_quote: ReadMatches => RequestsWrite;
    get_quote => RequestsRead;
    list_pledges => RequestsRead;
    create_pledge: Pledge => RequestsWrite;
    get_pledge => RequestsRead;
    update_pledge: Pledge => RequestsWrite;
    consent_to_terms: Pledge => RequestsWrite;
    withdraw_pledge: Pledge => RequestsWrite;
    list_pooling_suggestions: ReadGaps => RequestsRead;
    list_deserts: ReadGaps => BookingsRead;
    get_deserts_svg: ReadGaps => BookingsRead;
    list_postings => RequestsRead;
    create_posting: Post | PostFor;
    get_posting => RequestsRead;
    update_posting: EditPosting => RequestsWrite;
    close_posting: EditPosting => RequestsWrite;
    create_me_too: CreateRequest => RequestsWrite;
    delete_me_too: CreateRequest => RequestsWrite;
    create_posting_request: CreateRequest => RequestsWrite;
    list_replies => RequestsRead;
    create_reply;
    get_reply => RequestsRead;
    list_interests => RequestsRead;
    create_interest: ExpressInterest => RequestsWrite;
    get_interest => RequestsRead;
    update_interest: ExpressInterest => RequestsWrite;
    delete_interest: ExpressInterest => RequestsWrite;

    list_tour_plans => RequestsRead;
    create_tour_plan: PlanTours => RequestsWrite;
    get_tour_plan => RequestsRead;
    stop_tour_plan: PlanTours => RequestsWrite;
    edit_tour_plan: PlanTours => RequestsWrite;
    watch_tour_plan => RequestsRead;
    compare_tour_plans => RequestsRead;
    get_tour_plan_geojson => RequestsRead;
    get_tour_plan_map => RequestsRead;
    get_tour_plan_ics => RequestsRead;
    list_tours => OffersRead;
    offer_tours: PlanTours | MakeOffer => OffersWrite;
    get_tour => OffersRead;
    accept_tour: AnswerOffer => OffersWrite;
    decline_tour: AnswerOffer => OffersWrite;
    withdraw_tour: PlanTours => OffersWrite;
    replan_tour: PlanTours => RequestsWrite;
    consent_to_share: ConsentToShare => BookingsWrite;
    list_offers => OffersRead;
    create_offer: MakeOffer => OffersWrite;
    get_offer => OffersRead;
    accept_offer: AnswerOffer => OffersWrite;
    decline_offer: AnswerOffer => OffersWrite;
    counter_offer: AnswerOffer => OffersWrite;
    revise_offer: MakeOffer => OffersWrite;
    withdraw_offer: MakeOffer => OffersWrite;

    list_bookings => BookingsRead;
    get_booking => BookingsRead;
    get_booking_ics => BookingsRead;
    confirm_booking: ConfirmBooking => BookingsWrite;
    reschedule_booking: RescheduleBooking => BookingsWrite;
    cancel_booking: CancelBooking => BookingsWrite;
    deliver_booking: DeliverBooking => BookingsWrite;
    close_booking: CloseBooking => BookingsWrite;
    get_trainer_calendar: ReadTrainerCalendar => BookingsRead;
    get_trainer_ics: ReadTrainerCalendar => BookingsRead;
    get_venue_calendar => BookingsRead;
    get_venue_ics => BookingsRead;

    list_changes => EventsRead;
    list_events => EventsRead;
}

/// The operation of this name, unless it is public.
pub fn operation(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}
