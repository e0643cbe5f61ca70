//! The server's state, and the router made of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use headcount::{Directory, ErrorKind};
use tokio::sync::{Semaphore, watch};

use crate::auth::Caller;
use crate::config::Config;
use crate::cursors::Cursors;
use crate::door::Failure;
use crate::feed::Feed;
use crate::issuer::Issuing;
use crate::keys::Keys;
use crate::metrics::Metrics;
use crate::page::{Logins, Sessions, Undos};
use crate::rates::Rates;
use crate::relay::Relay;
use crate::rest::whole::EXPORTS_MAX;
use crate::routes;
use crate::scim::{PageStarts, UserNames};
use crate::syncs::Syncs;

/// A directory with what a server needs around it. Clones are the same server.
#[derive(Clone)]
pub struct Server(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) directory: Directory,
    pub(crate) keys: Keys,
    pub(crate) config: Config,
    /// Whose tokens are taken besides keys.
    pub(crate) issuing: Option<Arc<Issuing>>,
    pub(crate) metrics: Metrics,
    pub(crate) rates: Rates,
    /// The schema of GraphQL, as introspection shows it.
    pub(crate) schema: crate::wire::Schema,
    pub(crate) feed: Feed,
    /// When provisioners asked.
    pub(crate) syncs: Syncs,
    /// Who has logged in to the page.
    pub(crate) sessions: Sessions,
    /// Who is at the identity provider to log in to the page.
    pub(crate) logins: Logins,
    /// Seals places in lists of users.
    pub(crate) cursors: Cursors,
    /// How the page's latest imports are undone.
    pub(crate) undos: Undos,
    /// Where the SDK's logins go.
    pub(crate) relay: Option<Relay>,
    /// The user names of SCIM that the directory does not take.
    pub(crate) user_names: UserNames,
    /// Where pages of SCIM's lists begin.
    pub(crate) page_starts: PageStarts,
    /// Whether the server ends, for answers that would go on.
    pub(crate) ending: watch::Sender<bool>,
    writes: Arc<Semaphore>,
    scans: Arc<Semaphore>,
    pub(crate) exports: Arc<Semaphore>,
    waiting: Semaphore,
    /// A commit ended with an unknown outcome: only reopening helps.
    broken: AtomicBool,
}

impl Server {
    /// A server for `directory`.
    ///
    /// # Errors
    ///
    /// Those of reading the keys and counters, and of storing a key for the cursors of lists
    /// if the directory has none yet.
    pub fn new(directory: Directory, config: Config) -> headcount::Result<Self> {
        Ok(Self(Arc::new(Shared {
            keys: Keys::open(&directory)?,
            issuing: config
                .issuer
                .clone()
                .map(|issuer| Arc::new(Issuing::new(issuer))),
            metrics: Metrics::default(),
            rates: Rates::new(config.key_requests_per_second, config.key_burst),
            schema: crate::wire::Schema::new(),
            feed: Feed::start(&directory)?,
            syncs: Syncs::default(),
            sessions: Sessions::default(),
            logins: Logins::default(),
            cursors: Cursors::create(&directory)?,
            undos: Undos::default(),
            relay: config
                .relay
                .as_deref()
                .map(|url| Relay::new(url, config.issuer.as_ref().map(|issuer| &*issuer.url))),
            user_names: UserNames::default(),
            page_starts: PageStarts::default(),
            ending: watch::Sender::new(false),
            writes: Arc::new(Semaphore::new(config.writes_max.max(1))),
            scans: Arc::new(Semaphore::new(config.scans_max.max(1))),
            exports: Arc::new(Semaphore::new(EXPORTS_MAX)),
            waiting: Semaphore::new(config.writes_waiting_max.max(1)),
            broken: AtomicBool::new(false),
            directory,
            config,
        })))
    }

    /// The keys that the server takes.
    pub fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// All routes of [`matrix`](crate::matrix), to be served or to be mounted at the root
    /// of another router. Writes and scans run on the threads for blocking work of the
    /// `tokio` runtime that it is served on, up to [`Config::writes_max`] and
    /// [`Config::scans_max`] at a time, and exports on two more: it needs that many of them.
    pub fn router(&self) -> Router {
        routes::router(self)
    }

    /// Whether writes can be taken.
    pub(crate) fn is_ready(&self) -> bool {
        !self.0.broken.load(Ordering::Relaxed) && self.0.directory.seats().is_ok()
    }

    /// Runs `work`, which writes, on a thread for blocking work. It is finished also
    /// when the client has gone meanwhile.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        caller: &Caller,
        work: impl FnOnce(&Directory) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let busy = || Failure::busy("too many writes are waiting; try again in a second");
        let waiting = self.0.waiting.try_acquire().map_err(|_| busy())?;
        let permit = Arc::clone(&self.0.writes).acquire_owned().await;
        let permit = permit.map_err(|_| busy())?;
        drop(waiting);
        let directory = self.directory_of(caller);
        let done = tokio::task::spawn_blocking(move || {
            let done = work(&directory);
            drop(permit);
            done
        });
        let done = done
            .await
            .unwrap_or_else(|_| Err(Failure::internal("the write ended in a panic")));
        if let Err(Failure {
            kind: Some(kind), ..
        }) = &done
        {
            self.note(*kind);
        }
        done
    }

    /// Runs `work`, which may read many users, on a thread for blocking work. However many
    /// of these there are, they leave writes their threads.
    pub(crate) async fn scan<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let permit = Arc::clone(&self.0.scans).acquire_owned().await;
        let permit = permit.map_err(|_| Failure::busy("the server ends"))?;
        let server = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let done = work(&server);
            drop(permit);
            done
        });
        done.await
            .unwrap_or_else(|_| Err(Failure::internal("reading ended in a panic")))
    }

    /// The directory in the hands of the caller.
    pub(crate) fn directory_of(&self, caller: &Caller) -> Directory {
        let directory = self.0.directory.through(&caller.door());
        match caller.user {
            Some(user) => directory.acting_as(user),
            None => directory,
        }
    }

    /// Notes an error after which writes can't be taken.
    fn note(&self, kind: ErrorKind) {
        if matches!(kind, ErrorKind::OutcomeUnknown | ErrorKind::Closed) {
            self.0.broken.store(true, Ordering::Relaxed);
        }
    }
}
