//! The edge from outside: requests against a router of sample calls, with a backend that knows two keys.

mod answers;
mod calls;
mod document;
mod headers;
mod order;
mod stub;
