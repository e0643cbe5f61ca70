//! Why no answer came from a server.

/// Why a server was not reached, in words for people.
pub(super) fn unreached(error: &ureq::Error) -> String {
    let reason = match error {
        ureq::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    };
    let in_words = [
        (
            "InvalidContentType",
            "it doesn't encrypt; write http, or name the port that encrypts",
        ),
        (
            "alid for name",
            "its certificate is for another name; use the name that is in it",
        ),
        (
            "NotValidForName",
            "its certificate is for another name; use the name that is in it",
        ),
        (
            "xpired",
            "its certificate has expired; have the server get another",
        ),
        // Last: the others are kinds of it.
        (
            "invalid peer certificate",
            "its certificate is not trusted; name the certificates to trust with --ca-file",
        ),
    ];
    let known = in_words.iter().find(|(part, _)| reason.contains(part));
    known.map_or(reason, |(_, words)| (*words).to_owned())
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
            (
                "invalid peer certificate: Unsupported { id: [6, 8] }",
                "is not trusted; name",
            ),
            ("Connection refused", "Connection refused"),
        ] {
            let error = ureq::Error::Io(io::Error::other(reason));
            assert!(unreached(&error).contains(told), "{reason}");
        }
    }
}
