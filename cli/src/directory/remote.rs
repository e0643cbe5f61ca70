//! A directory behind a server: the library's calls as requests of REST.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::Arc;

use headcount::{
    Applied, Batch, Change, Directory, Error, ErrorKind, Inspection, Member, Result, SeatHistory,
    Seats, Stats, Timestamp, User, UserId, UserPage, UserQuery, UserRef, Workspace, WorkspaceId,
    WorkspaceRef,
};
use headcount_server::{Key, RevokedKey};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::client::{Address, Client, encoded};
use super::pages::pages;
use super::{Each, UserKey};
use crate::failure::Failure;

/// Records on a page, and users looked up at once: the server's limits.
const PAGE: usize = 1_000;
const LOOKUP: usize = 500;
/// Faults that are listed: the server's limit.
const FAULTS_MAX: usize = 100_000;

pub(crate) struct Remote {
    client: Client,
    /// Shown in place of the key, which must stay secret.
    key_hash: [u8; 32],
}

#[derive(Deserialize)]
struct Members {
    members: Vec<Member>,
}

#[derive(Deserialize)]
struct Workspaces {
    workspaces: Vec<Workspace>,
    next: Option<u64>,
}

#[derive(Deserialize)]
struct ChangesPage {
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Keys<T> {
    keys: Vec<T>,
}

impl Remote {
    /// Connects to a server. Fails if it doesn't answer or refuses the key.
    pub(crate) fn connect(address: &Address) -> Result<Self, Failure> {
        let remote = Self {
            client: Client::new(address)?,
            key_hash: Sha256::digest(address.key.as_bytes()).into(),
        };
        remote.seats()?;
        Ok(remote)
    }

    /// A secret that is the same for the same key and name.
    pub(crate) fn secret(&self, name: &str) -> [u8; 64] {
        let part = |half: u8| {
            let parts = [&self.key_hash[..], name.as_bytes(), &[half]].concat();
            Sha256::digest(parts)
        };
        let mut secret = [0; 64];
        let (first, second) = secret.split_at_mut(32);
        first.copy_from_slice(&part(1));
        second.copy_from_slice(&part(2));
        secret
    }

    pub(super) fn user(&self, user: &UserRef) -> Result<Option<Arc<User>>> {
        let Some(name) = text_of(user) else {
            return Ok(None);
        };
        self.client
            .find(&format!("/api/v1/users/{}", encoded(&name)))
    }

