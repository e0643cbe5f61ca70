//! License expressions, as packages state them.

/// Whether an expression such as `(MIT OR Apache-2.0) AND Unicode-3.0` can be met with `allowed`
/// licenses alone. `/` is an old form of `OR`. An expression that isn't understood allows nothing.
pub fn is_satisfied(expression: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    any_of(&mut words, allowed) == Some(true) && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any_of(words: &mut Words<'_>, allowed: &dyn Fn(&str) -> bool) -> Option<bool> {
    let mut satisfied = all_of(words, allowed)?;
    while words.next_if_eq(&"OR").is_some() {
        satisfied |= all_of(words, allowed)?;
    }
    Some(satisfied)
}

fn all_of(words: &mut Words<'_>, allowed: &dyn Fn(&str) -> bool) -> Option<bool> {
    let mut satisfied = one(words, allowed)?;
    while words.next_if_eq(&"AND").is_some() {
        satisfied &= one(words, allowed)?;
    }
    Some(satisfied)
}

fn one(words: &mut Words<'_>, allowed: &dyn Fn(&str) -> bool) -> Option<bool> {
    let license = words.next()?;
    if license == "(" {
        let satisfied = any_of(words, allowed)?;
        words.next_if_eq(&")")?;
        return Some(satisfied);
    }
    if words.next_if_eq(&"WITH").is_some() {
        return Some(allowed(&format!("{license} WITH {}", words.next()?)));
    }
    Some(allowed(license))
}

#[test]
fn expressions_are_understood() {
    let allowed = |license: &str| matches!(license, "MIT" | "Unicode-3.0");
    let is_satisfied = |expression: &str| is_satisfied(expression, &allowed);
    for fine in [
        "MIT",
        "GPL-3.0 OR MIT",
        "MIT/Apache-2.0",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
    ] {
        assert!(is_satisfied(fine), "{fine}");
    }
    for bad in [
        "",
        "MPL-2.0",
        "MIT AND MPL-2.0",
        "MIT WITH an-exception",
        "(MIT OR Apache-2.0) AND MPL-2.0",
        "(MIT",
        "MIT)",
        "MIT OR",
        "MIT MIT",
    ] {
        assert!(!is_satisfied(bad), "{bad}");
    }
}
