//! Explains why a server sent no answer.

/// The reason in words, for people, with what helps.
pub(super) fn unreached(error: &ureq::Error) -> String {
    let reason = plain(error);
    let told = of_certificate(&reason);
    told.map_or_else(|| format!("{reason}; {}", cure(error)), str::to_owned)
}

/// The reason in words, where a request may have been carried out: to repeat it is no cure.
pub(super) fn unanswered(error: &ureq::Error) -> String {
    let reason = plain(error);
    match of_certificate(&reason) {
        Some(told) => told.to_owned(),
        None => reason,
    }
}

fn plain(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

/// What helps where nothing is wrong with a certificate.
fn cure(error: &ureq::Error) -> &'static str {
    use std::io::ErrorKind;
    match error {
        ureq::Error::HostNotFound => "correct the address, or check the network",
        ureq::Error::Timeout(_) => "try again later, and see what the server logs",
        ureq::Error::Io(error) if error.kind() == ErrorKind::ConnectionRefused => {
            "start the server, or correct the address and its port"
        }
        _ => "check the address, the network and what the server logs",
    }
}

/// What is wrong with encryption, if that is the reason.
fn of_certificate(reason: &str) -> Option<&'static str> {
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
    let words = words(reason);
    let is_in = |part: &&str| words.contains(&format!(" {part} "));
    let known = in_words.iter().find(|(parts, _)| parts.iter().any(is_in));
    known.map(|(_, words)| *words)
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
            (
                "no unexpired lease",
                "no unexpired lease; check the address",
            ),
        ] {
            let error = ureq::Error::Io(io::Error::other(reason));
            assert!(unreached(&error).contains(told), "{reason}");
        }
    }
}
