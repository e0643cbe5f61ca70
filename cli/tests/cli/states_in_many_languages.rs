//! Words for states and headers, in each language whose headers are known.

use crate::folder::{Folder, assert_says};

#[test]
fn states_are_known_in_the_language_of_their_header() {
    for (header, active, inactive) in [
        ("E-Mail-Adresse;Vorname;Status", "aktiviert", "deaktiviert"),
        ("E-Mail;Vorname;Aktiv", "Aktiv", "gesperrt"),
        (
            "Courriel;Pr\u{e9}nom;Statut",
            "Activ\u{e9}",
            "D\u{e9}sactiv\u{e9}",
        ),
        (
            "Courriel;Pre\u{301}nom;Statut",
            "Active\u{301}",
            "De\u{301}sactive\u{301}",
        ),
        ("Adresse e-mail;prenom;Actif", "actif", "inactif"),
        (
            "Correo electr\u{f3}nico;First;Activo",
            "activo",
            "Deshabilitado",
        ),
        ("Indirizzo email;First;Attivo", "attivo", "Disattivato"),
        ("E-mailadres;Voornaam;Actief", "actief", "Inactief"),
        ("E-mail;First;Status", "Ativo", "Inativo"),
        ("E-mail;First;Status", "ACTIVE", "Bloqueado"),
    ] {
        let folder = Folder::new();
        let file = format!("{header}\nann@ex.co;Ann;{active}\nbo@ex.co;Bo;{inactive}\n");
        folder.write("u.csv", file);
        folder.done("import u.csv");
        assert_eq!(folder.emails("--active"), ["ann@ex.co"], "{header}");
        assert_eq!(folder.emails("--inactive"), ["bo@ex.co"], "{header}");
    }
    // A header that asks for the opposite.
    let folder = Folder::new();
    folder.write(
        "u.csv",
        "email;De\u{301}sactive\u{301}\nann@ex.co;non\nbo@ex.co;oui\n",
    );
    folder.done("import u.csv");
    assert_eq!(folder.emails("--active"), ["ann@ex.co"]);
}

#[test]
fn an_unknown_word_is_refused_with_those_that_are_known() {
    let folder = Folder::new();
    folder.write(
        "u.csv",
        "email,Status\nann@ex.co,active\nbo@ex.co,en cours\n",
    );
    let refused = folder.refused("import u.csv");
    assert_says(
        &refused,
        &[
            "line 3, bo@ex.co: Status: \"en cours\" is not a known state",
            "active, enabled, yes, true or 1",
            "suspended, blocked",
            "--ignore 'Status'",
        ],
    );
}
