//! Projects outside this tree are built against the installed library, with `pkg-config` and with
//! `cmake`, in C and in C++, shared and static.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{library, tools};

/// What `examples/c/quickstart.c` prints.
const PRINTED: &str = "1 of 5 seats in use, 1 inactive\n";

/// The same in C++, with the C++ header if there is one.
const PROGRAM_CPP: &str = r#"
#include <headcount.h>
#include <headcount_packed.h>
#if __has_include(<headcount.hpp>)
#include <headcount.hpp>
#endif
#include <iostream>

int main()
{
    hc_directory *users = nullptr;
    hc_seats seats = HC_SEATS_INIT;
    int failed = hc_directory_open_in_memory(nullptr, &users, nullptr);
    failed |= hc_user_create(users, HC_STR("steve@ex.co"), nullptr, nullptr, nullptr);
    failed |= hc_user_create(users, HC_STR("ann@ex.co"), nullptr, nullptr, nullptr);
    failed |= hc_user_deactivate(users, HC_STR("steve@ex.co"), nullptr, nullptr);
    failed |= hc_directory_get_seats(users, &seats, nullptr);
    hc_directory_free(users);
    std::cout << seats.active << " of " << seats.limit << " seats in use, "
              << seats.inactive << " inactive\n";
    return failed;
}
"#;

const CMAKE: &str = "
cmake_minimum_required(VERSION 3.16)
project(outside C CXX)
set(CMAKE_CXX_STANDARD 17)
find_package(headcount 0.1 REQUIRED CONFIG)
find_package(headcount REQUIRED CONFIG) # twice does no harm
foreach(language c cpp)
    add_executable(${language}_shared quickstart.${language})
    target_link_libraries(${language}_shared PRIVATE headcount::headcount)
    add_executable(${language}_static quickstart.${language})
    target_link_libraries(${language}_static PRIVATE headcount::static)
endforeach()
";

/// A folder outside of this tree with the programs in it.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let quickstart = tools::root().join("examples/c/quickstart.c");
    fs::copy(quickstart, folder.path().join("quickstart.c")).unwrap();
    fs::write(folder.path().join("quickstart.cpp"), PROGRAM_CPP).unwrap();
    folder
}

#[test]
fn pkg_config_finds_it() {
    if !tools::have(&["gcc", "g++", "pkg-config", "readelf"]) {
        return;
    }
    assert_eq!(pkg_config(&["--modversion"]), [env!("CARGO_PKG_VERSION")]);
    let folder = project();
    for (compiler, source) in [("gcc", "quickstart.c"), ("g++", "quickstart.cpp")] {
        for how in ["shared", "archive", "static"] {
            let program = folder.path().join(how);
            let mut command = Command::new(compiler);
            command.current_dir(folder.path()).arg(source).arg("-o");
            command.arg(&program).args(pkg_config(&["--cflags"]));
            match how {
                "shared" => command.args(pkg_config(&["--libs"])),
                // Only this library is static, because its path is named.
                "archive" => command
                    .arg(library::prefix().join("lib/libheadcount.a"))
                    .args(private_libraries())
                    .arg("-Wl,--strip-debug"),
                // All libraries are static, down to the C library.
                _ => command
                    .args(["-static", "-Wl,--strip-debug"])
                    .args(pkg_config(&["--static", "--libs"])),
            };
            tools::run(&mut command);
            check(&program, how == "shared");
        }
    }
}

#[test]
fn cmake_finds_it() {
    if !tools::have(&["gcc", "g++", "cmake", "readelf"]) {
        return;
    }
    let folder = project();
    fs::write(folder.path().join("CMakeLists.txt"), CMAKE).unwrap();
    tools::run(&mut cmake(folder.path()));
    tools::run(
        Command::new("cmake")
            .arg("--build")
            .arg(folder.path().join("build")),
    );
    for language in ["c", "cpp"] {
        for how in ["shared", "static"] {
            let program = folder.path().join(format!("build/{language}_{how}"));
            check(&program, how == "shared");
        }
    }
}

