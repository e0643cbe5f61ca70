//! The keys, with the last request and the last refusal of each provisioner.

use std::sync::Arc;

use axum::http::StatusCode;
use headcount::Timestamp;
use maud::{Markup, html};

use super::view::{link, moment};
use super::{Shown, Visitor};
use crate::keys::{Holder, Key};

pub(crate) async fn show(visitor: Visitor) -> Shown {
    let keys = visitor.server.0.keys.list();
    let content = html! {
        h1 { "Keys" }
        p class="soft" {
            "Create a key with " code { "headcount keys create" } " and revoke one with "
            code { "headcount keys revoke ID" } ". Syncs are shown since the server started."
        }
        div class="scroll" tabindex="0" role="region" aria-label="Keys" {
            table class="plain" {
                thead { tr {
                    th scope="col" { "Key" }
                    th scope="col" { "Whose" }
                    th scope="col" { "Scopes" }
                    th scope="col" { "Ends" }
                    th scope="col" { "Last sync" }
                    th scope="col" { "Last refusal" }
                } }
                tbody { @for key in &keys { (row(&visitor, key)?) } }
            }
        }
    };
    Ok(visitor.page(StatusCode::OK, "Keys", "/admin/keys", &content))
}

fn row(visitor: &Visitor, key: &Arc<Key>) -> headcount::Result<Markup> {
    let user = match &key.holder {
        Holder::User(id) => visitor.directory().user_by_id(*id)?,
        Holder::Provisioner(_) => None,
    };
    let scopes: Vec<_> = key.scopes.iter().map(ToString::to_string).collect();
    let sync = visitor.server.0.syncs.of(&key.id);
    Ok(html! {
        tr {
            td { bdi { (key.name) } br; code class="soft" { (key.id) } }
            td data-label="Whose" {
                @match (&key.holder, &user) {
                    (Holder::Provisioner(name), _) => bdi { (name) },
                    (_, Some(user)) => (link(user)),
                    (Holder::User(id), None) => code { (id) },
                }
            }
            td class="short" data-label="Scopes" { (scopes.join(", ")) }
            td class="short" data-label="Ends" {
                @match key.expires_at {
                    None => span class="soft" { "never" },
                    Some(end) if end <= Timestamp::now() => span class="tag bad" { "expired" },
                    Some(end) => (moment(end)),
                }
            }
            td data-label="Last sync" {
                @if let Some(sync) = &sync { (moment(sync.at)) }
            }
            td data-label="Last refusal" {
                @if let Some(refusal) = sync.as_ref().and_then(|sync| sync.refusal.as_ref()) {
                    (moment(refusal.at)) br; b { (refusal.status) } " " (refusal.message)
                }
            }
        }
    })
}
