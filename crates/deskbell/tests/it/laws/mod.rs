//! Laws: properties that hold for any data and any call, tried with random ones on both engines at once. Cases are few,
//! so that each law stays within seconds; a law that breaks prints the shrunk case.

mod as_of;
mod bulk;
mod dump;
mod ground;
mod history;
mod list;
mod noise;
mod notification;
mod search;
mod undo;
mod views;

pub(crate) use dump::Probe;
pub(crate) use ground::do_as_system;

/// A text as a query string carries it.
fn escaped(text: &str) -> String {
    let byte =
        |b: u8| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") };
    text.bytes().map(byte).collect()
}
