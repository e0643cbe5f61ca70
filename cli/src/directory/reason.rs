//! Explains why a server sent no answer.

/// The reason in words, for people.
pub(super) fn unreached(error: &ureq::Error) -> String {
    let reason = match error {
        ureq::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    };
    let in_words: [(&[&str], &str); 5] = [
        (
            &["invalidcontenttype"],
            "it doesn't encrypt; write http, or name the port that encrypts",
        ),
        (
            &["valid for name", "notvalidforname"],
            "its certificate is for another name; use the name that is in it",
        ),
        (
            &["expired"],
            "its certificate has expired; have the server get another",
        ),
        (
            &["causedasendentity"],
            "its certificate is one of an authority, which can't be a server's own; have one made \
             with basicConstraints=CA:FALSE",
        ),
        // Last: the others are kinds of it.
        (
            &["invalid peer certificate"],
            "its certificate is not trusted; name the certificates to trust with --ca-file",
        ),
    ];
    let words = words(&reason);
    let is_in = |part: &&str| words.contains(&format!(" {part} "));
    let known = in_words.iter().find(|(parts, _)| parts.iter().any(is_in));
    known.map_or(reason, |(_, words)| (*words).to_owned())
}

/// The words of a text in lower case, each between spaces.
fn words(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    format!(" {} ", words.join(" "))
}

/// Whether the server can't have seen the request.
pub(super) fn was_not_sent(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::BadUri(_)
        | ureq::Error::Tls(_)
        | ureq::Error::Rustls(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_certificate_that_is_refused_is_told_in_words() {
        for (reason, told) in [
            (
                "received corrupt message of type InvalidContentType",
                "doesn't encrypt",
            ),
            ("invalid peer certificate: UnknownIssuer", "--ca-file"),
            (
                "invalid peer certificate: certificate not valid for name \"x\"",
                "another name",
            ),
            (
                "invalid peer certificate: certificate expired",
                "has expired",
            ),
            ("invalid peer certificate: Expired", "has expired"),
            ("invalid peer certificate: NotValidForName", "another name"),
            (
                "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))",
                "CA:FALSE",
            ),
            (
                "invalid peer certificate: Unsupported { id: [6, 8] }",
                "is not trusted; name",
            ),
            ("Connection refused", "Connection refused"),
            ("no unexpired lease", "no unexpired lease"),
        ] {
            let error = ureq::Error::Io(io::Error::other(reason));
            assert!(unreached(&error).contains(told), "{reason}");
        }
    }
}
