//! Changes outlive the users whom they concern, so they hold no personal data.
//! `src/directory/tests.rs` checks the same for the bytes on disk.

use headcount::{NewUser, UserUpdate};

use crate::helpers::{changes_after, on_both_engines};

#[test]
fn no_text_about_a_user_is_in_a_change() {
    on_both_engines(|directory| {
        let user = NewUser::new("zoe.quux@ex.co")
            .username("zquux")
            .given_name("Zoe")
            .family_name("Quux")
            .attribute("badge", "Q-17");
        let zoe = directory.create_user(user).unwrap().id();
        let update = UserUpdate::new()
            .email("zoe.vex@ex.co")
            .username("zvex")
            .given_name("Zoë")
            .family_name("Vex")
            .attribute("badge", "V-18");
        directory.update_user(zoe, update).unwrap();
        directory.deactivate_user(zoe).unwrap();
        directory.delete_user(zoe).unwrap();

        let changes = changes_after(directory, 0);
        assert_eq!(changes.len(), 4);
        let json = serde_json::to_string(&changes).unwrap().to_lowercase();
        let debug = format!("{changes:?}").to_lowercase();
        for word in [
            "zoe", "zoë", "quux", "vex", "badge", "q-17", "v-18", "@", "ex.co",
        ] {
            assert!(!json.contains(word), "{word} in {json}");
            assert!(!debug.contains(word), "{word} in {debug}");
        }
        // The id tells a follower whom to forget.
        assert_eq!(json.matches(&zoe.to_string()).count(), 4);
    });
}
