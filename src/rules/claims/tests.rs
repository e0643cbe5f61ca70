//! Which records may hold a name, while the batch runs and at its end.

use super::*;

/// A record with one name, or two separated by a space.
impl Named for String {
    const NAMES: &'static [(&'static str, ErrorKind)] = &[
        ("email", ErrorKind::EmailTaken),
        ("username", ErrorKind::UsernameTaken),
    ];
    const WHAT: &'static str = "user";
    const FOUND_BY: usize = 2;

    fn name(&self, nth: usize) -> Option<&str> {
        self.split(' ').nth(nth)
    }

    fn look_alikes<'n>(&'n self, _: usize, _: &'n Self, _: usize) -> Option<[&'n str; 2]> {
        None
    }
}

#[derive(Default)]
struct Names {
    set: WorkingSet<u32, String>,
    claims: Claims<String>,
}

impl Names {
    fn load(&mut self, key: u32, name: &str) {
        let place = self.set.load(key, name.to_owned());
        self.claims.note(&mut self.set, place, None, None);
    }

    fn put(&mut self, key: u32, name: Option<&str>, op_index: usize) {
        let (place, had) = self.set.put(key, name.map(str::to_owned));
        let had = had.as_deref();
        self.claims.note(&mut self.set, place, had, Some(op_index));
    }

    fn refused(&mut self, stored: bool) -> Vec<usize> {
        let stored = |name: &str| Ok(stored.then(|| (name.to_owned(), 0)));
        let errors = self.claims.contested(&self.set, stored).unwrap();
        let mut ops: Vec<usize> = errors.iter().filter_map(Error::op_index).collect();
        ops.sort_unstable();
        ops
    }

    fn holder(&mut self, name: &str) -> Result<Option<u32>> {
        self.claims.holder(&self.set, name)
    }
}

/// A short list is searched linearly, a long one has a table; both must behave the same.
fn few_and_many() -> [Names; 2] {
    let (few, mut many) = (Names::default(), Names::default());
    for key in 100..200 {
        many.load(key, &format!("other-{key}"));
    }
    [few, many]
}

#[test]
fn the_first_claim_of_a_free_key_stands() {
    for mut names in few_and_many() {
        names.put(1, Some("k"), 3);
        assert!(names.refused(false).is_empty());
        assert_eq!(names.refused(true), [3]);
        names.put(2, Some("k"), 7);
        assert_eq!(names.refused(false), [7]);
        assert_eq!(names.refused(true), [3, 7]);
        let refused = names.holder("k").unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::EmailTaken);
    }
}

#[test]
fn a_holder_from_before_wins_until_it_lets_go() {
    for mut names in few_and_many() {
        names.load(1, "k");
        names.put(2, Some("k"), 0);
        assert_eq!(names.refused(false), [0]);
        names.put(1, Some("k"), 1);
        assert_eq!(names.refused(false), [0], "staying is not letting go");
        names.put(1, Some("other"), 2);
        assert!(names.refused(false).is_empty());
        assert_eq!(names.holder("k").unwrap(), Some(2));
        assert_eq!(names.holder("nobody's").unwrap(), None);
    }
}

#[test]
fn who_is_gone_holds_nothing() {
    for mut names in few_and_many() {
        names.load(1, "k");
        names.put(1, None, 0);
        assert_eq!(names.holder("k").unwrap(), None);
        names.put(2, Some("k"), 1);
        assert!(names.refused(false).is_empty());
    }
}

#[test]
fn names_are_found_while_few_become_many() {
    let mut names = Names::default();
    let name = |key: u32| format!("name-{key}");
    for count in 1..100 {
        names.put(count, Some(&name(count)), count as usize);
        // Some records are renamed, and some are removed.
        if count % 5 == 0 {
            names.put(count - 1, Some(&name(1000 + count)), count as usize);
            names.put(count - 2, None, count as usize);
        }
        for key in 1..=count {
            let holder = names.holder(&name(key)).unwrap();
            let left = (key % 5 == 4 || key % 5 == 3) && count / 5 > key / 5;
            assert_eq!(holder, (!left).then_some(key), "{key} of {count}");
        }
    }
    assert!(names.refused(false).is_empty());
}

#[test]
fn names_of_both_kinds_are_unique_together() {
    for mut names in few_and_many() {
        names.load(1, "a b");
        names.put(2, Some("b"), 0);
        names.put(3, Some("c a"), 1);
        let errors = names.claims.contested(&names.set, |_| Ok(None)).unwrap();
        let told: Vec<_> = errors.iter().map(|e| (e.kind(), e.op_index())).collect();
        let expected = [
            (ErrorKind::EmailTaken, Some(0)),
            (ErrorKind::UsernameTaken, Some(1)),
        ];
        assert_eq!(told, expected);
        assert_eq!(names.holder("b").unwrap_err().kind(), ErrorKind::EmailTaken);
        names.put(1, Some("a"), 2);
        assert_eq!(names.refused(false), [1], "the first has let go of it");
        assert_eq!(names.holder("b").unwrap(), Some(2));
    }
}
