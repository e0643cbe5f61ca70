//! The server's state and its router.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use headcount::{Directory, ErrorKind};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, watch};

use crate::auth::Caller;
use crate::config::Config;
use crate::cursors::Cursors;
use crate::door::Failure;
use crate::feed::Feed;
use crate::issuer::Issuing;
use crate::keys::Keys;
use crate::metrics::{Counted, Metrics};
use crate::page::{Logins, Previews, Sessions, Undos};
use crate::progress::{Late, Progress};
use crate::rates::Rates;
use crate::relay::Relay;
use crate::rest::whole::WHOLE_MAX;
use crate::routes;
use crate::scim::{PageStarts, UserNames};
use crate::syncs::Syncs;

/// Up to this many records are read inline. More would delay the other requests of the thread.
pub(crate) const INLINE_MAX: usize = 100;
/// Threads that read for event listeners.
pub(crate) const LISTENING_MAX: usize = 1;

/// A directory and the state of a server on it. Clones share both.
#[derive(Clone)]
pub struct Server(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) directory: Directory,
    pub(crate) keys: Keys,
    pub(crate) config: Config,
    /// The issuer whose tokens are accepted in addition to keys.
    pub(crate) issuing: Option<Arc<Issuing>>,
    pub(crate) metrics: Metrics,
    pub(crate) rates: Rates,
    /// The GraphQL schema, as introspection returns it.
    pub(crate) schema: crate::wire::Schema,
    pub(crate) feed: Feed,
    /// The last requests of provisioners.
    pub(crate) syncs: Syncs,
    /// The sessions of the page.
    pub(crate) sessions: Sessions,
    /// Logins to the page that are under way at the identity provider.
    pub(crate) logins: Logins,
    /// Encrypts positions in lists of users.
    pub(crate) cursors: Cursors,
    /// The page's latest previews of imports.
    pub(crate) previews: Previews,
    /// The inverses of the page's latest imports.
    pub(crate) undos: Undos,
    /// Where the SDK's logins are relayed to.
    pub(crate) relay: Option<Relay>,
    /// SCIM user names that are not the directory's usernames.
    pub(crate) user_names: UserNames,
    /// Cursors for the pages of SCIM's lists.
    pub(crate) page_starts: PageStarts,
    /// Whether the server shuts down, for long-lived responses.
    pub(crate) ending: watch::Sender<bool>,
    writes: Arc<Semaphore>,
    scans: Arc<Semaphore>,
    /// For the reads of event listeners, which don't wait for scans.
    listening: Arc<Semaphore>,
    /// For exports, backups and verifications.
    pub(crate) whole: Arc<Semaphore>,
    waiting: Semaphore,
    /// Whether a commit had an unknown outcome: the directory must be reopened.
    broken: AtomicBool,
}

