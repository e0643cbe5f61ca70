//! The names of columns in other languages than English.

use super::names::Field;

/// The names that the fields have in other languages, where a name means one field only.
pub(super) const FOREIGN: &[(Field, &[&str])] = &[
    (
        Field::Email,
        &[
            "emailadresse",
            "adresseemail",
            "courriel",
            "correoelectrónico",
            "correoelectronico",
            "indirizzoemail",
            "emailadres",
        ],
    ),
    (
        Field::Username,
        &[
            "benutzername",
            "anmeldename",
            "nomdutilisateur",
            "nombredeusuario",
            "usuario",
            "nomeutente",
            "gebruikersnaam",
        ],
    ),
    (
        Field::GivenName,
        &["vorname", "prénom", "prenom", "voornaam"],
    ),
    (
        Field::FamilyName,
        &[
            "nachname",
            "familienname",
            "nomdefamille",
            "apellido",
            "apellidos",
            "cognome",
            "achternaam",
        ],
    ),
    (
        Field::Active,
        &["aktiv", "actif", "activo", "attivo", "actief", "ativo"],
    ),
    (
        Field::Inactive,
        &[
            "inaktiv",
            "gesperrt",
            "deaktiviert",
            "désactivé",
            "inactif",
            "inactivo",
            "inattivo",
        ],
    ),
    (
        Field::CreatedAt,
        &[
            "erstelltam",
            "erstellungsdatum",
            "datedecréation",
            "datedecreation",
            "fechadecreación",
            "fechadecreacion",
        ],
    ),
];
