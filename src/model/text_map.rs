//! A compact map of a few texts, such as attributes.

/// Texts by name, ordered by name.
///
/// Nearly every user has a few. A B-tree's smallest node has room for eleven pairs; this
/// vector has room for those it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TextMap(Vec<Pair>);

type Pair = (Box<str>, Box<str>);

impl TextMap {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    #[cfg(any(feature = "serde", test))]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.get_key_value(name).map(|(_, value)| value)
    }

    pub(crate) fn get_key_value(&self, name: &str) -> Option<(&str, &str)> {
        let (name, value) = &self.0[self.position(name).ok()?];
        Some((name, value))
    }

    /// Sets the value of a name and returns the previous one.
    pub(crate) fn insert(
        &mut self,
        name: impl Into<Box<str>>,
        value: impl Into<Box<str>>,
    ) -> Option<Box<str>> {
        let (name, value) = (name.into(), value.into());
        match self.position(&name) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.reserve_exact(1);
                self.0.insert(at, (name, value));
                None
            }
        }
    }

    pub(crate) fn remove(&mut self, name: &str) -> Option<Box<str>> {
        let at = self.position(name).ok()?;
        Some(self.0.remove(at).1)
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    pub(crate) fn keys(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.iter().map(|(name, _)| name)
    }

    fn position(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| (**known).cmp(name))
    }
}

/// If several pairs have the same name, the last one is kept.
impl<N: Into<Box<str>>, V: Into<Box<str>>> FromIterator<(N, V)> for TextMap {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let pairs = pairs.into_iter();
        let mut map = Self(Vec::with_capacity(pairs.size_hint().0));
        for (name, value) in pairs {
            let (name, value) = (name.into(), value.into());
            if map.0.last().is_none_or(|(last, _)| *last < name) {
                map.0.push((name, value));
            } else {
                map.insert(name, value);
            }
        }
        map
    }
}

impl IntoIterator for TextMap {
    type Item = (String, String);
    type IntoIter = std::iter::Map<std::vec::IntoIter<Pair>, fn(Pair) -> Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        let pairs = self.0.into_iter();
        pairs.map(|(name, value)| (name.into_string(), value.into_string()))
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for TextMap {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::TextMap;

    fn pairs(map: &TextMap) -> Vec<(&str, &str)> {
        map.iter().collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_is_a_map(
            start in prop::collection::vec(("[a-e]", "[a-e]"), 0..6),
            steps in prop::collection::vec(("[a-f]", prop::option::of("[a-e]")), 0..12),
        ) {
            let mut map: TextMap = start.iter().cloned().collect();
            let mut model: BTreeMap<String, String> = start.into_iter().collect();
            for (name, value) in steps {
                let (had, expected) = match value {
                    Some(value) => (map.insert(&*name, &*value), model.insert(name.clone(), value)),
                    None => (map.remove(&name), model.remove(&name)),
                };
                prop_assert_eq!(had.as_deref(), expected.as_deref());
                prop_assert_eq!(map.get(&name), model.get(&name).map(String::as_str));
                let expected = model.iter().map(|(name, value)| (&**name, &**value));
                prop_assert_eq!(pairs(&map), expected.collect::<Vec<_>>());
                prop_assert_eq!((map.len(), map.is_empty()), (model.len(), model.is_empty()));
            }
        }
    }
}
