//! A call as a table: path, permission, fields, answer. Everything the edge does with a call comes from here.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use deskbell_core::fault::Detail;
use deskbell_core::{Code, Permission};
use http::Method;

use crate::call::Call;
use crate::error::Failure;
use crate::field::{Field, Kind};
use crate::params::Params;
use crate::reply::Reply;

/// What a handler returns.
pub type Answering = Pin<Box<dyn Future<Output = Result<Reply, Failure>> + Send>>;

type Handler<S> = Arc<dyn Fn(Call<S>) -> Answering + Send + Sync>;

/// Bytes that the body of a call may have.
pub const BODY: usize = 1 << 20;
/// Bytes that the body of a bulk call may have.
pub const BULK_BODY: usize = 4 << 20;

/// Who may make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody, without a key.
    Open,
    /// Any good key; the use case decides further, in the words given.
    AnyKey(&'static str),
    /// A key with this permission.
    Needs(Permission),
}

/// Which conditional header a call takes. The others are refused, never ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conditions {
    /// None.
    None,
    /// `If-Match` with the version that the item must have.
    IfMatch,
    /// `If-None-Match` with the ETag that the caller has.
    IfNoneMatch,
}

/// What a call answers, for the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// `{"type":"item","item":…}` of that schema.
    Item(&'static str),
    /// `{"type":"list",…}` of items of that schema, with totals.
    List(&'static str),
    /// `{"type":"list","items":…}` of that schema, without totals.
    PlainList(&'static str),
    /// `{"type":"result",…}` with these names of things made or changed.
    Result(&'static [&'static str]),
    /// A bulk result.
    Bulk,
    /// Something else than the envelopes, of that media type.
    Other(&'static str),
    /// The bytes of a file, of whatever media type, whatever `Accept` says.
    File,
}

/// What holds between fields of a call, for the documentation; a `check` of the call reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Of these two at most one says something.
    Apart(&'static str, &'static str),
    /// At least one of these says something.
    Some(&'static [&'static str]),
    /// Where the first says something, the second does too.
    Needs(&'static str, &'static str),
}

/// One call of the API, for a backend `S`.
pub struct Operation<S> {
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) tag: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) description: &'static str,
    pub(crate) access: Access,
    pub(crate) fields: Arc<[Field]>,
    pub(crate) one_of: Option<&'static [&'static str]>,
    pub(crate) relations: Vec<Relation>,
    pub(crate) open: Option<&'static str>,
    pub(crate) bare_array: Option<&'static str>,
    pub(crate) body: usize,
    pub(crate) conditions: Conditions,
    pub(crate) answer: Answer,
    pub(crate) job: bool,
    pub(crate) failures: Vec<Code>,
    pub(crate) check: Option<fn(&Params, &mut Vec<Detail>)>,
    pub(crate) handler: Option<Handler<S>>,
}

impl<S> Operation<S> {
    fn new(method: Method, id: &'static str, path: &'static str) -> Self {
        Self {
            id,
            method,
            path,
            tag: "",
            summary: "",
            description: "",
            access: Access::AnyKey(""),
            fields: Arc::from([]),
            one_of: None,
            relations: Vec::new(),
            open: None,
            bare_array: None,
            body: BODY,
            conditions: Conditions::None,
            answer: Answer::Result(&[]),
            job: false,
            failures: Vec::new(),
            check: None,
            handler: None,
        }
    }

    /// A GET call: `id` is the operationId, `path` stands below `/api/v2`, `{name}` in it is an id.
    pub fn get(id: &'static str, path: &'static str) -> Self {
        Self::new(Method::GET, id, path)
    }

    /// A POST call.
    pub fn post(id: &'static str, path: &'static str) -> Self {
        Self::new(Method::POST, id, path)
    }

    /// A PUT call.
    pub fn put(id: &'static str, path: &'static str) -> Self {
        Self::new(Method::PUT, id, path)
    }

    /// A DELETE call.
    pub fn delete(id: &'static str, path: &'static str) -> Self {
        Self::new(Method::DELETE, id, path)
    }

    /// The controller, under which the documentation lists the call.
    #[must_use]
    pub fn tag(mut self, tag: &'static str) -> Self {
        self.tag = tag;
        self
    }

