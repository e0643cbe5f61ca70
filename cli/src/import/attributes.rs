//! Leaves out the largest attributes of a row that has more than a user may have.

use headcount::{User, quoted};

use super::Row;
use crate::output::count;

/// Attributes that a user may have, and bytes of all of them; the library's limits.
const ATTRIBUTES_MAX: usize = 64;
const ATTRIBUTES_BYTES_MAX: usize = 16 * 1024;
const NAME_BYTES_MAX: usize = 255;

/// The names of the attributes of `row` that don't fit beside those which `user`
/// has, with their sizes, for a note. Of each name the last value counts.
pub(super) fn left_out(row: &Row, user: Option<&User>) -> Vec<(usize, String)> {
    let size = |(name, value): &(Box<str>, Box<str>)| name.len() + value.len();
    let total: usize = row.attributes.iter().map(size).sum();
    let is_small = total <= ATTRIBUTES_BYTES_MAX / 2 && row.attributes.len() <= ATTRIBUTES_MAX / 2;
    if row.attributes.is_empty() || (is_small && user.is_none()) {
        let long = |(_, pair): &(usize, &(Box<str>, Box<str>))| pair.0.len() > NAME_BYTES_MAX;
        let long = row.attributes.iter().enumerate().filter(long);
        return long
            .map(|(index, pair)| (index, told(&pair.0, size(pair))))
            .collect();
    }
    let mut number = 0;
    let mut bytes = 0;
    let is_in_row = |name: &str| row.attributes.iter().any(|(other, _)| **other == *name);
    for (name, value) in user.into_iter().flat_map(User::attributes) {
        if !is_in_row(name) {
            number += 1;
            bytes += name.len() + value.len();
        }
    }
    let mut order: Vec<_> = (0..row.attributes.len()).collect();
    order.sort_by_key(|index| size(&row.attributes[*index]));
    let mut left_out = Vec::new();
    for index in order {
        let pair = &row.attributes[index];
        let fits = pair.0.len() <= NAME_BYTES_MAX
            && number < ATTRIBUTES_MAX
            && bytes + size(pair) <= ATTRIBUTES_BYTES_MAX;
        if fits {
            number += 1;
            bytes += size(pair);
        } else {
            left_out.push((index, told(&pair.0, size(pair))));
        }
    }
    left_out
}

fn told(name: &str, bytes: usize) -> String {
    let name = super::values::shortened(name);
    format!(
        "the attribute {name} of {} is left out: too big or one too many",
        count(bytes, "byte"),
        name = quoted(&name)
    )
}
