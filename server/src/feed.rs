//! One thread that notifies all listeners of new changes.

use std::sync::{Arc, Weak};
use std::time::Duration;

use headcount::Directory;
use tokio::sync::watch;

/// How long the thread waits for a change before it checks whether the feed still exists.
const LOOK: Duration = Duration::from_secs(1);

/// The number of the latest change, which listeners wait for.
pub(crate) struct Feed {
    latest: Arc<watch::Sender<u64>>,
}

impl Feed {
    /// Starts the thread, which ends when the feed is dropped or the directory closed.
    pub(crate) fn start(directory: &Directory) -> headcount::Result<Self> {
        let position = directory.stats()?.latest_change;
        let latest = Arc::new(watch::Sender::new(position));
        let told = Arc::downgrade(&latest);
        let follow = directory.follow(position);
        let started = std::thread::Builder::new()
            .name("headcount-feed".to_owned())
            .spawn(move || tell(follow, &told));
        if let Err(error) = started {
            log::error!("listeners learn of changes late: no thread for them: {error}");
        }
        Ok(Self { latest })
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.latest.subscribe()
    }
}

fn tell(mut follow: headcount::ChangeFeed, told: &Weak<watch::Sender<u64>>) {
    loop {
        let next = follow.recv_timeout(LOOK);
        let Some(latest) = told.upgrade() else {
            return;
        };
        match next {
            Ok(Some(change)) => drop(latest.send_replace(change.sequence)),
            Ok(None) => {}
            Err(error) => {
                if error.kind() != headcount::ErrorKind::Closed {
                    log::error!("listeners learn of changes late: {error}");
                }
                return;
            }
        }
    }
}
