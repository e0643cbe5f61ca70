//! Pages of longer lists, as programs answer them: which files are one, and whether all of a list
//! are there.

use headcount::quoted;
use serde_json::value::RawValue;

use super::json::Members;
use super::names::plain;
use super::numbered::NumberedFiles;
use super::values::shortened;
use crate::output::shell_word;

/// Members that say where the next page is, as [`plain`] makes them.
const MARKS: [&str; 7] = [
    "next",
    "nextpage",
    "nextpagetoken",
    "nextlink",
    "odatanextlink",
    "hasnextpage",
    "hasmore",
];
/// Members in which these are, too.
const AROUND_MARKS: [&str; 6] = ["links", "meta", "page", "pageinfo", "paging", "pagination"];
/// Members with the number of users of the whole list.
const TOTALS: [&str; 3] = ["total", "totalresults", "totalcount"];
/// Members with the place of the page's first user, and how the list's first is numbered.
const STARTS: [(&str, u64); 4] = [("start", 0), ("offset", 0), ("skip", 0), ("startindex", 1)];

/// Files that a command names.
const FILES_MAX: usize = 8;

/// A page of a longer list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// The member that says so.
    mark: String,
    /// Which part of the list it is, if it says that.
    span: Option<Span>,
}

/// A part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    start: u64,
    users: u64,
    total: u64,
}

impl Page {
    /// The page that a document is of which `users` is the list, if more users follow or precede.
    pub(super) fn of(document: &Members<'_>, users: &RawValue) -> Option<Self> {
        let next = next_mark(document, "");
        let total = document.0.iter().find_map(|(name, value)| {
            Some((name, number(value, TOTALS.contains(&&*plain(name)))?))
        });
        let Some((name, total)) = total else {
            return next.map(|mark| Self { mark, span: None });
        };
        let users = length(users)?;
        let start = STARTS.iter().find_map(|(start, first)| {
            let mut members = document.0.iter();
            let place = members.find_map(|(name, value)| number(value, plain(name) == *start))?;
            place.checked_sub(*first)
        });
        let span = start.map(|start| Span {
            start,
            users,
            total,
        });
        match next {
            Some(mark) => Some(Self { mark, span }),
            None => (total > users).then(|| Self {
                mark: name.clone(),
                span,
            }),
        }
    }
}

/// The member that says that more users follow, with the names around it.
fn next_mark(members: &Members<'_>, around: &str) -> Option<String> {
    members.0.iter().find_map(|(name, value)| {
        let own = plain(name);
        let says_nothing = ["null", "false", "\"\"", "{}", "[]"].contains(&value.get());
        if MARKS.contains(&&*own) && !says_nothing {
            return Some(format!("{around}{name}"));
        }
        if around.is_empty() && AROUND_MARKS.contains(&&*own) {
            let inner: Members<'_> = serde_json::from_str(value.get()).ok()?;
            return next_mark(&inner, &format!("{name}."));
        }
        None
    })
}

/// The whole number that a member is, if it is `wanted`.
fn number(value: &RawValue, wanted: bool) -> Option<u64> {
    wanted.then(|| value.get().parse().ok())?
}

/// How many users a list or a map has.
fn length(users: &RawValue) -> Option<u64> {
    let text = users.get();
    let length = if text.starts_with('[') {
        serde_json::from_str::<Vec<&RawValue>>(text).ok()?.len()
    } else {
        serde_json::from_str::<Members<'_>>(text).ok()?.0.len()
    };
    length.try_into().ok()
}

/// The files of an import that are parts of something longer.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    pages: Vec<(String, Page)>,
    numbered: NumberedFiles,
}

impl Pages {
    /// Begins a file.
    pub(super) fn begin(&mut self, file: &str) {
        self.numbered.add(file);
    }

    /// Adds a file that is a page.
    pub(super) fn add(&mut self, file: &str, page: Page) {
        self.pages.push((file.to_owned(), page));
    }

    /// Says which files are a page, and which are missing.
    pub(super) fn notes(&self) -> impl Iterator<Item = String> {
        self.page_notes().chain(self.numbered.notes())
    }

    fn page_notes(&self) -> impl Iterator<Item = String> {
        let are_parts = !self.are_whole();
        let pages = self.pages.iter().filter(move |_| are_parts);
        pages.map(|(file, page)| {
            format!(
                "{file} is a page of a longer list: its {} says that there are more users",
                quoted(&shortened(&page.mark))
            )
        })
    }

    /// Whether they are all the pages of one list, as each says which part of it it is.
    fn are_whole(&self) -> bool {
        let spans: Option<Vec<Span>> = self.pages.iter().map(|(_, page)| page.span).collect();
        let Some(mut spans) = spans else {
            return false;
        };
        spans.sort_unstable();
        let mut end = 0;
        for span in &spans {
            if span.start != end || span.total != spans[0].total {
                return false;
            }
            end += span.users;
        }
        spans.first().is_none_or(|first| first.total == end)
    }

    /// Why users who are not in these `files` can't be told, and what to do, if some of the users
    /// may be on another page.
    pub(crate) fn refusal(&self, files: &[&str]) -> Option<String> {
        self.refusal_of_pages(files).or_else(|| {
            let note = self.numbered.notes().next()?;
            Some(format!(
                "{note}, and --missing deactivate would deactivate the users of the missing one; \
                 import all parts at once, or rename a file that is no part of an export; nothing \
                 was changed"
            ))
        })
    }

