//! Several readers can open a file read-only; they read as usual, and writes are refused.

use headcount::{Batch, Directory, ErrorKind, License, UserUpdate};

use crate::helpers::{TempPath, changes_after, create, fill, finish, listed, refusal};

#[test]
fn readers_see_what_was_written_and_write_nothing() {
    let file = TempPath::new();
    let directory = file.open();
    fill(&directory);
    let (users, changes) = (listed(&directory), changes_after(&directory, 0));
    directory.close().unwrap();
    let before = std::fs::read(&file.path).unwrap();

    let read_only = Directory::options().read_only(true);
    let readers = [0, 1, 2].map(|_| read_only.open(&file.path).unwrap());
    for reader in &readers {
        assert_eq!(listed(reader), users);
        assert_eq!(changes_after(reader, 0), changes);
        assert_eq!(reader.verify().unwrap().active, 5);
        assert!(
            reader
                .preview(Batch::new().delete_user("ann@ex.co"))
                .unwrap()
                .is_empty()
        );
        let refusals = [
            refusal(reader.create_user("not an address")),
            refusal(reader.update_user("ann@ex.co", UserUpdate::new().email("a@ex.co"))),
            refusal(reader.deactivate_user("ann@ex.co")),
            refusal(reader.set_license(License::Enterprise)),
            refusal(reader.trim_changes(3)),
            refusal(reader.apply(Batch::new().delete_user("ann@ex.co"))),
        ];
        assert_eq!(refusals, [ErrorKind::ReadOnly; 6]);
    }
    for reader in readers {
        finish(reader);
    }
    assert!(
        std::fs::read(&file.path).unwrap() == before,
        "a reader wrote"
    );
    let directory = file.open();
    directory.deactivate_user("ann@ex.co").unwrap();
    create(&directory, "fay@ex.co");
    finish(directory);
}
