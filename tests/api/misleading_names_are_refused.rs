//! Names that are invisible, are displayed as another name, or look like another user's are
//! refused.

use headcount::{Batch, Directory, ErrorKind, NewUser, NewWorkspace, UserUpdate};

use crate::helpers::{create, on_both_engines, refusal};

/// `ann` with a Cyrillic а.
const FAKE_ANN: &str = "\u{430}nn";

fn workspace(directory: &Directory, name: &str) -> Result<String, headcount::Error> {
    let made = directory.create_workspace(NewWorkspace::new(name).owner("bob@ex.co"))?;
    Ok(made.name().to_owned())
}

#[test]
fn names_with_invisible_characters_are_refused() {
    on_both_engines(|directory| {
        create(directory, "bob@ex.co");
        for name in [
            "\u{200b}",
            "Fraud\u{200b}models",
            "\u{202e}sledom",
            "a\u{2066}b",
            "a\u{ad}b",
            "\u{301}",
            "\u{301}a",
        ] {
            let refused = workspace(directory, name);
            assert_eq!(refusal(refused), ErrorKind::InvalidArgument, "{name:?}");
            for new in [
                NewUser::new("ann@ex.co").given_name(name),
                NewUser::new("ann@ex.co").family_name(name),
            ] {
                let refused = directory.create_user(new);
                assert_eq!(refusal(refused), ErrorKind::InvalidArgument, "{name:?}");
            }
        }
        assert_eq!(
            workspace(directory, "Fraud\u{a0}\u{3000} models ").unwrap(),
            "Fraud models"
        );
        let taken = workspace(directory, "fraud  MODELS");
        assert_eq!(refusal(taken), ErrorKind::WorkspaceNameTaken);
        let ann = NewUser::new("ann@ex.co").given_name(" Ann  Mary\u{2003}");
        assert_eq!(
            directory.create_user(ann).unwrap().given_name(),
            Some("Ann Mary")
        );
    });
}

#[test]
fn a_username_does_not_begin_with_a_mark() {
    on_both_engines(|directory| {
        for name in ["\u{301}", "\u{301}ann"] {
            let error = directory
                .create_user(NewUser::new("ann@ex.co").username(name))
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidUsername, "{name:?}");
        }
        directory
            .create_user(NewUser::new("ann@ex.co").username("e\u{301}"))
            .unwrap();
    });
}

#[test]
fn a_username_that_looks_like_anothers_is_refused_by_name() {
    on_both_engines(|directory| {
        let ann = directory
            .create_user(NewUser::new("ann@ex.co").username("Ann"))
            .unwrap();
        let fake = || NewUser::new("eve@ex.co").username(FAKE_ANN);
        let error = directory.create_user(fake()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UsernameTaken);
        assert_eq!(
            error.to_string(),
            "the username \"\u{430}nn\" looks like \"Ann\", which another user has; choose one \
             that can be told apart"
        );
        assert!(
            directory.user(FAKE_ANN).unwrap().is_none(),
            "it names nobody"
        );

        // The first one gets it, also the other way round and within one batch.
        directory
            .update_user("ann", UserUpdate::new().username("other"))
            .unwrap();
        directory.create_user(fake()).unwrap();
        let back = UserUpdate::new().username("ANN");
        let error = directory.update_user("other", back.clone()).unwrap_err();
        assert!(
            error.to_string().contains("looks like \"\u{430}nn\""),
            "{error}"
        );
        let batch = Batch::new()
            .delete_user(FAKE_ANN)
            .update_user(ann.id(), back);
        directory.apply(batch).unwrap();
        let both = Batch::new()
            .create_user(NewUser::new("x@ex.co").username("p\u{43e}p"))
            .create_user(NewUser::new("y@ex.co").username("po\u{440}"));
        let error = directory.apply(both).unwrap_err();
        assert_eq!(
            (error.kind(), error.op_index()),
            (ErrorKind::UsernameTaken, Some(1))
        );
        directory.verify().unwrap();
    });
}

#[test]
fn a_workspace_name_that_looks_like_anothers_is_refused_by_name() {
    on_both_engines(|directory| {
        create(directory, "bob@ex.co");
        workspace(directory, "Fraud models").unwrap();
        let error = workspace(directory, "Fr\u{430}ud m\u{43e}dels").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WorkspaceNameTaken);
        assert_eq!(
            error.to_string(),
            "the name \"Fr\u{430}ud m\u{43e}dels\" looks like \"Fraud models\", which another \
             workspace has; choose one that can be told apart"
        );
        // Names in a single script are accepted.
        for name in ["Jaeger", "Jæger", "Модели", "模型", "Łódź"] {
            workspace(directory, name).unwrap();
        }
        directory.verify().unwrap();
    });
}