/// A package may lack the static library, also in a folder with a space in its name.
#[test]
fn cmake_does_without_the_static_library() {
    if !tools::have(&["gcc", "g++", "cmake"]) {
        return;
    }
    let folder = project();
    let prefix = folder.path().join("a prefix");
    let mut copy = Command::new("cp");
    tools::run(copy.arg("-a").arg(library::prefix()).arg(&prefix));
    fs::remove_file(prefix.join("lib/libheadcount.a")).unwrap();
    let shared = CMAKE
        .lines()
        .filter(|line| !line.contains("_static"))
        .collect::<Vec<_>>();
    fs::write(folder.path().join("CMakeLists.txt"), shared.join("\n")).unwrap();
    let mut cmake = cmake(folder.path());
    tools::run(cmake.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display())));
    let build = folder.path().join("build");
    tools::run(Command::new("cmake").arg("--build").arg(&build));
    let mut program = Command::new(build.join("cpp_shared"));
    let printed = tools::run(program.env("LD_LIBRARY_PATH", prefix.join("lib")));
    assert_eq!(printed, PRINTED);
}

/// A request for a newer or an incompatible version is refused.
#[test]
fn cmake_refuses_what_does_not_fit() {
    if !tools::have(&["gcc", "g++", "cmake"]) {
        return;
    }
    let folder = project();
    for version in ["0.999", "1.0", "0.1.1"] {
        let asks = CMAKE.replace("headcount 0.1 ", &format!("headcount {version} "));
        fs::write(folder.path().join("CMakeLists.txt"), asks).unwrap();
        let output = cmake(folder.path()).output().unwrap();
        assert!(!output.status.success(), "{version} was found");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("compatible"), "{said}");
    }
}

fn cmake(project: &Path) -> Command {
    let mut cmake = Command::new("cmake");
    cmake
        .arg("-S")
        .arg(project)
        .arg("-B")
        .arg(project.join("build"))
        .arg(format!(
            "-DCMAKE_PREFIX_PATH={}",
            library::prefix().display()
        ));
    cmake
}

/// Runs the program, and checks which libraries it loads.
fn check(program: &Path, shared: bool) {
    let lib = library::prefix().join("lib");
    let printed = tools::run(Command::new(program).env("LD_LIBRARY_PATH", lib));
    assert_eq!(printed, PRINTED);
    let needed = tools::run(Command::new("readelf").arg("-d").arg(program));
    let is_needed = needed.contains("[libheadcount.so.1]");
    assert_eq!(is_needed, shared, "{needed}");
}

/// The libraries that a program needs besides the static library itself.
fn private_libraries() -> Vec<String> {
    let mut libraries = pkg_config(&["--static", "--libs-only-l"]);
    libraries.retain(|library| library != "-lheadcount");
    libraries
}

