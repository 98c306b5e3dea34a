//! The chain: blocks of events, each with a hash over its events and the hash of the block before it. So nobody changes,
//! removes or adds an event of a sealed block without changing every hash after it.
//!
//! An event stands in it with the hash of its payload, not with the payload: a purge leaves the chain as it is. Who can
//! write to the database can make a whole new chain: only a hash that is kept elsewhere tells of that.

use std::ops::ControlFlow;

use deskbell_core::Timestamp;
use deskbell_db::{Row, Tx};
use sha2::{Digest, Sha256};

use super::sql;
use crate::error::Result;

/// How many events a block seals at the most.
pub(crate) const EVENTS: i64 = 1_000;

/// A block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Block {
    /// Its number, from 1 on.
    pub(crate) id: i64,
    /// The position of its last event.
    pub(crate) last: i64,
    /// How many events it seals.
    pub(crate) events: i64,
    pub(crate) hash: [u8; 32],
    pub(crate) created_at: Timestamp,
}

impl Block {
    /// What stands before the first block.
    pub(crate) fn none() -> Self {
        Self { id: 0, last: 0, events: 0, hash: [0; 32], created_at: Timestamp(0) }
    }

    fn read(row: &Row<'_>) -> std::result::Result<Self, deskbell_db::Error> {
        Ok(Self {
            id: row.int(0)?,
            last: row.int(1)?,
            events: row.int(2)?,
            // A hash of another length is none that was ever made.
            hash: row.blob(3)?.try_into().unwrap_or_default(),
            created_at: Timestamp(row.int(4)?),
        })
    }
}

/// What a block's hash is made of: the hash before it, its time, and each event in the order of positions. Numbers are 8
/// bytes, texts and hashes are preceded by their length, and what can be missing by whether it is there.
pub(crate) struct Chained(Vec<u8>);

impl Chained {
    /// A block after this hash.
    pub(crate) fn after(hash: &[u8; 32], created_at: Timestamp) -> Self {
        let mut chained = Self(hash.to_vec());
        chained.number(created_at.0);
        chained
    }

    fn number(&mut self, number: i64) {
        self.0.extend_from_slice(&number.to_be_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        self.0.extend_from_slice(bytes);
    }

    /// Adds an event; answers its position.
    fn event(&mut self, row: &Row<'_>) -> Result<i64> {
        for number in 0..5 {
            self.number(row.int(number)?);
        }
        for text in 5..10 {
            self.bytes(row.str(text)?.as_bytes());
        }
        for time in 10..12 {
            self.number(row.int(time)?);
        }
        for number in 12..17 {
            let number = row.opt_int(number)?;
            self.0.push(number.is_some().into());
            self.number(number.unwrap_or(0));
        }
        self.bytes(row.blob(17)?);
        Ok(row.int(0)?)
    }

    /// The hash.
    pub(crate) fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

/// Adds the events above a position up to another one, at most so many, and tells the position of each.
pub(crate) fn add_events(
    tx: &mut Tx<'_>,
    chained: &mut Chained,
    (low, high): (i64, i64),
    limit: i64,
    mut tell: impl FnMut(i64),
) -> Result<()> {
    tx.each::<crate::Error>(&sql::sealed(tx.engine(), limit), &[low.into(), high.into()], |row| {
        tell(chained.event(row)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(())
}

/// The block that is to be sealed next; `None` if every event that has a position is sealed.
pub(crate) fn next(tx: &mut Tx<'_>, now: Timestamp) -> Result<Option<Block>> {
    let before = tx.first(sql::LAST_BLOCK, &[], Block::read)?.unwrap_or_else(Block::none);
    let mut chained = Chained::after(&before.hash, now);
    let mut block = Block { id: before.id + 1, events: 0, created_at: now, ..before };
    add_events(tx, &mut chained, (before.last, i64::MAX), EVENTS, |position| {
        block.last = position;
        block.events += 1;
    })?;
    block.hash = chained.hash();
    Ok((block.events > 0).then_some(block))
}

/// Seals it. Does nothing if somebody else was quicker.
pub(crate) fn add(tx: &mut Tx<'_>, block: &Block) -> Result<()> {
    tx.exec(
        sql::ADD_BLOCK,
        &[
            block.id.into(),
            block.last.into(),
            block.events.into(),
            block.hash.to_vec().into(),
            block.created_at.0.into(),
        ],
    )?;
    Ok(())
}

/// Blocks after one, some at a time.
pub(crate) fn blocks(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Block>> {
    Ok(tx.all(sql::BLOCKS, &[after.into(), limit.into()], Block::read)?)
}
