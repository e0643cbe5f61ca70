//! Long lists, read page by page.

use headcount::Result;

/// A page, and where the next one begins, if there is one.
pub(super) type Page<T, P> = (Vec<T>, Option<P>);

/// All items of the pages, beginning at `from`. It ends at the first error.
pub(super) fn pages<T, P: Clone>(
    from: Option<P>,
    read: impl Fn(Option<P>) -> Result<Page<T, P>>,
) -> impl Iterator<Item = Result<T>> {
    let mut page = Vec::new().into_iter();
    let mut next = Some(from);
    std::iter::from_fn(move || {
        loop {
            if let Some(item) = page.next() {
                return Some(Ok(item));
            }
            match read(next.take()?) {
                Ok((items, place)) => {
                    page = items.into_iter();
                    next = place.map(Some);
                }
                Err(error) => return Some(Err(error)),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use headcount::{Error, ErrorKind};

    use super::*;

    #[test]
    fn pages_follow_each_other_up_to_the_last_or_an_error() {
        let read = |place: Option<u32>| match place {
            None => Ok((vec!['a', 'b'], Some(1))),
            // An empty page is not the last one.
            Some(1) => Ok((vec![], Some(2))),
            Some(2) => Ok((vec!['c'], None)),
            Some(_) => Err(Error::new(ErrorKind::Io, "gone")),
        };
        let all: Result<String> = pages(None, read).collect();
        assert_eq!(all.unwrap(), "abc");
        let all: Result<String> = pages(Some(2), read).collect();
        assert_eq!(all.unwrap(), "c");
        assert_eq!(pages(Some(3), read).filter(Result::is_err).count(), 1);
    }
}
