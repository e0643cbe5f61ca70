//! A damaged inner page of the database that misleads lookups. redb doesn't compare its checksum
//! when it reads, and a list still shows every entry, because it reads all child pages in turn.

use std::fs;
use std::ops::Range;
use std::path::Path;

use headcount::{Directory, ErrorKind};

use crate::content;
use crate::kit::temp::TempPath;

const PAGE_BYTES: usize = 4096;

/// The first byte of an inner page.
const INNER: u8 = 2;

/// Bytes of an inner page for each child: a checksum and a page number.
const CHILD_BYTES: usize = 16 + 8;

#[test]
fn an_inner_page_that_leads_astray_is_found() {
    let file = TempPath::new();
    let path = &file.path;
    content::make(path);
    let right = content::read(path).unwrap();
    let whole = fs::read(path).unwrap();
    let keys = keys_of_inner_pages(&whole);
    let (mut astray, mut listed) = (0, 0);
    for key in &keys {
        // A lookup of exactly this key now searches the page after the right one.
        let mut bytes = whole.clone();
        bytes[key.end - 1] -= 1;
        fs::write(path, bytes).unwrap();
        let is_listed = users_listed(path) == right.users();
        match content::read(path) {
            Ok(content) => assert_eq!(content, right),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Corrupted, "{error}");
                astray += 1;
                listed += u32::from(is_listed);
            }
        }
    }
    println!(
        "{} keys, {astray} misled lookups, {listed} of them with all users listed",
        keys.len()
    );
    assert!(
        listed > 0,
        "no key misled a lookup and left the list complete"
    );
}

fn users_listed(path: &Path) -> usize {
    let directory = Directory::options().read_only(true).open(path).unwrap();
    let users = directory.users().unwrap();
    users.map_while(Result::ok).count()
}

/// The keys in inner pages, as ranges of the file.
fn keys_of_inner_pages(bytes: &[u8]) -> Vec<Range<usize>> {
    let pages = (0..bytes.len() / PAGE_BYTES).map(|page| page * PAGE_BYTES);
    let inner = pages.filter(|page| bytes[*page] == INNER);
    inner
        .flat_map(|page| keys_of(&bytes[page..page + PAGE_BYTES], page))
        .collect()
}

/// The keys of the inner page at `offset`. After a header and the children comes a table of the
/// ends of all keys, then the keys.
fn keys_of(page: &[u8], offset: usize) -> Vec<Range<usize>> {
    let count = usize::from(u16::from_le_bytes([page[2], page[3]]));
    let table = 8 + CHILD_BYTES * (count + 1);
    let mut start = table + 4 * count;
    let mut keys = Vec::new();
    for entry in page.get(table..start).unwrap_or_default().chunks_exact(4) {
        let end = u32::from_le_bytes(entry.try_into().unwrap()) as usize;
        // redb's internal tables have keys of a fixed size, and no such table.
        let Some(key) = page.get(start..end).filter(|key| key.last() > Some(&0)) else {
            return Vec::new();
        };
        keys.push(offset + start..offset + start + key.len());
        start = end;
    }
    keys
}
