//! The platform's user and workspace API, served from a headcount directory.
//!
//! [`Server`] provides an [`axum::Router`] that a platform can mount in its own server;
//! [`serve`] runs a complete server with limits and graceful shutdown. `docs/server.md` describes
//! the configuration, and how clients connect.
//!
//! ```
//! use headcount::Directory;
//! use headcount_server::{Config, Holder, NewKey, Scope, Server};
//!
//! let directory = Directory::in_memory()?;
//! let ann = directory.create_user("ann@ex.co")?;
//! let server = Server::new(directory, Config::default())?;
//! let (key, secret) = server
//!     .keys()
//!     .create(NewKey::new("laptop", Holder::User(ann.id())).scope(Scope::Write))?;
//! assert_eq!(secret.expose().len(), 67); // shown once, stored as its SHA-256
//! let router: axum::Router = server.router();
//! # let _ = (key, router);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod auth;
mod config;
#[doc(hidden)]
pub mod csv_cell;
mod cursors;
mod descriptors;
mod door;
mod events;
mod feed;
mod forwarded;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod health;
mod hex;
mod issuer;
mod json;
mod jwt;
mod keys;
mod metrics;
mod outbound;
mod page;
mod patience;
mod preconditions;
mod progress;
mod questions;
mod rates;
mod relay;
mod rest;
mod routes;
mod scim;
mod serve;
mod server;
mod sightings;
mod stream;
mod syncs;
mod tls;
mod wire;

pub use config::{Config, Tls};
pub use cursors::Cursors;
pub use issuer::{Issuer, Login};
pub use keys::{Author, Holder, Key, KeyError, Keys, NewKey, RevokedKey, Scope, Secret};
pub use outbound::{client, is_private};
pub use routes::{Access, Matrix, matrix};
pub use serve::{Listening, serve};
pub use server::Server;
