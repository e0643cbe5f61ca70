package headcount

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

func (o callArguments) text(key string) string {
	if o[key] == nil {
		return ""
	}
	return fmt.Sprint(o[key])
}

func (o callArguments) number(key string) uint64 {
	var number uint64
	fmt.Sscan(o.text(key), &number)
	return number
}

func (o callArguments) is(key string) bool { return o[key] == true }

func (o callArguments) id(key string) (id ID, err error) {
	if o[key] != nil {
		id, err = ParseID(o.text(key))
	}
	return id, err
}

func (o callArguments) time(key string) time.Time {
	at, _ := time.Parse(time.RFC3339, o.text(key))
	return at
}

type callArguments object

// texts are the values of a member, and the names of those that are null.
func (o callArguments) texts(key string) (set map[string]string, removed []string) {
	members, _ := o[key].(object)
	set = map[string]string{}
	for name, value := range members {
		if text, said := value.(string); said {
			set[name] = text
		} else {
			removed = append(removed, name)
		}
	}
	return set, removed
}

// session is what a case has: a folder, the directory in use, and perhaps a feed.
type session struct {
	folder    string
	directory *Directory
	feed      *Feed
}

func (s *session) end() {
	if s.feed != nil {
		s.feed.Close()
	}
	if s.directory != nil {
		s.directory.Close() // A case may have taken its file away.
	}
}

func (s *session) open(given object) error {
	in := callArguments(given)
	options := &Options{ReadOnly: in.is("read_only"), MustExist: in["create_if_missing"] == false}
	if in["license"] != nil {
		license, err := ParseLicense(in.text("license"))
		if err != nil {
			return err
		}
		options.License = license
	}
	d, err := OpenInMemory(options)
	if in["path"] != nil {
		d, err = Open(filepath.Join(s.folder, in.text("path")), options)
	}
	if err != nil {
		return err
	}
	if s.directory != nil {
		s.directory.Close()
	}
	s.directory = d
	return nil
}

func (s *session) call(name string, given object, actor, door any) (any, error) {
	in := callArguments(given)
	path := func(key string) string { return filepath.Join(s.folder, in.text(key)) }
	d := s.directory
	if actor != nil {
		id, err := ParseID(actor.(string))
		if err != nil {
			return nil, err
		}
		if d, err = d.ActingAs(id); err != nil {
			return nil, err
		}
	}
	if door != nil {
		var err error
		if d, err = d.Through(door.(string)); err != nil {
			return nil, err
		}
	}
	switch name {
	case "open":
		return nil, s.open(given)
	case "touch_user":
		return nil, d.TouchUser(in.text("user"))
	case "last_seen":
		seen, err := d.LastSeen(in.text("user"))
		return timeOrNull(seen), err
	case "close":
		return nil, d.Close()
	case "backup":
		c, err := d.Backup(path("path"), in.is("overwrite"))
		return object{"users": c.Users, "sequence": c.Sequence}, err
	case "restore":
		c, err := Restore(path("backup"), path("path"), in.is("overwrite"))
		return object{"users": c.Users, "sequence": c.Sequence}, err
	case "export":
		file, err := os.Create(path("path"))
		if err != nil {
			return nil, err
		}
		return nil, errors.Join(d.Export(file), file.Close())
	case "load":
		file, err := os.Open(path("path"))
		if err != nil {
			return nil, err
		}
		defer file.Close()
		return nil, d.Load(file)
	case "copy_file":
		bytes, err := os.ReadFile(path("from"))
		return nil, errors.Join(err, os.WriteFile(path("to"), bytes, 0o600))
	case "write_file":
		return nil, os.WriteFile(path("path"), []byte(in.text("text")), 0o600)
	case "remove_file":
		return nil, os.Remove(path("path"))
	case "exists":
		_, err := os.Stat(path("path"))
		return err == nil, nil
	case "follow":
		feed, err := d.Follow(in.number("after"))
		s.feed = feed
		return nil, err
	case "position":
		return s.feed.Position(), nil
	case "next":
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(in.number("timeout_ms"))*time.Millisecond)
		defer cancel()
		change, got, err := s.feed.TryNext()
		if err == nil && !got {
			change, err = s.feed.Next(ctx)
		}
		if errors.Is(err, context.DeadlineExceeded) {
			return nil, nil
		}
		return showChange(change), err
	}
	return call(d, name, in)
}

