//! What can be refused, and the one table of error codes (api.md section 3). docs/errors.md is made from it.
//!
//! A fault is a code, a sentence for the caller, and where it can be said the field that is meant.
//! How a class of fault is told over a protocol is the edge's matter.

/// What kind of refusal a code is; the edge maps each to one status.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// The request cannot be understood or names what is not there.
    Invalid,
    /// Nobody we know.
    Unauthenticated,
    /// Known, and not allowed.
    Forbidden,
    /// Not there, or not for this caller.
    NotFound,
    /// The path is known, the method is not.
    Method,
    /// No answer in a form that the caller takes.
    NotAcceptable,
    /// Against the present state.
    Conflict,
    /// Was there once.
    Gone,
    /// A stated version does not match.
    Precondition,
    /// Too large: body, or number of ids.
    TooLarge,
    /// Request line too long.
    UriTooLong,
    /// A body in a form that we do not take.
    MediaType,
    /// Understood and contradictory.
    Unprocessable,
    /// A stated version is compulsory.
    PreconditionRequired,
    /// Too many requests from this caller.
    RateLimited,
    /// Headers too large.
    HeadersTooLarge,
    /// Our fault.
    Internal,
    /// For a moment.
    Unavailable,
}

macro_rules! codes {
    ($($variant:ident $name:literal $class:ident $doc:literal),+ $(,)?) => {
        /// An error code of the API.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Code { $(#[doc = $doc] $variant),+ }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as answers spell it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The code of this spelling.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }

            /// What kind of refusal it is.
            pub fn class(self) -> Class {
                match self { $(Self::$variant => Class::$class),+ }
            }

            /// When it is answered, and what to do.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $doc),+ }
            }
        }
    };
}

codes! {
    MalformedBody "malformed_body" Invalid "The body cannot be read in the encoding that Content-Type names. Nothing was changed.",
    InvalidParameter "invalid_parameter" Invalid "A value is not one that the field takes; the message says which would be.",
    MissingParameter "missing_parameter" Invalid "The call needs a field that was not sent.",
    UnknownParameter "unknown_parameter" Invalid "The call has no field of that name; the message lists the names it has and suggests the nearest.",
    UnknownReference "unknown_reference" Invalid "An id in a field names a brand, group, user, channel, form, customer or view that does not exist for this caller.",
    Unauthenticated "unauthenticated" Unauthenticated "No key, or one that is unknown, expired, revoked or used from an address that it is not allowed from. The answer is the same for all.",
    Forbidden "forbidden" Forbidden "The key is good and lacks a permission, which the message names.",
    NotFound "not_found" NotFound "There is no such thing, or it is not visible to this key: the two cannot be told apart.",
    MethodNotAllowed "method_not_allowed" Method "The path is known and does not have that method; the Allow header lists those it has.",
    NotAcceptable "not_acceptable" NotAcceptable "The Accept header excludes application/json, the only form of the answer.",
    Conflict "conflict" Conflict "The change contradicts what is stored: something unique is taken, something in use cannot go.",
    RequiredFieldsMissing "required_fields_missing" Conflict "The ticket's form asks for more before it may have that status; the message names the fields.",
    RolledBack "rolled_back" Conflict "In rows of an atomic call: this ticket was fine, another one was not, so nothing was changed.",
    Gone "gone" Gone "The cursor is older than what is kept; start again from the oldest one, which the answer names.",
    PreconditionFailed "precondition_failed" Precondition "The version in If-Match or versions[…] is not the present one; the answer says which is.",
    PayloadTooLarge "payload_too_large" TooLarge "The body is larger, or names more ids, than the call takes.",
    UriTooLong "uri_too_long" UriTooLong "The request line is longer than 16 KiB.",
    UnsupportedMediaType "unsupported_media_type" MediaType "The body is in none of application/json, application/x-www-form-urlencoded and multipart/form-data, or has a Content-Encoding.",
    IdempotencyMismatch "idempotency_mismatch" Unprocessable "The Idempotency-Key was used for another request.",
    IdempotencyInProgress "idempotency_in_progress" Conflict "The first request with this Idempotency-Key is still running; try again after Retry-After seconds.",
    PreconditionRequired "precondition_required" PreconditionRequired "This server is configured to ask for If-Match on such calls.",
    RateLimited "rate_limited" RateLimited "Too many requests with this key; try again after Retry-After seconds.",
    HeadersTooLarge "headers_too_large" HeadersTooLarge "The headers are larger than 64 KiB.",
    Internal "internal" Internal "A fault of the server. The cause is in its log under the request id.",
    Overloaded "overloaded" Unavailable "The server has too much to do, or its disk is full; nothing was changed. Try again after Retry-After seconds.",
}

/// One thing that was wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Detail {
    /// The field as it was sent; absent where the whole body, or none, is meant.
    pub field: Option<String>,
    /// The code.
    pub code: Code,
    /// What was wrong and what would be right, for the caller.
    pub message: String,
}

/// A refusal: at least one detail, all of one stage of checking. Nothing was changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The first detail; its code is the code of the answer.
    pub first: Detail,
    /// Further ones of the same stage.
    pub others: Vec<Detail>,
    /// The item's present version, with `precondition_failed`.
    pub current_version: Option<i64>,
    /// Where to start again, with `gone`.
    pub oldest_cursor: Option<String>,
}

impl Fault {
    /// A fault without a field.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            first: Detail { field: None, code, message: message.into() },
            others: Vec::new(),
            current_version: None,
            oldest_cursor: None,
        }
    }

    /// A fault of one field, named as it was sent.
    pub fn of(field: impl Into<String>, code: Code, message: impl Into<String>) -> Self {
        let mut fault = Self::new(code, message);
        fault.first.field = Some(field.into());
        fault
    }

    /// `not_found`, for the thing of that kind and id. The same words whether it is missing or hidden.
    pub fn not_found(kind: &str, id: impl std::fmt::Display) -> Self {
        Self::new(Code::NotFound, format!("{kind} {id} does not exist."))
    }

    /// All of several details as one fault; `None` if there are none.
    pub fn collect(details: Vec<Detail>) -> Option<Self> {
        let mut details = details.into_iter();
        let first = details.next()?;
        Some(Self { first, others: details.collect(), current_version: None, oldest_cursor: None })
    }

    /// The code of the answer.
    pub fn code(&self) -> Code {
        self.first.code
    }

    /// Every detail, the first one first.
    pub fn details(&self) -> impl Iterator<Item = &Detail> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.first.code.as_str(), self.first.message)
    }
}

impl std::error::Error for Fault {}
