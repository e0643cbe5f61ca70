//! A host that caches users by `Directory::generation` never sees an older state after a newer one,
//! whoever writes and through whichever handle.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use std::thread;

use headcount::{Directory, Error, NewUser, User, UserUpdate};

/// A cache like that of a host in another language.
struct Host {
    directory: Directory,
    users: RwLock<HashMap<String, (u64, Arc<User>)>>,
    hits: AtomicU64,
}

impl Host {
    fn new(directory: Directory) -> Self {
        Self {
            directory,
            users: RwLock::default(),
            hits: AtomicU64::new(0),
        }
    }

    fn user(&self, email: &str) -> Option<Arc<User>> {
        let generation = self.directory.generation();
        let is_quiet = generation.is_multiple_of(2);
        if let Some((kept, user)) = self.users.read().unwrap().get(email)
            && is_quiet
            && *kept == generation
        {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return Some(Arc::clone(user));
        }
        let user = self.directory.user_by_email(email).unwrap()?;
        if is_quiet {
            let entry = (generation, Arc::clone(&user));
            self.users.write().unwrap().insert(email.to_owned(), entry);
        }
        Some(user)
    }
}

/// Reads through the cache and past it alternately, until `done`.
fn read_on(host: &Host, emails: &[String], done: &AtomicBool) {
    let mut seen = vec![0; emails.len()];
    while !done.load(Ordering::Relaxed) {
        for (seen, email) in seen.iter_mut().zip(emails) {
            for turn in 0..6 {
                let user = match turn % 3 {
                    0 => host.directory.user_by_email(email).unwrap(),
                    _ => host.user(email),
                };
                let version = user.unwrap().version();
                assert!(version >= *seen, "version {version} after {seen}");
                *seen = version;
            }
        }
    }
}

fn write(host: &Host, handle: &Directory, email: &str) {
    for number in 0..150 {
        let update = UserUpdate::new().given_name(number.to_string().as_str());
        let version = handle.update_user(email, update).unwrap().version();
        assert!(host.user(email).unwrap().version() >= version);
        thread::yield_now();
    }
}

#[test]
fn nobody_sees_an_older_state() {
    let directory = Directory::in_memory().unwrap();
    let admin = NewUser::new("admin@ex.co").admin(true);
    let admin = directory.create_user(admin).unwrap();
    let emails = ["ann@ex.co", "bob@ex.co"].map(str::to_owned);
    for email in &emails {
        directory.create_user(email.as_str()).unwrap();
    }
    let handles = [directory.clone(), directory.acting_as(admin.id())];
    let (host, done) = (Host::new(directory), AtomicBool::new(false));
    thread::scope(|scope| {
        let (host, done, emails) = (&host, &done, &emails);
        for _ in 0..3 {
            scope.spawn(move || read_on(host, emails, done));
        }
        let writers: Vec<_> = handles
            .iter()
            .zip(emails)
            .map(|(handle, email)| scope.spawn(move || write(host, handle, email)))
            .collect();
        let written: Vec<_> = writers
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect();
        done.store(true, Ordering::Relaxed);
        assert!(written.iter().all(Result::is_ok));
    });
    let hits = host.hits.load(Ordering::Relaxed);
    assert!(hits > 1000, "only {hits} hits: no race");
}

#[test]
fn it_changes_only_with_commits_that_outdate_cached_users() -> Result<(), Error> {
    let directory = Directory::in_memory()?;
    let start = directory.generation();
    assert!(start > 0 && start.is_multiple_of(2));
    directory.create_user("ann@ex.co")?;
    directory.create_user("ann@ex.co").unwrap_err();
    directory.activate_user("ann@ex.co")?;
    assert_eq!(directory.generation(), start, "nobody was changed");
    directory.deactivate_user("ann@ex.co")?;
    assert_eq!(directory.generation(), start + 2);
    directory
        .acting_as(headcount::UserId::generate())
        .delete_user("ann@ex.co")?;
    assert_eq!(directory.generation(), start + 4);
    let other = directory.clone();
    directory.close()?;
    assert!(
        !other.generation().is_multiple_of(2),
        "a closed directory's generation is odd"
    );
    Ok(())
}

#[test]
fn it_works_without_a_cache_in_the_library() -> Result<(), Error> {
    let directory = Directory::options().user_cache_bytes(0).in_memory()?;
    directory.create_user("ann@ex.co")?;
    let start = directory.generation();
    directory.deactivate_user("ann@ex.co")?;
    assert_eq!(directory.generation(), start + 2);
    Ok(())
}
