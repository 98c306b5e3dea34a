//! The desk as the backend of the edge: who a key is, and how the failures of use cases are told.

use std::net::IpAddr;
use std::sync::Arc;

use deskbell_app::{Desk, Error, Lane, customer};
use deskbell_core::Actor;
use deskbell_files::Spool;

use crate::auth::{Backend, unauthenticated};
use crate::error::Failure;

impl Backend for Desk {
    async fn authenticate(&self, secret: &str, peer: IpAddr) -> Result<Arc<Actor>, Failure> {
        match Self::authenticate(self, secret, peer).await {
            Err(Error::Fault(_)) => Err(unauthenticated().into()),
            other => Ok(other?),
        }
    }

    fn spool(&self) -> Spool {
        Self::spool(self)
    }

    async fn open_names(&self, actor: &Actor) -> Result<Vec<String>, Failure> {
        let actor = Arc::new(actor.clone());
        Ok(self.read(Lane::Point, &actor, |tx, _| customer::field_names(tx)).await?)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Fault(fault) => Self::Fault(fault),
            error if error.passes() => Self::Overloaded(error.to_string()),
            error => Self::Internal(error.to_string()),
        }
    }
}