func call(d *Directory, name string, in callArguments) (any, error) {
	ref := in.text("user")
	switch name {
	case "create_user", "update_user":
		if name == "create_user" {
			user, err := newUser(in)
			if err != nil {
				return nil, err
			}
			return showUser(d.CreateUser(user))
		}
		return showUser(d.UpdateUser(ref, userUpdate(in)))
	case "activate_user":
		return showUser(d.ActivateUser(ref))
	case "deactivate_user":
		return showUser(d.DeactivateUser(ref))
	case "delete_user":
		u, _ := d.User(ref)
		return u.ID, d.DeleteUser(ref)
	case "user":
		return perhaps(showUser(d.User(ref)))
	case "user_by_id":
		id, err := in.id("id")
		if err != nil {
			return nil, err
		}
		return perhaps(showUser(d.UserByID(id)))
	case "user_by_email":
		return perhaps(showUser(d.UserByEmail(in.text("email"))))
	case "users_by_emails", "users_by_ids":
		return usersBy(d, in)
	case "user_by_username":
		return perhaps(showUser(d.UserByUsername(in.text("username"))))
	case "user_by_external_id":
		return perhaps(showUser(d.UserByExternalID(in.text("provisioner"), in.text("id"))))
	case "workspace_by_external_id":
		return perhaps(showWorkspace(d.WorkspaceByExternalID(in.text("provisioner"), in.text("id"))))
	case "users":
		return showAll(d.Users(), func(u User) any { return mapUser(u) })
	case "query", "count":
		query, err := userQuery(d, in)
		if err != nil {
			return nil, err
		}
		if name == "count" {
			return d.Count(query)
		}
		page, err := d.Query(query)
		users := []any{}
		for _, u := range page.Users {
			users = append(users, mapUser(u))
		}
		return object{"users": users, "next": orNull(page.Next)}, err
	case "len":
		return d.Count(Query{})
	case "seats":
		return showSeats(d)
	case "seat_history":
		history, err := d.SeatHistory(in.time("since"))
		days := []any{}
		for _, of := range history.Days {
			days = append(days, object{"day": of.Day, "peak": of.Peak, "last": of.Last})
		}
		return object{"since": history.Since, "peak": history.Peak, "peak_day": timeOrNull(history.PeakDay), "days": days}, err
	case "set_license":
		license, err := ParseLicense(in.text("license"))
		if err == nil {
			err = d.SetLicense(license)
		}
		if err != nil {
			return nil, err
		}
		return showSeats(d)
	case "create_workspace":
		ids, _ := in.texts("external_ids")
		if len(ids) == 0 {
			return showWorkspace(d.CreateWorkspace(in.text("name"), in.text("owner")))
		}
		var batch Batch
		batch.CreateWorkspace(in.text("name"), in.text("owner"))
		for provisioner, id := range ids {
			batch.SetWorkspaceExternalID(WorkspaceName(in.text("name")), provisioner, id)
		}
		if _, err := d.Apply(&batch); err != nil {
			return nil, err
		}
		return showWorkspace(d.WorkspaceByName(in.text("name")))
	case "default_workspace":
		return showWorkspace(d.DefaultWorkspace(ref))
	case "workspaces":
		return showAll(d.Workspaces(), func(w Workspace) any { return mapWorkspace(w) })
	case "workspaces_of":
		return showMembers(d.WorkspacesOf(ref))
	case "apply", "dry_run", "preview":
		return applyBatch(d, name, in)
	case "changes":
		feed, err := d.Follow(in.number("after"))
		if err != nil {
			return nil, err
		}
		defer feed.Close()
		changes := []any{}
		for {
			change, got, err := feed.TryNext()
			if err != nil || !got {
				return changes, err
			}
			changes = append(changes, showChange(change))
		}
	case "trim_changes":
		return d.TrimChanges(in.number("before"))
	case "verify":
		v, err := d.Verify()
		return object{"active": v.Active, "inactive": v.Inactive, "deleted": v.Deleted, "workspaces": v.Workspaces,
			"members": v.Members, "changes": v.Changes}, err
	case "stats":
		v, err := d.Stats()
		seats, _ := d.Seats()
		return object{"users_active": v.UsersActive, "users_inactive": v.UsersInactive, "workspaces": v.Workspaces,
			"latest_change": v.LatestChange, "seats_limit": limit(seats.Limit)}, err
	}
	return callWorkspace(d, name, in)
}

