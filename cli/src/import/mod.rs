//! Importing users from a file.
//!
//! It goes in three steps. A format makes [`Row`]s of the text; a row that can't
//! be read is kept with what is wrong with it. A [`Plan`](plan::Plan) matches the
//! rows with the users who are there, shares out the seats and makes one batch of
//! it all. The [`report`] tells what came of it. No step writes to the directory.

mod csv;
mod document;
mod format;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzzing;
mod jsonl;
pub(crate) mod plan;
pub(crate) mod refusals;
pub(crate) mod report;
mod row;
mod seats;
#[cfg(test)]
mod tests;

pub(crate) use format::{Format, Parsed, decode, parse};
pub(crate) use row::Row;