    pub(super) fn users_by(&self, keys: &[UserKey<'_>]) -> Result<Vec<Option<Arc<User>>>> {
        #[derive(Deserialize)]
        struct Found {
            users: Vec<Option<Arc<User>>>,
        }
        let mut users = Vec::with_capacity(keys.len());
        for keys in keys.chunks(LOOKUP) {
            let wanted: Vec<_> = keys.iter().map(wanted).collect();
            let body = json!({ "users": wanted });
            let found: Found = self.client.ask("/api/v1/lookup", &body)?;
            if found.users.len() != keys.len() {
                return Err(odd("it has another number of users"));
            }
            users.extend(found.users);
        }
        Ok(users)
    }

    pub(super) fn query(&self, query: &UserQuery) -> Result<UserPage> {
        let mut asked = query_json(query)?;
        let limit = asked["limit"].as_u64().unwrap_or(UserQuery::LIMIT as u64);
        if limit <= UserQuery::LIMIT_MAX as u64 {
            // A shorter page has its cursor too.
            asked["limit"] = limit.min(PAGE as u64).into();
        }
        self.client.ask("/api/v1/query", &asked)
    }

    pub(super) fn count(&self, query: &UserQuery) -> Result<u64> {
        #[derive(Deserialize)]
        struct Count {
            count: u64,
        }
        let asked = query_json(query)?;
        let Count { count } = self.client.ask("/api/v1/query?count=true", &asked)?;
        Ok(count)
    }

    pub(super) fn users(&self) -> impl Iterator<Item = Result<Arc<User>>> {
        pages(None, |after: Option<String>| {
            let query = UserQuery::new().limit(PAGE).after(after.as_deref());
            let page = self.query(&query)?;
            Ok((page.users, page.next))
        })
    }

    pub(super) fn seats(&self) -> Result<Seats> {
        self.client.get("/api/v1/seats")
    }

    pub(super) fn seat_history(&self, since: Timestamp) -> Result<SeatHistory> {
        #[derive(Deserialize)]
        struct Told {
            history: SeatHistory,
        }
        let since = since.to_string();
        let path = format!("/api/v1/seats?since={}", encoded(&since));
        let Told { history } = self.client.get(&path)?;
        Ok(history)
    }

    pub(super) fn stats(&self) -> Result<Stats> {
        self.client.get("/api/v1/stats")
    }

    /// The server's keys.
    pub(crate) fn keys(&self) -> Result<Vec<Key>> {
        let Keys { keys } = self.client.get("/api/v1/keys")?;
        Ok(keys)
    }

    /// The latest of the server's keys that were revoked.
    pub(crate) fn revoked_keys(&self) -> Result<Vec<RevokedKey>> {
        let Keys { keys } = self.client.get("/api/v1/keys?revoked=true")?;
        Ok(keys)
    }

    /// Creates a key, and returns it with its secret.
    pub(crate) fn create_key(&self, wanted: &Value) -> Result<(Key, String)> {
        #[derive(Deserialize)]
        struct Created {
            #[serde(flatten)]
            key: Key,
            secret: String,
        }
        let Created { key, secret } = self.client.create_key("/api/v1/keys", wanted)?;
        Ok((key, secret))
    }

    /// Revokes the key with this id; returns whether there was one.
    pub(crate) fn revoke_key(&self, id: &str) -> Result<bool> {
        self.client
            .revoke_key(&format!("/api/v1/keys/{}", encoded(id)))
    }

    /// All records as lines of JSON.
    pub(crate) fn export_lines(&self) -> Result<impl Read + use<>> {
        self.client.stream("/api/v1/export")
    }

    /// A copy of the directory's file.
    pub(crate) fn backup(&self) -> Result<impl Read + use<>> {
        self.client.stream("/api/v1/backup")
    }

    /// What is wrong with the directory.
    pub(crate) fn find_faults(&self, faults_max: usize) -> Result<Inspection> {
        let path = format!("/api/v1/verify?limit={}", faults_max.min(FAULTS_MAX));
        self.client.get_slowly(&path)
    }

    /// Deletes the changes before this one; returns how many.
    pub(super) fn trim_changes(&self, before: u64) -> Result<u64> {
        #[derive(Deserialize)]
        struct Trimmed {
            trimmed: u64,
        }
        let path = format!("/api/v1/changes?before={before}");
        let Trimmed { trimmed } = self.client.delete_changes(&path)?;
        Ok(trimmed)
    }

    pub(super) fn workspace(&self, workspace: &WorkspaceRef) -> Result<Option<Workspace>> {
        match serde_json::to_value(workspace).unwrap_or_default() {
            Value::Number(id) => self.client.find(&format!("/api/v1/workspaces/{id}")),
            // An empty name would query all of them.
            Value::String(name) if name.trim().is_empty() => Ok(None),
            name => {
                let name = encoded(name.as_str().unwrap_or_default());
                let path = format!("/api/v1/workspaces?name={name}");
                let found: Workspaces = self.client.get(&path)?;
                Ok(found.workspaces.into_iter().next())
            }
        }
    }

    pub(super) fn workspaces(&self) -> impl Iterator<Item = Result<Workspace>> {
        pages(None, |after: Option<u64>| {
            let after = after.unwrap_or(0);
            let path = format!("/api/v1/workspaces?limit={PAGE}&after={after}");
            let page: Workspaces = self.client.get(&path)?;
            Ok((page.workspaces, page.next))
        })
    }

    pub(super) fn members(&self, workspace: WorkspaceId) -> Result<Vec<Member>> {
        let path = format!("/api/v1/workspaces/{workspace}/members");
        let Members { members } = self.client.get(&path)?;
        Ok(members)
    }

    pub(super) fn workspaces_of(&self, user: UserId) -> Result<Vec<Member>> {
        let path = format!("/api/v1/users/{user}/memberships");
        let Members { members } = self.client.get(&path)?;
        Ok(members)
    }

    pub(super) fn changes(&self, after: u64) -> Result<Each<'_, Change>> {
        let read = |after: Option<u64>| {
            let after = after.unwrap_or(0);
            let path = format!("/api/v1/changes?limit={PAGE}&after={after}");
            let ChangesPage { changes } = self.client.get(&path)?;
            let last = changes.last().map(|change| change.sequence);
            Ok((changes, last))
        };
        // A refusal comes at once, not with the first item.
        let (first, next) = read(Some(after))?;
        let rest = next.map(|next| pages(Some(next), read));
        let first = VecDeque::from(first).into_iter().map(Ok);
        Ok(Box::new(first.chain(rest.into_iter().flatten())))
    }

