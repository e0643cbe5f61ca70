package headcount

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// What callers give, from JSON: the keys are those that the server and the command read. Like
// these, users, updates, queries and batches refuse a key that they don't know.

// UnmarshalJSON reads a license from a text, as [ParseLicense] does, or a number of seats.
func (l *License) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	return l.UnmarshalText([]byte(strings.Trim(string(text), `"`)))
}

// UnmarshalJSON reads the id of a workspace from a number, or its name from a text.
func (w *WorkspaceRef) UnmarshalJSON(text []byte) error {
	*w = WorkspaceRef{}
	if strings.HasPrefix(string(text), `"`) {
		return json.Unmarshal(text, &w.name)
	}
	return json.Unmarshal(text, &w.id)
}

var sortNames = map[string]Sort{"email": ByEmail, "username": ByUsername, "created": ByCreation}

// UnmarshalText reads "email", "username" or "created", or fails with
// [ErrInvalidArgument].
func (s *Sort) UnmarshalText(text []byte) error {
	sort, found := sortNames[string(text)]
	if !found {
		return invalid("an order is email, username or created, not %q", text)
	}
	*s = sort
	return nil
}

// strictly reads a value, and refuses keys that it doesn't have.
func strictly(text []byte, value any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(value)
}

func invalid(format string, values ...any) error {
	return &Error{Kind: ErrInvalidArgument, Message: fmt.Sprintf(format, values...), Operation: -1}
}

// UnmarshalJSON reads a user to create from an object. A user whose "active" is false is
// inactive; other keys are those of [User].
func (u *NewUser) UnmarshalJSON(text []byte) error {
	type fields NewUser
	given := struct {
		*fields
		Active *bool `json:"active"`
	}{fields: (*fields)(u)}
	err := strictly(text, &given)
	if given.Active != nil {
		u.Inactive = !*given.Active
	}
	return err
}

// MarshalJSON returns the user to create as an object that UnmarshalJSON reads.
func (u NewUser) MarshalJSON() ([]byte, error) {
	type fields NewUser
	return json.Marshal(struct {
		fields
		Active bool `json:"active"`
	}{fields(u), !u.Inactive})
}

// UnmarshalJSON reads an update from an object with the keys of [User] that change, and
// "if_version" and "replace_attributes". A null removes a name, an attribute or an external
// id; a "username" of null makes the username the email again.
func (u *UserUpdate) UnmarshalJSON(text []byte) error {
	type fields UserUpdate
	given := struct {
		*fields
		Attributes  map[string]*string `json:"attributes"`
		ExternalIDs map[string]*string `json:"external_ids"`
	}{fields: (*fields)(u)}
	var values map[string]json.RawMessage
	if err := strictly(text, &given); err != nil {
		return err
	}
	if err := json.Unmarshal(text, &values); err != nil {
		return err
	}
	isNull := func(key string) bool { return string(values[key]) == "null" }
	u.ResetUsername = isNull("username")
	if isNull("given_name") {
		u.GivenName = new("")
	}
	if isNull("family_name") {
		u.FamilyName = new("")
	}
	u.SetAttributes, u.RemoveAttributes = setAndRemoved(given.Attributes)
	u.SetExternalIDs, u.RemoveExternalIDs = setAndRemoved(given.ExternalIDs)
	return nil
}

// setAndRemoved are the values to set, and the names of those to remove in order.
func setAndRemoved(given map[string]*string) (set map[string]string, removed []string) {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if value := given[name]; value == nil {
			removed = append(removed, name)
		} else {
			if set == nil {
				set = make(map[string]string)
			}
			set[name] = *value
		}
	}
	return set, removed
}

// UnmarshalJSON reads a query from an object. Its "active" says which State it is, its
// "admins" and "role" are AdminsOnly and MemberRole, and its "sort" is a text. A "limit" of
// 0 is refused by the query, rather than being the default.
func (q *Query) UnmarshalJSON(text []byte) error {
	type fields Query
	given := struct {
		*fields
		Active *bool `json:"active"`
		Limit  *int  `json:"limit"`
	}{fields: (*fields)(q)}
	if err := strictly(text, &given); err != nil {
		return err
	}
	if given.Active != nil {
		q.State = map[bool]State{true: OnlyActive, false: OnlyInactive}[*given.Active]
	}
	if given.Limit != nil {
		q.Limit = *given.Limit
		if q.Limit == 0 {
			q.Limit = -1
		}
	}
	return nil
}

