//! The names of formats in the document.

use serde_json::Value;

/// Gives the formats of unsigned integers the names of the registry of `OpenAPI`, such as `uint64`:
/// utoipa writes `u-int64`.
pub(super) fn name(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(format)) = members.get_mut("format")
                && let Some(bits) = format.strip_prefix("u-int")
            {
                *format = format!("uint{bits}");
            }
            members.values_mut().for_each(name);
        }
        Value::Array(items) => items.iter_mut().for_each(name),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::made;
    use super::*;

    #[test]
    fn formats_are_those_of_the_registry() {
        fn collect(value: &Value, formats: &mut BTreeSet<String>) {
            match value {
                Value::Object(members) => {
                    let format = members.get("format").and_then(Value::as_str);
                    formats.extend(format.map(str::to_owned));
                    members.values().for_each(|value| collect(value, formats));
                }
                Value::Array(items) => items.iter().for_each(|value| collect(value, formats)),
                _ => {}
            }
        }
        let mut formats = BTreeSet::new();
        collect(&made(), &mut formats);
        let known = ["date-time", "email", "uint16", "uint64", "uuid"];
        let unknown: Vec<_> = formats
            .iter()
            .filter(|of| !known.contains(&&***of))
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        assert!(formats.contains("uint64"));
    }
}
