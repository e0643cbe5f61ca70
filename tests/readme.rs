//! The README shows tested programs: its Rust is run as a doc test, its C and C++ by the tests of
//! the C ABI and of the C++ header.

const README: &str = include_str!("../README.md");

#[test]
fn the_c_program_is_the_one_that_is_tested() {
    let program = include_str!("../examples/c/quickstart.c");
    assert!(
        README.contains(&format!("```c\n{program}```")),
        "copy examples/c/quickstart.c"
    );
}

#[test]
fn the_cpp_program_is_the_one_that_is_tested() {
    let program = include_str!("../examples/cpp/quickstart.cpp");
    assert!(
        README.contains(&format!("```cpp\n{program}```")),
        "copy examples/cpp/quickstart.cpp"
    );
}

#[test]
fn the_first_command_names_a_file_that_is_there() {
    let command = "cargo run --release -- import examples/data/keycloak-realm.json";
    assert!(README.contains(command));
    assert!(std::path::Path::new("examples/data/keycloak-realm.json").exists());
}