func usersBy(d *Directory, in callArguments) (any, error) {
	var users []*User
	var err error
	if emails, said := in["emails"].([]any); said {
		texts := make([]string, len(emails))
		for i, email := range emails {
			texts[i] = email.(string)
		}
		users, err = d.UsersByEmails(texts)
	} else {
		var ids []ID
		for _, text := range in["ids"].([]any) {
			id, failed := ParseID(text.(string))
			err = errors.Join(err, failed)
			ids = append(ids, id)
		}
		if err == nil {
			users, err = d.UsersByIDs(ids)
		}
	}
	shown := []any{}
	for _, user := range users {
		if user == nil {
			shown = append(shown, nil)
		} else {
			shown = append(shown, mapUser(*user))
		}
	}
	return shown, err
}

func callWorkspace(d *Directory, name string, in callArguments) (any, error) {
	w, err := workspace(d, in["workspace"])
	if name == "workspace" {
		return perhaps(showWorkspace(w, err))
	}
	if err != nil {
		return nil, err
	}
	role := Role(0)
	if in["role"] != nil {
		if role, err = ParseRole(in.text("role")); err != nil {
			return nil, err
		}
	}
	switch name {
	case "rename_workspace":
		return showWorkspace(d.RenameWorkspace(w.ID, in.text("name")))
	case "set_workspace_external_id":
		return showWorkspace(d.SetWorkspaceExternalID(w.ID, in.text("provisioner"), in.text("id")))
	case "archive_workspace":
		return showWorkspace(d.ArchiveWorkspace(w.ID))
	case "restore_workspace":
		return showWorkspace(d.RestoreWorkspace(w.ID))
	case "delete_workspace":
		return w.ID, d.DeleteWorkspace(w.ID)
	case "members":
		return showMembers(d.Members(w.ID))
	case "add_member":
		return nil, d.AddMember(w.ID, in.text("user"), role)
	case "set_role":
		return nil, d.SetRole(w.ID, in.text("user"), role)
	case "remove_member":
		return nil, d.RemoveMember(w.ID, in.text("user"))
	}
	panic("no call is named " + name)
}

func workspace(d *Directory, named any) (Workspace, error) {
	if name, isText := named.(string); isText {
		return d.WorkspaceByName(name)
	}
	return d.Workspace(callArguments{"id": named}.number("id"))
}

func newUser(in callArguments) (NewUser, error) {
	id, err := in.id("id")
	user := NewUser{Email: in.text("email"), ID: id, Username: in.text("username"), GivenName: in.text("given_name"),
		FamilyName: in.text("family_name"), Inactive: in["active"] == false, Admin: in.is("admin"), CreatedAt: in.time("created_at")}
	user.Attributes, _ = in.texts("attributes")
	user.ExternalIDs, _ = in.texts("external_ids")
	return user, err
}

func userUpdate(in callArguments) UserUpdate {
	u := UserUpdate{IfVersion: in.number("if_version"), ReplaceAttributes: in.is("replace_attributes")}
	u.SetAttributes, u.RemoveAttributes = in.texts("attributes")
	u.SetExternalIDs, u.RemoveExternalIDs = in.texts("external_ids")
	for key, value := range in {
		switch key {
		case "email":
			u.Email = new(in.text(key))
		case "username":
			if u.ResetUsername = value == nil; value != nil {
				u.Username = new(in.text(key))
			}
		case "given_name":
			u.GivenName = new(in.text(key))
		case "family_name":
			u.FamilyName = new(in.text(key))
		case "admin":
			u.Admin = new(in.is(key))
		}
	}
	return u
}

func userQuery(d *Directory, in callArguments) (q Query, err error) {
	q = Query{AdminsOnly: in.is("admins"), EmailPrefix: in.text("email_prefix"), EmailDomain: in.text("email_domain"),
		UsernamePrefix: in.text("username_prefix"), CreatedSince: in.time("created_since"), ChangedSince: in.time("changed_since"),
		Descending: in.is("descending"), Limit: int(in.number("limit")), After: in.text("after"),
		Sort: map[string]Sort{"": ByEmail, "email": ByEmail, "username": ByUsername, "created": ByCreation}[in.text("sort")]}
	q.Search, q.CreatedBefore, q.ChangedBefore = in.text("search"), in.time("created_before"), in.time("changed_before")
	q.SeenSince, q.SeenBefore = in.time("seen_since"), in.time("seen_before")
	q.Attributes, _ = in.texts("attributes")
	names, _ := in["has_attributes"].([]any)
	for _, name := range names {
		q.HasAttributes = append(q.HasAttributes, name.(string))
	}
	if in["limit"] == json.Number("0") {
		q.Limit = -1 // 0 is the default in Go; no page has less than one user.
	}
	if active, said := in["active"].(bool); said {
		q.State = map[bool]State{true: OnlyActive, false: OnlyInactive}[active]
	}
	if in["member_of"] != nil {
		w, err := workspace(d, in["member_of"])
		if err != nil {
			return q, err
		}
		q.MemberOf = w.ID
	}
	if in["role"] != nil {
		q.MemberRole, err = ParseRole(in.text("role"))
	}
	return q, err
}