fn pkg_config(arguments: &[&str]) -> Vec<String> {
    let path = library::prefix().join("lib/pkgconfig");
    let mut command = Command::new("pkg-config");
    command.env("PKG_CONFIG_PATH", path);
    let printed = tools::run(command.args(arguments).arg("headcount"));
    printed.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn shared_library_has_its_name_and_its_links() {
    if !tools::have(&["readelf"]) {
        return;
    }
    let lib = library::prefix().join("lib");
    let link = |name: &str| fs::read_link(lib.join(name)).unwrap();
    let file = format!("libheadcount.so.{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(link("libheadcount.so"), Path::new("libheadcount.so.1"));
    assert_eq!(link("libheadcount.so.1"), Path::new(&file));
    // The library has no debug information, but the name of the file that has it.
    let sections = tools::run(Command::new("readelf").arg("-SW").arg(lib.join(&file)));
    assert!(sections.contains(".gnu_debuglink") && !sections.contains(".debug_info"));
    let sections = tools::run(
        Command::new("readelf")
            .arg("-SW")
            .arg(lib.join(format!("{file}.debug"))),
    );
    assert!(sections.contains(".debug_info"));
    let dynamic = tools::run(Command::new("readelf").arg("-d").arg(lib.join(file)));
    assert!(dynamic.contains("soname: [libheadcount.so.1]"), "{dynamic}");
}

/// What means something to sed or to a shell is a part of a name like any other.
#[test]
fn a_prefix_may_have_any_name() {
    if !tools::have(&["make"]) {
        return;
    }
    library::prefix(); // built once by then
    let root = tempfile::tempdir().unwrap();
    let mut make = library::make("install");
    make.arg(format!("DESTDIR={}", root.path().display()));
    make.args([r"PREFIX=/opt/R&D|it's\1", r"INCLUDEDIR=/opt/in & out"]);
    tools::run(&mut make);
    let lib = root.path().join(r"opt/R&D|it's\1/lib");
    let pc = fs::read_to_string(lib.join("pkgconfig/headcount.pc")).unwrap();
    for line in [
        r"prefix=/opt/R&D|it's\1",
        r"libdir=/opt/R&D|it's\1/lib",
        r"includedir=/opt/in & out",
    ] {
        assert!(pc.lines().any(|other| other == line), "{line}: {pc}");
    }
    let config = fs::read_to_string(lib.join("cmake/headcount/headcountConfig.cmake")).unwrap();
    assert!(
        config.contains("\"../../../../in & out/headcount.h\""),
        "{config}"
    );
}

/// Packagers can install into a staging folder and choose the folders below it; and an installation
/// can be removed.
#[test]
fn packagers_can_stage_it() {
    if !tools::have(&["cmake"]) {
        return;
    }
    library::prefix(); // builds the library once, before
    let root = tempfile::tempdir().unwrap();
    let make = |target: &str| {
        let mut make = library::make(target);
        make.arg(format!("DESTDIR={}/a root", root.path().display()));
        make.args(["PREFIX=/usr", "LIBDIR=/usr/lib/x86_64-linux-gnu"]);
        tools::run(&mut make);
    };
    make("install");
    let staged = root.path().join("a root");
    let lib = staged.join("usr/lib/x86_64-linux-gnu");
    for (folder, file) in [
        (&lib, "libheadcount.a"),
        (&lib, "libheadcount.so"),
        (&lib, "cmake/headcount/headcountConfigVersion.cmake"),
        (&staged.join("usr/include"), "headcount.h"),
        (&staged.join("usr/include"), "headcount_packed.h"),
        (&staged.join("usr/share/doc/headcount"), "packed.md"),
        (&staged.join("usr/share/doc/headcount"), "c-api.md"),
        (&staged.join("usr/share/doc/headcount"), "headcount.json"),
    ] {
        assert!(folder.join(file).is_file(), "{file}");
    }
    let pc = fs::read_to_string(lib.join("pkgconfig/headcount.pc")).unwrap();
    assert!(pc.contains("\nlibdir=/usr/lib/x86_64-linux-gnu\n"), "{pc}");
    assert!(
        !pc.contains('@') && !pc.contains(root.path().to_str().unwrap()),
        "{pc}"
    );
    let config = fs::read_to_string(lib.join("cmake/headcount/headcountConfig.cmake")).unwrap();
    assert!(
        config.contains("\"../../../../include/headcount.h\""),
        "{config}"
    );

    make("uninstall");
    let left = tools::run(Command::new("find").arg(root.path()).args(["-type", "f,l"]));
    assert_eq!(left, "");
}

/// The Makefile's list of libraries for static linking is the one that rustc prints.
#[test]
fn private_libraries_are_those_that_rustc_names() {
    if !tools::have(&[]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("empty.rs");
    fs::write(&source, "").unwrap();
    let mut rustc = Command::new("rustc");
    rustc.args(["--crate-type", "staticlib", "--print", "native-static-libs"]);
    let output = rustc
        .arg(&source)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let named = said
        .lines()
        .find_map(|line| line.split_once("native-static-libs: "));
    let (_, named) = named.unwrap_or_else(|| panic!("{said}"));
    let by_the_compiler = ["-lgcc_s", "-lc"];
    let mut named: Vec<_> = named
        .split_whitespace()
        .filter(|name| !by_the_compiler.contains(name))
        .collect();
    let makefile = fs::read_to_string(tools::root().join("Makefile")).unwrap();
    let line = makefile
        .lines()
        .find_map(|line| line.strip_prefix("STATIC_LIBS := "));
    let mut listed: Vec<_> = line.unwrap().split_whitespace().collect();
    named.sort_unstable();
    listed.sort_unstable();
    assert_eq!(listed, named);
}
