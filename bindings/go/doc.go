// Package headcount is an embedded user directory that never has more active users
// than seats.
//
// A [Directory] is one file, which this process has open. It contains users, a license that
// says how many of them may be active, workspaces with their members, and every change that
// was made. When a call that writes returns, its changes are on disk.
//
//	dir, err := headcount.Open("users.redb", nil)
//	if err != nil {
//		return err
//	}
//	defer dir.Close()
//	user, err := dir.CreateUser(headcount.NewUser{Email: "steve@ex.co", Username: "steve"})
//	if errors.Is(err, headcount.ErrNoFreeSeat) {
//		// deactivate somebody, or install a larger license
//	}
//
// # Users are named by text
//
// A parameter called ref takes a user's id as text, an email or a username. Emails and
// usernames are compared without regard to case.
//
// # Values
//
// Users, workspaces, changes and all other results are plain values: they own their
// memory, later changes don't affect them, and they need no closing. Only
// [Directory] and [Feed] have a Close, which may be called more than once.
//
// # JSON
//
// Results and errors are written by [encoding/json], with keys in snake case and without
// those of empty values. [NewUser], [UserUpdate], [Query] and [Batch] are read from it;
// they refuse a key that they don't know. The last three can't be written.
//
// # Goroutines
//
// All methods may be called by any goroutine at any time. [Directory.Close] makes
// calls that are under way, and those that follow, return [ErrClosed].
//
// # Errors
//
// Refusals are of type [*Error], with a [Kind], a message that says what to do, and
// the numbers behind it. Kinds are errors themselves, for [errors.Is]. A call that
// failed changed nothing, unless its kind is [ErrOutcomeUnknown].
package headcount
