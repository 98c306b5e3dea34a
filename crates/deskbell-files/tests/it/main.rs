//! What holds for the places where files are kept.

mod bucket;
mod places;
