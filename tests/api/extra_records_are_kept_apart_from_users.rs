//! Records that a program stores beside the users survive reopening, have limits, and affect
//! neither users nor changes nor the verification.

use headcount::{Directory, ErrorKind};

#[test]
fn extra_records_survive_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    let directory = Directory::open(&path).unwrap();
    directory.create_user("ann@ex.co").unwrap();
    let before = directory.verify().unwrap();
    directory.set_extra("key/a", b"1").unwrap();
    directory.set_extra("key/a", b"2").unwrap();
    directory.set_extra("key/b", b"").unwrap();
    directory.set_extra("kez", b"3").unwrap();
    assert!(directory.remove_extra("kez").unwrap());
    assert!(!directory.remove_extra("kez").unwrap());
    directory.close().unwrap();

    let directory = Directory::open(&path).unwrap();
    let expected = vec![
        ("key/a".to_owned(), b"2".to_vec()),
        ("key/b".to_owned(), Vec::new()),
    ];
    assert_eq!(directory.extras("key/").unwrap(), expected);
    assert_eq!(directory.extras("").unwrap(), expected);
    assert_eq!(directory.extra("kez").unwrap(), None);
    assert_eq!(directory.verify().unwrap(), before);
    assert_eq!(directory.changes(0).unwrap().count(), 1);
}

#[test]
fn names_and_values_have_limits() {
    let directory = Directory::in_memory().unwrap();
    let longest = ("n".repeat(128), vec![7; 16 * 1024]);
    directory.set_extra(&longest.0, &longest.1).unwrap();
    for (name, value) in [
        (String::new(), vec![]),
        ("n".repeat(129), vec![]),
        ("a\nb".to_owned(), vec![]),
        ("n".to_owned(), vec![7; 16 * 1024 + 1]),
    ] {
        let refused = directory.set_extra(&name, &value).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidArgument);
    }
    assert_eq!(directory.extras("").unwrap(), [longest]);
}
