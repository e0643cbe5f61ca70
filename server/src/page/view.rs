//! Parts that several pages share.

use std::fmt::Write;

use headcount::{Directory, Seats, Timestamp, User, UserId};
use maud::{Markup, html};

/// The page warns when this percentage of the seats is in use.
const WARN_PERCENT: u64 = 80;

/// The page shows the peak of this many days.
const PEAK_DAYS: u64 = 30;

/// Like [`seats`], with the peak of the last days.
pub(super) fn seats_and_peak(directory: &Directory) -> headcount::Result<Markup> {
    let seats = directory.seats()?;
    let micros = PEAK_DAYS * 24 * 60 * 60 * 1_000_000;
    let since = Timestamp::now().as_unix_micros().saturating_sub(micros);
    let peak = directory.peak_active_since(Timestamp::from_unix_micros(since)?)?;
    let peak = html! {
        span class="soft" { "peak in " (PEAK_DAYS) " days: " (peak) }
    };
    Ok(bar(&seats, &peak))
}

/// The seats in use, a link to who holds them, and a warning before they run out.
pub(super) fn seats(seats: &Seats) -> Markup {
    bar(seats, &html! {})
}

fn bar(seats: &Seats, peak: &Markup) -> Markup {
    let active = seats.active;
    let Some(limit) = seats.limit() else {
        return html! {
            section class="card seats" aria-label="Seats" {
                b { (active) @if active == 1 { " seat" } @else { " seats" } " in use" }
                span { "no limit (" (seats.license) " license)" }
                (peak)
                a href="/admin?state=active" { "who holds them" }
            }
        };
    };
    let is_full = active >= limit;
    let is_near = active.saturating_mul(100) >= limit.saturating_mul(WARN_PERCENT);
    let class = match (is_full, is_near) {
        (true, _) => "card seats bad",
        (_, true) => "card seats warn",
        _ => "card seats",
    };
    html! {
        section class=(class) aria-label="Seats" {
            b { (active) " of " (limit) " seats in use" }
            progress max=(limit.max(1)) value=(active.min(limit)) aria-label="Seats in use" {}
            (peak)
            a href="/admin?state=active" { "who holds them" }
            @if seats.over_by() > 0 {
                span { "⚠ " (seats.over_by()) " more than the license allows: deactivate users" }
            } @else if is_full {
                span { "⚠ no seat is free: deactivate or swap users, or install a larger license" }
            } @else if is_near {
                span { "⚠ " (limit - active) " left" }
            }
        }
    }
}

/// A time, to the second.
pub(super) fn moment(moment: Timestamp) -> Markup {
    let text = moment.to_string();
    let second: String = text.chars().take(19).collect();
    html! { time datetime=(text) { (second.replace('T', " ")) " UTC" } }
}

/// The day of a time.
pub(super) fn day(moment: Timestamp) -> Markup {
    let text = moment.to_string();
    let day: String = text.chars().take(10).collect();
    html! { time datetime=(text) { (day) } }
}

/// Whether a user is active, in words as well as by colour.
pub(super) fn state(user: &User) -> Markup {
    html! {
        @if user.is_active() {
            span class="tag good" { "active" }
        } @else {
            span class="tag soft" { "inactive" }
        }
        @if user.is_admin() { " " span class="tag" { "admin" } }
    }
}

/// The full name of a user.
pub(super) fn full_name(user: &User) -> String {
    let names = [user.given_name(), user.family_name()];
    let names: Vec<_> = names.into_iter().flatten().collect();
    names.join(" ")
}

pub(super) fn link(user: &User) -> Markup {
    html! { a href=(path(user.id())) { bdi { (user.email().as_str()) } } }
}

pub(super) fn path(id: UserId) -> String {
    format!("/admin/users/{id}")
}

/// Percent-encodes a text for an address.
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string can't fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
