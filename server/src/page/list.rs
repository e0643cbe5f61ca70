//! The list of users and its bulk actions.

use axum::extract::Query;
use axum::http::StatusCode;
use headcount::User;
use maud::{Markup, html};

use super::search::{Found, Search};
use super::view::{day, full_name, link, seats_and_peak, state};
use super::{Shown, Visitor};

pub(crate) async fn show(visitor: Visitor, Query(search): Query<Search>) -> Shown {
    let (search, found) = visitor
        .server
        .scan(move |server| {
            let found = search.find(server)?;
            Ok((search, found))
        })
        .await?;
    let content = html! {
        h1 { "Users" }
        (seats_and_peak(visitor.directory())?)
        (filters(&search))
        @if found.is_lost {
            p class="card" role="status" {
                "This address belongs to another list; here is the first page of this one."
            }
        }
        @if found.users.is_empty() {
            (nobody(&search))
        } @else {
            (table(&visitor, &search, &found))
        }
        p class="row" {
            @if let Some(next) = &found.next {
                a class="button" href=(search.address(next)) rel="next" { "Next page" }
            }
            @if !search.after.is_empty() {
                a class="button" href=(search.address("")) { "First page" }
            }
            @if visitor.may_write() { a href="/admin/import" { "Import users" } }
            a href="/admin/export.csv" { "Export all as CSV" }
        }
    };
    Ok(visitor.page(StatusCode::OK, "Users", "/admin", &content))
}

fn filters(search: &Search) -> Markup {
    let choice = |name: &str, chosen: &str, all: &[(&str, &str)]| {
        html! {
            select name=(name) {
                @for (value, text) in all {
                    option value=(value) selected[*value == chosen] { (text) }
                }
            }
        }
    };
    html! {
        form class="filters" action="/admin" role="search" {
            label class="wide" {
                "Part of an email, name or username, or an id"
                input type="search" name="q" value=(search.q) maxlength="255";
            }
            label {
                "State"
                (choice("state", &search.state,
                    &[("", "all"), ("active", "active"), ("inactive", "inactive")]))
            }
            label {
                "Role"
                (choice("role", &search.role, &[("", "all"), ("admins", "admins")]))
            }
            @if !search.sort.is_empty() { input type="hidden" name="sort" value=(search.sort); }
            @if !search.order.is_empty() { input type="hidden" name="order" value=(search.order); }
            button class="main" { "Search" }
        }
    }
}

fn nobody(search: &Search) -> Markup {
    let is_all = search.q.is_empty() && search.state.is_empty() && search.role.is_empty();
    html! {
        p class="card" {
            @if is_all {
                "There are no users yet. Create the first one with "
                code { "headcount users create EMAIL" } ", through the API or by SCIM, or "
                a href="/admin/import" { "import them" } "."
            } @else {
                "Nobody matches. " a href="/admin" { "Show all users" }
            }
        }
    }
}

fn table(visitor: &Visitor, search: &Search, found: &Found) -> Markup {
    let heading = |sort: &str, name: &str| {
        let is_it = search.sort == sort || (search.sort.is_empty() && sort == "email");
        let order = if search.order == "down" {
            "descending"
        } else {
            "ascending"
        };
        html! {
            th scope="col" aria-sort=[is_it.then_some(order)] {
                a href=(search.sorted_by(sort)) { (name) }
                @if is_it { @if search.order == "down" { " ↓" } @else { " ↑" } }
            }
        }
    };
    html! {
        form method="post" action="/admin/preview" {
            input type="hidden" name="back" value=(search.address(&search.after));
            div class="scroll" tabindex="0" role="region" aria-label="Users" {
                table {
                    thead { tr {
                        @if visitor.may_write() {
                            th class="tick" scope="col" { span class="soft" { "✓" } }
                        }
                        (heading("email", "Email"))
                        th scope="col" { "Name" }
                        (heading("username", "Username"))
                        th scope="col" { "State" }
                        (heading("created", "Created"))
                    } }
                    tbody { @for user in &found.users { (row(user, visitor.may_write())) } }
                }
            }
            @if visitor.may_write() {
                p class="row" {
                    button name="what" value="activate" { "Activate…" }
                    button name="what" value="deactivate" { "Deactivate…" }
                    button name="what" value="swap" { "Swap…" }
                    span class="soft" {
                        "first shows what would happen; Swap deactivates the active users "
                        "and activates the others"
                    }
                }
            }
        }
    }
}

fn row(user: &User, is_chosen_from: bool) -> Markup {
    let email = user.email().as_str();
    html! {
        tr {
            @if is_chosen_from {
                td class="tick" {
                    label {
                        input type="checkbox" name="user" value=(user.id())
                            aria-label=(format!("choose {email}"));
                    }
                }
            }
            td class="email" { (link(user)) }
            td { bdi { (full_name(user)) } }
            td class="soft" {
                @if user.username() != email { bdi { (user.username()) } }
            }
            td { (state(user)) }
            td class="soft" { (day(user.created_at())) }
        }
    }
}