    /// One sentence.
    #[must_use]
    pub fn summary(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    /// What else there is to say.
    #[must_use]
    pub fn description(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// The permission of the call.
    #[must_use]
    pub fn needs(mut self, permission: Permission) -> Self {
        self.access = Access::Needs(permission);
        self
    }

    /// Any good key; `rule` says how the use case decides further.
    #[must_use]
    pub fn any_key(mut self, rule: &'static str) -> Self {
        self.access = Access::AnyKey(rule);
        self
    }

    /// No key at all.
    #[must_use]
    pub fn open_to_all(mut self) -> Self {
        self.access = Access::Open;
        self
    }

    /// One more field.
    #[must_use]
    pub fn field(self, field: Field) -> Self {
        self.fields([field])
    }

    /// More fields.
    #[must_use]
    pub fn fields(mut self, fields: impl IntoIterator<Item = Field>) -> Self {
        self.fields = self.fields.iter().cloned().chain(fields).collect();
        self
    }

    /// Exactly one of these fields must be sent; or, where fields of the call select, at least one of those.
    #[must_use]
    pub fn one_of(mut self, names: &'static [&'static str]) -> Self {
        self.one_of = Some(names);
        self
    }

    /// What holds between its fields, for the documentation; `check` has to report it.
    #[must_use]
    pub fn relations(mut self, relations: &[Relation]) -> Self {
        self.relations.extend_from_slice(relations);
        self
    }

    /// Names that the table does not have go into this field (a map), if the backend knows them.
    #[must_use]
    pub fn open_names(mut self, map: &'static str) -> Self {
        self.open = Some(map);
        self
    }

    /// A JSON body that is a bare array is this field.
    #[must_use]
    pub fn bare_array(mut self, field: &'static str) -> Self {
        self.bare_array = Some(field);
        self
    }

    /// A bulk call: a body of up to 4 MiB, the bulk options as further fields, and a bulk result.
    #[must_use]
    pub fn bulk(self) -> Self {
        let mut bulk = self.fields(Field::bulk_options()).large_body();
        bulk.answer = Answer::Bulk;
        // What all tickets of a call may share as their failure.
        bulk.fails(&[Code::NotFound, Code::Conflict, Code::PreconditionFailed])
    }

    /// A body of up to 4 MiB.
    #[must_use]
    pub fn large_body(mut self) -> Self {
        self.body = BULK_BODY;
        self
    }

    /// Takes `If-Match`; read with `Call::expected`.
    #[must_use]
    pub fn if_match(mut self) -> Self {
        self.conditions = Conditions::IfMatch;
        self
    }

    /// Takes `If-None-Match`; the edge answers 304 where the ETag of the reply is the caller's.
    #[must_use]
    pub fn if_none_match(mut self) -> Self {
        self.conditions = Conditions::IfNoneMatch;
        self
    }

    /// Answers an item of that schema.
    #[must_use]
    pub fn item(mut self, schema: &'static str) -> Self {
        self.answer = Answer::Item(schema);
        self
    }

    /// Answers a list of items of that schema, with totals.
    #[must_use]
    pub fn list(mut self, schema: &'static str) -> Self {
        self.answer = Answer::List(schema);
        self
    }

    /// Answers a list of items of that schema, without totals.
    #[must_use]
    pub fn plain_list(mut self, schema: &'static str) -> Self {
        self.answer = Answer::PlainList(schema);
        self
    }

    /// Answers a result that names these ids, such as `ticketID`.
    #[must_use]
    pub fn result(mut self, names: &'static [&'static str]) -> Self {
        self.answer = Answer::Result(names);
        self
    }

    /// Answers a bulk result, without being a bulk call in the rest.
    #[must_use]
    pub fn bulk_result(mut self) -> Self {
        self.answer = Answer::Bulk;
        self
    }

    /// Answers the bytes of a file.
    #[must_use]
    pub fn file(mut self) -> Self {
        self.answer = Answer::File;
        self
    }

    /// Answers something else of that media type, with which `Accept` is compared.
    #[must_use]
    pub fn produces(mut self, media_type: &'static str) -> Self {
        self.answer = Answer::Other(media_type);
        self
    }

    /// May go on as a job and answer 202.
    #[must_use]
    pub fn may_become_job(mut self) -> Self {
        self.job = true;
        self
    }

    /// Codes of the use case, beside those that every call can answer.
    #[must_use]
    pub fn fails(mut self, codes: &[Code]) -> Self {
        self.failures.extend_from_slice(codes);
        self
    }

    /// A check over several values together; what it pushes is reported with the other wrong values.
    #[must_use]
    pub fn check(mut self, check: fn(&Params, &mut Vec<Detail>)) -> Self {
        self.check = Some(check);
        self
    }

    /// The handler: takes typed input, calls one use case, wraps the output.
    #[must_use]
    pub fn handler<F, R>(mut self, handler: F) -> Self
    where
        F: Fn(Call<S>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Reply, Failure>> + Send + 'static,
    {
        self.handler = Some(Arc::new(move |call| Box::pin(handler(call))));
        self
    }

    /// The operationId.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path below `/api/v2`, with `{names}`.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Who may make the call.
    pub fn access(&self) -> Access {
        self.access
    }

    /// Its fields, those of the path excepted.
    pub fn own_fields(&self) -> &[Field] {
        &self.fields
    }

    /// Which conditional header it takes.
    pub fn conditions(&self) -> Conditions {
        self.conditions
    }

    /// What it answers.
    pub fn answer(&self) -> Answer {
        self.answer
    }

    /// The names of the ids in its path.
    pub fn path_names(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|s| s.strip_prefix('{')?.strip_suffix('}'))
    }

    /// The media type of its answer; `None` if there is any.
    pub(crate) fn media_type(&self) -> Option<&'static str> {
        match self.answer {
            Answer::Other(media_type) => Some(media_type),
            Answer::File => None,
            _ => Some("application/json"),
        }
    }

    /// Whether its body may bring files.
    pub(crate) fn takes_files(&self) -> bool {
        self.fields.iter().any(|field| matches!(field.kind, Kind::Files { .. }))
    }
}
