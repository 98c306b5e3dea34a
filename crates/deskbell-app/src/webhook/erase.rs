//! What goes with a ticket or customer that is erased: what endpoints answered, who may have repeated what they were told. What they
//! were told is kept nowhere.

use deskbell_db::{Engine, Tx};

use super::event::Event;
use super::row::Delivery;
use super::sql;
use crate::error::Result;
use crate::journal::position;
use crate::statement::Statement;

/// Forgets what was answered about a ticket, or about a customer, whose id is negative then.
pub(crate) fn erase(tx: &mut Tx<'_>, subject: i64) -> Result<()> {
    tx.exec(sql::ERASE, &[subject.into()])?;
    Ok(())
}

/// Whether what a delivery told of has been erased since it was told; else it is not before the transaction ends.
pub(super) fn is_erased(tx: &mut Tx<'_>, delivery: &Delivery) -> Result<bool> {
    if delivery.event == Event::CustomerDeleted {
        return Ok(false);
    }
    let mut statement;
    if delivery.subject < 0 {
        statement = Statement::new(sql::CUSTOMER);
        statement.bind(-delivery.subject);
    } else {
        statement = Statement::new(sql::ERASED);
        statement.push(position(tx.engine())).push(" = ").bind(delivery.position);
    }
    if tx.engine() == Engine::Postgres {
        statement.push(sql::KEEP);
    }
    Ok(tx.first(&statement.text, &statement.params, |row| row.int(0))?.is_none_or(|erased| erased != 0))
}
