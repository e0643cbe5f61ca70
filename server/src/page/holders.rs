//! A full house: who holds the seats, and a form in which some of them give theirs to the users who
//! were to be activated.

use std::sync::Arc;

use headcount::{Directory, User, UserId, UserQuery};
use maud::{Markup, html};

use super::view::full_name;
use crate::door::Failure;

/// Holders that are listed; the others are found by searching.
const LISTED: usize = 50;

/// Who is to get a seat, and who may give one up.
pub(super) struct Holders<'a> {
    /// Those who are to get one.
    pub(super) on: Vec<UserId>,
    /// Those who were chosen to give theirs up.
    pub(super) off: Vec<UserId>,
    /// Words of an email, name or username.
    pub(super) q: &'a str,
    /// The page to go back to.
    pub(super) back: &'a str,
}

impl Holders<'_> {
    pub(super) fn form(&self, directory: &Directory) -> Result<Markup, Failure> {
        let seats = directory.seats()?;
        let wanted = seats.active.saturating_add(self.on.len() as u64);
        let missing = wanted.saturating_sub(seats.limit().unwrap_or(u64::MAX));
        let mut chosen: Vec<Arc<User>> = Vec::new();
        for id in &self.off {
            chosen.extend(directory.user_by_id(*id)?);
        }
        let query = UserQuery::new().active(true).search(self.q).limit(LISTED);
        let found = directory.query(&query)?;
        let has_more = found.next.is_some();
        let mut others = found.users;
        others.retain(|user| !self.off.contains(&user.id()));
        Ok(html! {
            form class="stack" method="post" action="/admin/preview" {
                input type="hidden" name="back" value=(self.back);
                @for id in &self.on { input type="hidden" name="user" value=(id); }
                p {
                    "Pass seats on: choose " (missing) " of those who hold one. They are deactivated "
                    "together with the activation, or nothing happens."
                }
                div class="row" {
                    label class="wide" {
                        "Part of an email, name or username"
                        input type="search" name="q" value=(self.q) maxlength="255";
                    }
                    button name="what" value="holders" { "Search holders" }
                }
                fieldset {
                    legend { "Who gives up a seat" }
                    @for user in &chosen { (choice(user, true)) }
                    @for user in &others { (choice(user, false)) }
                    @if chosen.is_empty() && others.is_empty() { p { "Nobody matches." } }
                    @if has_more { p class="soft" { "and more; search to find them" } }
                }
                div class="row" { button class="main" name="what" value="swap" { "Swap…" } }
            }
        })
    }
}

fn choice(user: &User, is_chosen: bool) -> Markup {
    html! {
        label class="check" {
            input type="checkbox" name="user" value=(user.id()) checked[is_chosen];
            bdi { (user.email().as_str()) } " " bdi class="soft" { (full_name(user)) }
        }
    }
}
