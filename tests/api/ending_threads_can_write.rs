//! Writes from destructors of thread-local values, and the directory's own threads.

use std::cell::RefCell;
use std::thread;

use headcount::{Directory, NewUser};

/// Creates a user when its thread ends.
struct Late(Directory, usize);

impl Drop for Late {
    fn drop(&mut self) {
        let user = NewUser::new(format!("late{}@ex.co", self.1)).active(false);
        self.0.create_user(user).unwrap();
        self.0.user("late0@ex.co").unwrap();
    }
}

thread_local! {
    static LATE: RefCell<Vec<Late>> = const { RefCell::new(Vec::new()) };
}

/// This works even after the thread's other values, including its handle, were destroyed.
#[test]
fn a_write_from_the_destructor_of_a_thread_local_takes_effect() {
    let folder = tempfile::tempdir().unwrap();
    let directory = Directory::open(folder.path().join("users.redb")).unwrap();
    let threads = (0..8).map(|number| {
        let directory = directory.clone();
        // Set before any other value with a destructor, so it is destroyed last.
        thread::spawn(move || LATE.with_borrow_mut(|late| late.push(Late(directory, number))))
    });
    // Unlike a scope this waits for their destructors.
    for thread in threads.collect::<Vec<_>>() {
        thread.join().unwrap();
    }
    assert_eq!(directory.len().unwrap(), 8);
    directory.create_user("ann@ex.co").unwrap();
    directory.verify().unwrap();
    directory.close().unwrap();
}