impl Server {
    /// A server for `directory`.
    ///
    /// # Errors
    ///
    /// Those of reading the keys and counters, and of storing an encryption key for cursors if
    /// the directory has none yet.
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
            previews: Previews::default(),
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
            listening: Arc::new(Semaphore::new(LISTENING_MAX)),
            whole: Arc::new(Semaphore::new(WHOLE_MAX)),
            waiting: Semaphore::new(config.writes_waiting_max.max(1)),
            broken: AtomicBool::new(false),
            directory,
            config,
        })))
    }

    /// The keys that the server accepts.
    pub fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// The routes of [`matrix`](crate::matrix) except for health and metrics, to be merged into the
    /// router of a platform's server, at its root: links, cookies and the SDK's paths are absolute.
    /// There is no fallback, so that the platform can have its own; unknown paths below `/api/v1/`,
    /// `/scim/v2/` and `/admin/` get 404 here.
    ///
    /// The routes use the blocking threads of the `tokio` runtime, which must allow enough of them:
    /// [`Config::writes_max`] for writes, [`Config::scans_max`] for scans, two for exports, backups and
    /// verifications, one for event listeners, one for sightings of users, and ten for identity providers. The platform's server limits connections,
    /// heads and times; when it shuts down, it calls [`end_streams`](Self::end_streams).
    ///
    /// ```
    /// use axum::{Router, routing::get};
    /// use headcount::Directory;
    /// use headcount_server::{Config, Server};
    ///
    /// let server = Server::new(Directory::in_memory()?, Config::default())?;
    /// let platform: Router = Router::new()
    ///     .route("/healthz", get(|| async { "fine" }))
    ///     .fallback(|| async { "the platform's own page" })
    ///     .merge(server.router());
    /// # let _ = platform;
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn router(&self) -> Router {
        routes::mountable(self)
    }

    /// Ends all streams of events, which a graceful shutdown would wait for. Later ones end at once.
    pub fn end_streams(&self) {
        self.0.ending.send_replace(true);
    }

    /// Whether the directory accepts writes.
    pub(crate) fn is_ready(&self) -> bool {
        !self.0.broken.load(Ordering::Relaxed) && self.0.directory.seats().is_ok()
    }

    /// Runs `work`, which writes, on a blocking thread. Once begun, it finishes even if the client
    /// disconnects or the request takes too long.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        caller: &Caller,
        work: impl FnOnce(&Directory) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (server, progress) = (self.clone(), Progress::current());
        let write = move |directory: &Directory| {
            if !progress.begin() {
                return Err(Late::NothingDone.into());
            }
            work(directory).inspect_err(|failure| server.note(failure.kind))
        };
        self.try_out(caller, write).await
    }

    /// Runs `work`, which tries out a change and makes none, on a thread for writes: it takes as
    /// long as the change.
    pub(crate) async fn try_out<T: Send + 'static>(
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
        done.await
            .unwrap_or_else(|_| Err(Failure::internal("the write panicked")))
    }

    /// Runs `work`, which may read many records, on a blocking thread. Scans are limited, so
    /// that there are always threads for writes.
    pub(crate) async fn scan<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let waiting = Counted::new(&self.0.metrics.scans_waiting);
        let permit = Arc::clone(&self.0.scans).acquire_owned().await;
        drop(waiting);
        self.read_on_thread(permit, work).await
    }

    /// Holds back all scans until the result is dropped; `None` if some are running. For tests.
    #[doc(hidden)]
    pub fn hold_scans(&self) -> Option<OwnedSemaphorePermit> {
        let all = u32::try_from(self.0.config.scans_max.max(1)).ok()?;
        Arc::clone(&self.0.scans).try_acquire_many_owned(all).ok()
    }

    /// Runs `work`, which reads up to `count` records: inline if that is few, else as a scan.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        count: usize,
        work: impl FnOnce(&Self) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        if count <= INLINE_MAX {
            return work(self);
        }
        self.scan(work).await
    }

    /// Runs `work` inline if it is short, that is, reads up to [`INLINE_MAX`] records; else as a
    /// scan.
    pub(crate) async fn read_if_short<T: Send + 'static>(
        &self,
        is_short: bool,
        work: impl FnOnce(&Self) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.read(if is_short { 0 } else { usize::MAX }, work).await
    }

    /// Runs `work`, which reads changes for a listener, on a blocking thread: a change can have
    /// as many events as the largest batch has operations.
    pub(crate) async fn listen<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let permit = Arc::clone(&self.0.listening).acquire_owned().await;
        self.read_on_thread(permit, work).await
    }

    async fn read_on_thread<T: Send + 'static>(
        &self,
        permit: Result<OwnedSemaphorePermit, AcquireError>,
        work: impl FnOnce(&Self) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let permit = permit.map_err(|_| Failure::busy("the server is shutting down"))?;
        let server = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let done = work(&server);
            drop(permit);
            done
        });
        done.await
            .unwrap_or_else(|_| Err(Failure::internal("the read panicked")))
    }

    /// The directory with the caller as the actor of changes.
    pub(crate) fn directory_of(&self, caller: &Caller) -> Directory {
        let directory = self.0.directory.through(&caller.door());
        match caller.user {
            Some(user) => directory.acting_as(user),
            None => directory,
        }
    }

    /// Remembers an error after which the directory accepts no writes.
    pub(crate) fn note(&self, kind: Option<ErrorKind>) {
        if matches!(kind, Some(ErrorKind::OutcomeUnknown | ErrorKind::Closed)) {
            self.0.broken.store(true, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_unknown_outcome_or_the_end_makes_it_unready() {
        let directory = Directory::in_memory().unwrap();
        let server =
            |directory: &Directory| Server::new(directory.clone(), Config::default()).unwrap();
        let noted = server(&directory);
        for kind in [ErrorKind::Io, ErrorKind::TooLarge, ErrorKind::LastAdmin] {
            noted.note(Some(kind));
            assert!(noted.is_ready(), "{kind:?}");
        }
        noted.note(Some(ErrorKind::OutcomeUnknown));
        assert!(!noted.is_ready());
        let closed = server(&directory);
        directory.close().unwrap();
        assert!(!closed.is_ready());
    }
}
