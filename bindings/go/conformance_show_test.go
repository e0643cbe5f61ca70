package headcount

import (
	"errors"
	"iter"
	"strings"
)

func perhaps(value any, err error) (any, error) {
	if errors.Is(err, ErrUserNotFound) || errors.Is(err, ErrWorkspaceNotFound) {
		return nil, nil
	}
	return value, err
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func idOrNull(id ID) any {
	if id.IsZero() {
		return nil
	}
	return id
}

func limit(seats uint64) any {
	if seats == NoLimit {
		return nil
	}
	return seats
}

func showUser(u User, err error) (any, error) { return mapUser(u), err }

func mapUser(u User) object {
	attributes := object{}
	for name, value := range u.Attributes() {
		attributes[name] = value
	}
	return object{"id": u.ID, "email": u.Email, "username": u.Username, "given_name": orNull(u.GivenName),
		"family_name": orNull(u.FamilyName), "active": u.Active, "admin": u.Admin, "attributes": attributes,
		"created_at": u.CreatedAt, "updated_at": u.UpdatedAt, "version": u.Version}
}

func showSeats(d *Directory) (any, error) {
	s, err := d.Seats()
	return object{"license": s.License.String(), "license_version": s.LicenseVersion, "limit": limit(s.Limit),
		"active": s.Active, "inactive": s.Inactive, "free": limit(s.Free), "over_by": s.OverBy}, err
}

func showWorkspace(w Workspace, err error) (any, error) { return mapWorkspace(w), err }

func mapWorkspace(w Workspace) object {
	return object{"id": w.ID, "name": w.Name, "archived": w.Archived, "default_of": idOrNull(w.DefaultOf),
		"created_at": w.CreatedAt, "updated_at": w.UpdatedAt, "version": w.Version}
}

func showMembers(members []Member, err error) (any, error) {
	shown := []any{}
	for _, m := range members {
		shown = append(shown, object{"workspace": m.Workspace, "user": m.User, "role": m.Role.String(), "since": m.Since, "version": m.Version})
	}
	return shown, err
}

func showAll[T any](all iter.Seq2[T, error], show func(T) any) (any, error) {
	shown := []any{}
	for item, err := range all {
		if err != nil {
			return nil, err
		}
		shown = append(shown, show(item))
	}
	return shown, nil
}

func showChange(c Change) object {
	events := []any{}
	for _, e := range c.Events {
		event := object{"event": e.Kind.String(), "user": idOrNull(e.User), "active": e.Active, "role": e.Role.String(),
			"license": e.License.String(), "fields": strings.Split(e.Fields.String(), ","), "default_of": idOrNull(e.User)}
		if e.Workspace != 0 {
			event["workspace"] = e.Workspace
		}
		events = append(events, event)
	}
	return object{"sequence": c.Sequence, "at": c.At, "actor": idOrNull(c.Actor), "request_id": idOrNull(c.RequestID), "events": events}
}
