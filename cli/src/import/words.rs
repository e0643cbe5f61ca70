//! Words for yes and no, and for the states of users, in the languages whose headers are known:
//! English, Dutch, French, German, Italian, Portuguese and Spanish. They stand here without
//! accents and in lower case.

/// Words for yes, including those of spreadsheets and of other languages.
const YES: &[&str] = &[
    "true",
    "yes",
    "y",
    "t",
    "1",
    "on",
    "x",
    "wahr",
    "vrai",
    "verdadero",
    "verdadeiro",
    "vero",
    "waar",
    "ja",
    "oui",
    "si",
    "sim",
];

/// Words for no.
const NO: &[&str] = &[
    "false", "no", "n", "f", "0", "off", "falsch", "faux", "falso", "onwaar", "nein", "non", "nee",
    "nao",
];

/// States in which a user can log in. Words are separated by spaces here.
const ACTIVE: &[&str] = &[
    "active",
    "activated",
    "enabled",
    "provisioned",
    "pending user action",
    "recovery",
    "password reset",
    "password expired",
    "locked out",
    // German
    "aktiv",
    "aktiviert",
    // French
    "actif",
    "activee",
    // Spanish
    "activo",
    "activa",
    "activado",
    "activada",
    "habilitado",
    "habilitada",
    // Italian
    "attivo",
    "attiva",
    "attivato",
    "attivata",
    "abilitato",
    "abilitata",
    // Dutch
    "actief",
    "actieve",
    "geactiveerd",
    "ingeschakeld",
    // Portuguese
    "ativo",
    "ativa",
    "ativado",
    "ativada",
];

/// States in which a user can't.
const INACTIVE: &[&str] = &[
    "inactive",
    "not active",
    "disabled",
    "suspended",
    "deactivated",
    "deprovisioned",
    "staged",
    "blocked",
    "banned",
    "locked",
    "archived",
    "deleted",
    "terminated",
    "ldap blocked",
    "blocked pending approval",
    "pending",
    "pending approval",
    // German
    "inaktiv",
    "nicht aktiv",
    "deaktiviert",
    "gesperrt",
    "blockiert",
    "suspendiert",
    "archiviert",
    "geloscht",
    "geloescht",
    // French
    "inactif",
    "desactive",
    "desactivee",
    "suspendu",
    "suspendue",
    "bloque",
    "bloquee",
    "verrouille",
    "verrouillee",
    "archive",
    "archivee",
    "supprime",
    "supprimee",
    // Spanish
    "inactivo",
    "inactiva",
    "desactivado",
    "desactivada",
    "deshabilitado",
    "deshabilitada",
    "inhabilitado",
    "inhabilitada",
    "suspendido",
    "suspendida",
    "bloqueado",
    "bloqueada",
    "archivado",
    "archivada",
    "eliminado",
    "eliminada",
    // Italian
    "inattivo",
    "inattiva",
    "disattivo",
    "disattivato",
    "disattivata",
    "disabilitato",
    "disabilitata",
    "sospeso",
    "sospesa",
    "bloccato",
    "bloccata",
    "archiviato",
    "archiviata",
    "eliminato",
    "eliminata",
    // Dutch
    "inactief",
    "niet actief",
    "gedeactiveerd",
    "uitgeschakeld",
    "geblokkeerd",
    "geschorst",
    "opgeschort",
    "gearchiveerd",
    "verwijderd",
    // Portuguese
    "inativo",
    "inativa",
    "desativado",
    "desativada",
    "desabilitado",
    "desabilitada",
    "suspenso",
    "suspensa",
    "arquivado",
    "arquivada",
    "excluido",
    "excluida",
];

/// Whether a word is a state that lets a user log in; `None` for anything else.
pub(super) fn state(text: &str) -> Option<bool> {
    let state = joined(text);
    let is_in = |states: &[&str]| states.contains(&state.as_str());
    is_in(ACTIVE)
        .then_some(true)
        .or_else(|| is_in(INACTIVE).then_some(false))
}

/// Whether a word is a yes; `None` if it is no answer.
pub(super) fn answer(text: &str) -> Option<bool> {
    let word = unaccented(text.trim());
    let is_in = |words: &[&str]| words.contains(&word.as_str());
    is_in(YES)
        .then_some(true)
        .or_else(|| is_in(NO).then_some(false))
}

/// The words of a state, separated by one space each.
fn joined(text: &str) -> String {
    let words = text.split([' ', '_', '-', '\t', '\u{a0}']);
    let words = words.filter(|word| !word.is_empty()).map(unaccented);
    words.collect::<Vec<_>>().join(" ")
}

/// The text in lower case and without accents.
pub(super) fn unaccented(text: &str) -> String {
    let letters = text.chars().flat_map(char::to_lowercase);
    letters.filter_map(letter).collect()
}

/// The letter without its accent; `None` for an accent that follows its letter.
fn letter(c: char) -> Option<char> {
    Some(match c {
        '\u{300}'..='\u{36f}' => return None,
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_in_each_language_and_with_or_without_accents() {
        for word in [
            "actief",
            "ativo",
            "Activo",
            "aktiviert",
            "ACTIF",
            "activ\u{e9}",
            "Active\u{301}",
            "attivo",
            "Password\u{a0}Reset",
        ] {
            assert_eq!(state(word), Some(true), "{word}");
        }
        for word in [
            "deaktiviert",
            "D\u{e9}sactiv\u{e9}",
            "De\u{301}sactive\u{301}",
            "desactive",
            "DE\u{301}SACTIVE\u{301}E",
            "inactif",
            "niet  actief",
            "gel\u{f6}scht",
            "geschorst",
            "exclu\u{ed}do",
        ] {
            assert_eq!(state(word), Some(false), "{word}");
        }
        assert_eq!(answer("n\u{e3}o"), Some(false));
        assert_eq!(answer(" S\u{ec}\u{a0}"), Some(true));
        for word in ["", "perhaps", "acti ve", "1 1", "-1", "-0", "_y", "x-"] {
            assert_eq!((state(word), answer(word)), (None, None), "{word}");
        }
    }

    #[test]
    fn no_word_says_two_things() {
        let all = [YES, NO, ACTIVE, INACTIVE].concat();
        let mut once = all.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), all.len());
        for word in all {
            assert_eq!(joined(word), word);
        }
    }
}
