//! Turns a server's problems (RFC 9457) into errors of the library.

use headcount::Error;
use serde_json::{Map, Value};

/// The error with the kind that the directory gave it.
pub(super) fn of_the_library(problem: &Value) -> Option<Error> {
    let mut error = Map::new();
    error.insert("kind".to_owned(), problem["kind"].as_str()?.into());
    error.insert("message".to_owned(), problem["detail"].as_str()?.into());
    for group in ["seats", "versions"] {
        let numbers = problem[group].as_object().cloned().unwrap_or_default();
        error.extend(numbers);
    }
    for name in ["op_index", "resume_after", "latest"] {
        if problem[name].is_u64() {
            error.insert(name.to_owned(), problem[name].clone());
        }
    }
    serde_json::from_value(error.into()).ok()
}

#[cfg(test)]
mod tests {
    use headcount::ErrorKind;
    use serde_json::json;

    use super::*;

    #[test]
    fn problems_are_errors_of_the_library_with_their_numbers() {
        let error = of_the_library(&json!({
            "kind": "no_free_seat", "detail": "no seat free", "op_index": 2,
            "seats": { "limit": 5, "active": 5, "requested": 1 },
        }));
        let error = error.unwrap();
        let kind = ErrorKind::NoFreeSeat {
            limit: 5,
            active: 5,
            requested: 1,
        };
        assert_eq!((error.kind(), error.op_index()), (kind, Some(2)));
        let trimmed = json!({ "kind": "history_trimmed", "detail": "x", "resume_after": 7 });
        let kind = ErrorKind::HistoryTrimmed { resume_after: 7 };
        assert_eq!(of_the_library(&trimmed).unwrap().kind(), kind);
        for other in [
            json!({ "detail": "x" }),
            json!({ "kind": "new", "detail": "x" }),
        ] {
            assert!(of_the_library(&other).is_none());
        }
    }
}