func applyBatch(d *Directory, name string, in callArguments) (any, error) {
	b := Batch{AllowOwnerless: in.is("allow_ownerless"), Door: in.text("door")}
	if door := in["door"]; door == "" {
		b.Door = " " // Empty is none in Go; no door is named so either.
	}
	var err, err2 error
	b.Actor, err = in.id("actor")
	b.RequestID, err2 = in.id("request_id")
	if err := errors.Join(err, err2); err != nil {
		return nil, err
	}
	for _, operation := range in["operations"].([]any) {
		op := callArguments(operation.(object))
		if err := addOperation(&b, op.text("op"), op); err != nil {
			return nil, err
		}
	}
	if name == "preview" {
		refusals, err := d.Preview(&b)
		errors := []any{}
		for _, refusal := range refusals {
			errors = append(errors, showError(refusal))
		}
		return errors, err
	}
	apply := d.Apply
	if name == "dry_run" {
		apply = d.DryRun
	}
	applied, err := apply(&b)
	outcomes := []any{}
	for _, o := range applied.Outcomes {
		subject := map[Subject]any{LicenseSubject: "license", UserSubject: object{"user": o.UserID},
			WorkspaceSubject: object{"workspace": o.WorkspaceID},
			MemberSubject:    object{"workspace": o.WorkspaceID, "user": o.UserID}}[o.Subject]
		outcomes = append(outcomes, object{"subject": subject, "changed": o.Changed, "version": o.Version})
	}
	var sequence any
	if applied.Sequence != 0 {
		sequence = applied.Sequence
	}
	return object{"sequence": sequence, "replayed": applied.Replayed, "outcomes": outcomes}, err
}

func addOperation(b *Batch, name string, in callArguments) error {
	ref, w := in.text("user"), WorkspaceID(in.number("workspace"))
	if text, said := in["workspace"].(string); said {
		w = WorkspaceName(text)
	}
	role, err := Role(0), error(nil)
	if in["role"] != nil {
		if role, err = ParseRole(in.text("role")); err != nil {
			return err
		}
	}
	operations := map[string]func() *Operation{
		"create_user": func() (o *Operation) {
			var user NewUser
			user, err = newUser(in)
			return b.CreateUser(user)
		},
		"update_user": func() *Operation {
			update := userUpdate(in)
			update.IfVersion = 0
			return b.UpdateUser(ref, update)
		},
		"activate_user":     func() *Operation { return b.ActivateUser(ref) },
		"deactivate_user":   func() *Operation { return b.DeactivateUser(ref) },
		"delete_user":       func() *Operation { return b.DeleteUser(ref) },
		"create_workspace":  func() *Operation { return b.CreateWorkspace(in.text("name"), in.text("owner")) },
		"default_workspace": func() *Operation { return b.DefaultWorkspace(ref) },
		"rename_workspace":  func() *Operation { return b.RenameWorkspace(w, in.text("name")) },
		"set_workspace_external_id": func() *Operation {
			return b.SetWorkspaceExternalID(w, in.text("provisioner"), in.text("id"))
		},
		"archive_workspace": func() *Operation { return b.ArchiveWorkspace(w) },
		"restore_workspace": func() *Operation { return b.RestoreWorkspace(w) },
		"delete_workspace":  func() *Operation { return b.DeleteWorkspace(w) },
		"add_member":        func() *Operation { return b.AddMember(w, ref, role) },
		"set_role":          func() *Operation { return b.SetRole(w, ref, role) },
		"remove_member":     func() *Operation { return b.RemoveMember(w, ref) },
		"set_license": func() *Operation {
			var license License
			license, err = ParseLicense(in.text("license"))
			return b.SetLicense(license)
		},
	}
	operation := operations[name]()
	if in["if_version"] != nil {
		operation.IfVersion(in.number("if_version"))
	}
	return err
}