    fn refusal_of_pages(&self, files: &[&str]) -> Option<String> {
        let note = self.page_notes().next()?;
        let spans = self.pages.iter().filter_map(|(_, page)| page.span);
        let known: u64 = spans.clone().map(|span| span.users).sum();
        let total = spans.map(|span| span.total).max();
        let are_all_pages = files.len() <= self.pages.len();
        let told = match total {
            Some(total) if known < total && are_all_pages => {
                format!("; {known} of its {total} users are here: get the other pages too")
            }
            None if are_all_pages && files.len() > 1 => {
                "; each file has one after it, so that the last page is missing: get it too"
                    .to_owned()
            }
            _ => String::new(),
        };
        let named: Vec<_> = files.iter().map(|file| shell_word(file)).collect();
        let can_be_named = (2..=FILES_MAX).contains(&files.len()) && !files.contains(&STDIN);
        let named = if can_be_named && told.is_empty() {
            named.join(" ")
        } else {
            "PAGES".to_owned()
        };
        Some(format!(
            "{note}, and --missing deactivate would deactivate those{told}; if you have all pages, \
             put their users in one list: `jq -s '[.[].users[]]' {named} | headcount import -`; \
             nothing was changed"
        ))
    }
}

/// The name of standard input in messages.
const STDIN: &str = "standard input";

#[cfg(test)]
mod tests {
    use super::*;

    fn page(document: &str) -> Option<Page> {
        let members: Members<'_> = serde_json::from_str(document).unwrap();
        Page::of(&members, members.get("users").unwrap())
    }

    #[test]
    fn a_document_says_in_many_ways_that_it_is_a_page() {
        for (rest, mark) in [
            (r#""next":"abc""#, "next"),
            (r#""@odata.nextLink":"https://x""#, "@odata.nextLink"),
            (r#""links":{"next":"https://x","self":"y"}"#, "links.next"),
            (r#""pageInfo":{"hasNextPage":true}"#, "pageInfo.hasNextPage"),
            (r#""total":3,"limit":2"#, "total"),
            (r#""start":1,"length":2,"total":3"#, "total"),
        ] {
            let found = page(&format!(r#"{{"users":[{{}},{{}}],{rest}}}"#));
            assert_eq!(found.unwrap().mark, mark, "{rest}");
        }
        for rest in [
            r#""next":null"#,
            r#""links":{"next":null}"#,
            r#""pageInfo":{"hasNextPage":false}"#,
            r#""total":2,"start":0"#,
            r#""total":"3""#,
            r#""total":2.5"#,
        ] {
            let found = page(&format!(r#"{{"users":[{{}},{{}}],{rest}}}"#));
            assert_eq!(found, None, "{rest}");
        }
    }

    /// The refusal of pages that begin at these places of a list of five, with so many users each.
    fn refusal(pages: &[(u64, u64)]) -> Option<String> {
        let mut all = Pages::default();
        for (index, (start, users)) in pages.iter().enumerate() {
            let users = vec!["{}"; usize::try_from(*users).unwrap()].join(",");
            let document = format!(
                r#"{{"startIndex":{},"total":5,"users":[{users}]}}"#,
                start + 1
            );
            all.add(&format!("{index}.json"), page(&document).unwrap());
        }
        let files: Vec<_> = all.pages.iter().map(|(file, _)| file.as_str()).collect();
        all.refusal(&files)
    }

    #[test]
    fn all_pages_of_one_list_are_taken_where_they_say_which_they_are() {
        assert_eq!(refusal(&[(0, 2), (2, 2), (4, 1)]), None);
        assert_eq!(refusal(&[(4, 1), (0, 4)]), None);
        for (pages, told) in [
            (&[(0, 2), (4, 1)][..], "3 of its 5 users are here"),
            (&[(0, 2), (2, 2)], "4 of its 5 users are here"),
            (&[(2, 2)], "2 of its 5 users are here"),
            (&[(0, 3), (2, 3)], "if you have all pages"),
            // As many users as the list has, and one of them twice.
            (&[(0, 3), (2, 2)], "if you have all pages"),
        ] {
            let refused = refusal(pages).unwrap();
            assert!(refused.contains(told), "{refused}");
        }
    }

    #[test]
    fn pages_that_say_only_that_more_follow_are_put_together_first() {
        let mut pages = Pages::default();
        pages.add("a b.json", page(r#"{"users":[],"next":1}"#).unwrap());
        pages.add("b.json", page(r#"{"users":[],"next":2}"#).unwrap());
        let told = |files: &[&str]| pages.refusal(files).unwrap();
        let without_last = told(&["a b.json", "b.json"]);
        assert!(
            without_last.contains("the last page is missing"),
            "{without_last}"
        );
        let with_last = told(&["a b.json", "b.json", "c.json"]);
        let command = "`jq -s '[.[].users[]]' 'a b.json' 'b.json' 'c.json' | headcount import -`";
        assert!(with_last.contains(command), "{with_last}");
        assert!(!with_last.contains("missing:"), "{with_last}");
    }
}
