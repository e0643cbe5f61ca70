//! Files that are not text, recognized by how they begin.

/// The beginnings of files, and the message for each.
const SIGNATURES: [(&[u8], &str); 15] = [
    (b"\x1f\x8b", "it is compressed with gzip; unpack it first"),
    (
        b"\x28\xb5\x2f\xfd",
        "it is compressed with zstd; unpack it first",
    ),
    (b"\xfd7zXZ\0", "it is compressed with xz; unpack it first"),
    (b"BZh", "it is compressed with bzip2; unpack it first"),
    (
        b"PK\x03\x04",
        "it is a spreadsheet (.xlsx, .ods) or a zip archive; save the sheet as CSV, or unpack the \
         archive first",
    ),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "it is a spreadsheet (.xls); save the sheet as CSV",
    ),
    (b"%PDF-", "it is a PDF; export the users as CSV or JSON"),
    (
        b"\x89PNG",
        "it is a picture; export the users as CSV or JSON",
    ),
    (
        b"\xff\xd8\xff",
        "it is a picture; export the users as CSV or JSON",
    ),
    (
        b"SQLite format 3\0",
        "it is an SQLite database; export the users as CSV or JSON",
    ),
    (
        b"redb\x1a\x0a\xa9\x0d\x0a",
        "it is a directory's file; `headcount --db FILE export` writes one that can be imported",
    ),
    (b"dn: ", "it is LDIF; export the users as CSV or JSON"),
    (
        b"BEGIN:VCARD",
        "it is vCards; export the users as CSV or JSON",
    ),
    (b"\xff\xfe\0\0", "it is UTF-32; save it as UTF-8"),
    (b"\0\0\xfe\xff", "it is UTF-32; save it as UTF-8"),
];

/// The message for a file that is not text; `None` if it may be text.
pub(super) fn of_another_kind(bytes: &[u8]) -> Option<&'static str> {
    let found = SIGNATURES
        .iter()
        .find(|(start, _)| bytes.starts_with(start));
    found.map(|(_, told)| *told).or_else(|| {
        let text = bytes.trim_ascii_start();
        text.starts_with(b"<").then_some(
            "it is HTML or XML, such as the page of a login that has expired; export the users as \
             CSV or JSON",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::of_another_kind;

    #[test]
    fn files_of_another_kind_are_told() {
        for (bytes, told) in [
            (&b"\x1f\x8b\x08"[..], "gzip"),
            (b"PK\x03\x04\x14", "save the sheet as CSV"),
            (b"\n <!DOCTYPE html>", "HTML"),
            (b"redb\x1a\x0a\xa9\x0d\x0a\0", "export"),
        ] {
            assert!(of_another_kind(bytes).unwrap().contains(told), "{told}");
        }
        for text in [&b"email\n"[..], b"{}", b"\xff\xfea\0", b"PKI,email", b""] {
            assert_eq!(of_another_kind(text), None);
        }
    }
}
