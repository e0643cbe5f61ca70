//! The cases that a command can't do, and why. The runner tries each of them: one that it can do
//! doesn't belong here.

/// On a file and through a server.
const EVERYWHERE: &str = "
a child of fork is refused = a command has no child
a child of fork is refused in memory too = a command has no child
a closed directory says so = no command outlives the closing
figures count from the opening = each command opens the directory anew
figures of a directory in memory = the directory is in a file
a limit is from 1 to 10,000 = the command reads as many pages as it takes
a sighting is no change = no verb says that a user was seen
a change says through which door it came = a command's door is `command`, or the server's
a directory writes through a door = a command's door is `command`, or the server's
many users are found at once, in the order of what they are asked by = a verb finds one user, or those who meet conditions
lines that are no export are refused = `import` takes them as users
";

/// On a file, which is closed between commands.
const ON_A_FILE: &str = "
one handle has the file = it is closed between commands
a file is kept from upkeep while it is open = it is closed between commands
a file is read without being written = a command decides how it opens the file
a file that was not closed needs its log = each command closes it
the log of another file is refused = each command closes it, and no log is left
a file that is taken away is not written to = the next command finds none
";

/// Through a server, which has the file open.
const THROUGH_A_SERVER: &str = "
a preview and a dry run write nothing = what is malformed is told without asking the server, and then alone
an export makes the same directory = `import` of an export needs the file
";

/// The cases to leave out, and the reason for each.
pub fn all(through_server: bool) -> impl Iterator<Item = (&'static str, &'static str)> {
    let more = if through_server {
        THROUGH_A_SERVER
    } else {
        ON_A_FILE
    };
    let lines = EVERYWHERE.lines().chain(more.lines());
    lines.filter_map(|line| line.split_once(" = "))
}
