//! A pipe that has a path has its bytes only once, as standard input does.

use crate::folder::Folder;

#[test]
fn every_row_of_a_pipe_is_imported() {
    let rows = ["ann", "bob", "cho"].map(|name| format!("{{\"email\":\"{name}@ex.co\"}}\n"));
    for path in ["-", "/dev/stdin", "/dev/fd/0"] {
        let folder = Folder::new();
        let run = folder.run_with_input(&format!("import {path}"), rows.concat());
        assert_eq!((run.code, &*run.err), (0, ""), "{path}");
        assert_eq!(
            folder.emails(""),
            ["ann@ex.co", "bob@ex.co", "cho@ex.co"],
            "{path}"
        );
    }
    let folder = Folder::new();
    folder.write("dee.csv", "email\ndee@ex.co\n");
    folder.run_with_input("import /dev/stdin dee.csv", rows.concat());
    assert_eq!(folder.emails("").len(), 4);
}

#[test]
fn an_export_comes_through_a_pipe() {
    let folder = Folder::with_enterprise();
    folder.done("users create ann@ex.co");
    let export = folder.done("export");
    for path in ["-", "/dev/stdin"] {
        let copy = Folder::new();
        let run = copy.run_with_input(&format!("import {path}"), &export);
        assert_eq!((run.code, &*run.err), (0, ""), "{path}");
        assert_eq!(copy.done("export"), export, "{path}");
    }
}
