//! Importing users from files.
//!
//! There are four steps. A format turns the text into [`Row`]s; a row that can't be read is
//! kept with what is wrong with it. A [`Plan`](plan::Plan) matches the rows with the users who
//! are there, assigns the seats and makes the operations. [`writing`] applies them as one
//! change, the only step that writes to the directory. The [`report`] says what changed.

mod asked;
mod attributes;
mod beside;
pub(crate) mod candidate;
mod cells;
mod columns;
mod csv;
pub(crate) mod dates;
mod delimited;
mod document;
pub(crate) mod encoding;
mod federated;
mod foreign_names;
mod format;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod ids;
pub(crate) mod json;
pub(crate) mod json_words;
mod jsonl;
mod left_out;
mod left_out_of_tools;
mod maps;
mod matching;
mod name_tables;
pub(crate) mod names;
mod nested;
mod numbered;
pub(crate) mod obstacle;
pub(crate) mod options;
pub(crate) mod outcome;
pub(crate) mod pages;
pub(crate) mod plan;
mod position;
mod preference;
pub(crate) mod reading;
mod reasons;
pub(crate) mod refusals;
pub(crate) mod remarks;
pub(crate) mod report;
pub(crate) mod results;
mod roles;
mod row;
mod rows;
mod seats;
mod signatures;
#[cfg(test)]
mod tests;
mod unknown_names;
mod values;
mod words;
pub(crate) mod writing;

pub(crate) use format::{Format, Parsed, parse};
pub(crate) use row::Row;
pub(crate) use rows::Rows;
