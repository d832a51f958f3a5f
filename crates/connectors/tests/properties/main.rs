//! Properties that hold for every input: of the JSON reader, of events, of requests and of the catalog.
//!
//! `cargo test` checks some hundred inputs of each. To check for ten minutes and print the number of inputs:
//! `PROPERTY_SECONDS=600 cargo test -p greengrass-connectors --test properties -- --nocapture`.

mod event;
mod generators;
mod json;
mod mutation;
#[path = "../support/property.rs"]
mod property;
mod request;
#[path = "../support/text_edit.rs"]
mod text_edit;

use property::Property;

const PROPERTIES: &[Property] = &[
    json::KEEPS_THE_TEXT,
    json::AGREES_WITH_SERDE_JSON,
    json::NEEDS_NO_STACK_FOR_DEPTH,
    event::ARBITRARY_TEXT,
    event::MUTATED_SAMPLES,
    event::MANY_ERRORS,
    request::ARBITRARY_CONNECTORS,
];

#[test]
fn properties_hold_for_the_chosen_time() {
    property::check_all_for_chosen_time(PROPERTIES);
}