    pub(super) fn apply(&self, batch: Batch) -> Result<Applied> {
        self.send(batch, "/api/v1/batch?users=true")
    }

    pub(super) fn dry_run(&self, batch: Batch) -> Result<Applied> {
        let mut applied: Applied = self.send(batch, "/api/v1/batch?users=true&dry_run=true")?;
        let changes = applied.outcomes.iter().any(|outcome| outcome.changed);
        applied.sequence = changes.then_some(0);
        Ok(applied)
    }

    pub(super) fn preview(&self, batch: Batch) -> Result<Vec<Error>> {
        #[derive(Deserialize)]
        struct Refused {
            refused: Vec<Error>,
        }
        if serde_json::to_writer(std::io::sink(), &batch).is_err() {
            return malformed(batch);
        }
        let Refused { refused } = self.send(batch, "/api/v1/preview")?;
        Ok(refused)
    }

    fn send<T: serde::de::DeserializeOwned>(&self, batch: Batch, path: &str) -> Result<T> {
        #[derive(Deserialize)]
        struct Named {
            request_id: Option<String>,
        }
        let mut body = match serde_json::to_vec(&batch) {
            Ok(body) => body,
            Err(told) => {
                let found = malformed(batch)?.into_iter();
                let error = found
                    .into_iter()
                    .find(|error| error.to_string() == told.to_string());
                return Err(error
                    .unwrap_or_else(|| Error::new(ErrorKind::InvalidArgument, told.to_string())));
            }
        };
        drop(batch);
        let unreadable = |error: serde_json::Error| odd(&error.to_string());
        let Named { request_id } = serde_json::from_slice(&body).map_err(unreadable)?;
        if request_id.is_some() {
            // It is sent as a header.
            let mut whole: Value = serde_json::from_slice(&body).map_err(unreadable)?;
            if let Some(members) = whole.as_object_mut() {
                members.remove("request_id");
            }
            body = whole.to_string().into_bytes();
        }
        self.client
            .send_operations(path, request_id.as_deref(), &body)
    }
}

/// The error of a batch that is malformed whatever the directory contains, so it isn't sent.
fn malformed(batch: Batch) -> Result<Vec<Error>> {
    let mut refused = Directory::in_memory()?.preview(batch)?;
    refused.retain(|error| {
        matches!(
            error.kind(),
            ErrorKind::InvalidEmail
                | ErrorKind::InternationalEmail
                | ErrorKind::EmailRequired
                | ErrorKind::InvalidUsername
                | ErrorKind::InvalidArgument
        )
    });
    Ok(refused)
}

fn query_json(query: &UserQuery) -> Result<Value> {
    serde_json::to_value(query)
        .map_err(|error| Error::new(ErrorKind::InvalidArgument, error.to_string()))
}

/// The name of the user for the server; `None` if nobody can have it.
fn text_of(user: &UserRef) -> Option<String> {
    let text = serde_json::to_value(user).ok()?;
    let text = text.as_str().filter(|text| !text.is_empty())?;
    Some(text.to_owned())
}

fn wanted(key: &UserKey<'_>) -> Value {
    match key {
        UserKey::Id(id) => json!({ "id": id }),
        UserKey::Email(email) => json!({ "email": email }),
        UserKey::Username(username) => json!({ "username": username }),
        UserKey::ExternalId(provisioner, id) => {
            json!({ "external_id": { "provisioner": provisioner, "id": id } })
        }
    }
}

fn odd(what: &str) -> Error {
    Error::new(
        ErrorKind::Io,
        format!("the server's answer is odd: {what}; is it a headcount server of this release?"),
    )
}