// UnmarshalJSON reads a batch from an object with "operations", "actor", "door",
// "request_id" and "allow_ownerless". An operation is an object too: "op" is its name, such
// as "create_user", and its other keys are those that the command headcount batch reads, but
// for the external ids of a new workspace. They are appended to the operations of the batch,
// which stays as it was on an error. A name that no operation has fails with
// [ErrInvalidArgument], and so does an empty door.
func (b *Batch) UnmarshalJSON(text []byte) error {
	type fields Batch
	read := *b
	read.operations = slices.Clip(b.operations)
	given := struct {
		*fields
		Door       *string           `json:"door"`
		Operations []json.RawMessage `json:"operations"`
	}{fields: (*fields)(&read)}
	if err := strictly(text, &given); err != nil {
		return err
	}
	if given.Door != nil {
		if read.Door = *given.Door; read.Door == "" {
			return invalid("a door has 1 to 32 letters, digits and -_.:/ of ASCII; leave it out for none")
		}
	}
	for i, operation := range given.Operations {
		if err := read.appendJSON(operation); err != nil {
			if refused, is := err.(*Error); is {
				refused.Operation = i
			}
			return err
		}
	}
	*b = read
	return nil
}

// operationJSON is an operation with the arguments that any has, but for the users to create
// and to update.
type operationJSON struct {
	// Op is its name.
	Op string `json:"op"`
	// IfVersion is the expected version; nil is any.
	IfVersion *uint64 `json:"if_version"`
	// User names a user.
	User string `json:"user"`
	// Workspace names a workspace.
	Workspace WorkspaceRef `json:"workspace"`
	// Role is that of a member.
	Role Role `json:"role"`
	// Name is that of a workspace.
	Name string `json:"name"`
	// Owner names the first owner of a workspace.
	Owner string `json:"owner"`
	// Provisioner is the one whose id of a workspace is set.
	Provisioner string `json:"provisioner"`
	// ID is that id.
	ID string `json:"id"`
	// License is the license to set.
	License License `json:"license"`
}

func (b *Batch) appendJSON(text []byte) error {
	var o operationJSON
	var user NewUser
	var update UserUpdate
	err := json.Unmarshal(text, &o)
	switch {
	case err != nil:
	case o.Op == "create_user":
		err = readWithout(text, &user, "op")
	case o.Op == "update_user":
		err = readWithout(text, &update, "op", "user")
	default:
		err = strictly(text, &o)
	}
	if err != nil {
		return err
	}
	var appended *Operation
	switch o.Op {
	case "create_user":
		appended = b.CreateUser(user)
	case "update_user":
		appended = b.UpdateUser(o.User, update)
	case "activate_user":
		appended = b.ActivateUser(o.User)
	case "deactivate_user":
		appended = b.DeactivateUser(o.User)
	case "delete_user":
		appended = b.DeleteUser(o.User)
	case "set_license":
		appended = b.SetLicense(o.License)
	case "create_workspace":
		appended = b.CreateWorkspace(o.Name, o.Owner)
	case "default_workspace":
		appended = b.DefaultWorkspace(o.User)
	case "rename_workspace":
		appended = b.RenameWorkspace(o.Workspace, o.Name)
	case "set_workspace_external_id":
		appended = b.SetWorkspaceExternalID(o.Workspace, o.Provisioner, o.ID)
	case "archive_workspace":
		appended = b.ArchiveWorkspace(o.Workspace)
	case "restore_workspace":
		appended = b.RestoreWorkspace(o.Workspace)
	case "delete_workspace":
		appended = b.DeleteWorkspace(o.Workspace)
	case "add_member":
		appended = b.AddMember(o.Workspace, o.User, o.Role)
	case "set_role":
		appended = b.SetRole(o.Workspace, o.User, o.Role)
	case "remove_member":
		appended = b.RemoveMember(o.Workspace, o.User)
	default:
		return invalid("there is no operation %q", o.Op)
	}
	if o.IfVersion != nil {
		appended.IfVersion(*o.IfVersion)
	}
	return nil
}

// readWithout reads a value from an object that has keys besides.
func readWithout(text []byte, value any, keys ...string) error {
	var given map[string]json.RawMessage
	if err := json.Unmarshal(text, &given); err != nil {
		return err
	}
	for _, key := range keys {
		delete(given, key)
	}
	rest, err := json.Marshal(given)
	if err != nil {
		return err
	}
	return json.Unmarshal(rest, value)
}
