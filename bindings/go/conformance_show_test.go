package headcount

import (
	"errors"
	"iter"
	"maps"
	"strings"
	"time"
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

func timeOrNull(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at
}

func limit(seats uint64) any {
	if seats == NoLimit {
		return nil
	}
	return seats
}

func showUser(u User, err error) (any, error) { return mapUser(u), err }

func mapUser(u User) object {
	return object{"id": u.ID, "email": u.Email, "username": u.Username, "given_name": orNull(u.GivenName),
		"family_name": orNull(u.FamilyName), "active": u.Active, "admin": u.Admin,
		"attributes": maps.Collect(u.Attributes()), "external_ids": maps.Collect(u.ExternalIDs()),
		"created_at": u.CreatedAt, "updated_at": u.UpdatedAt, "deactivated_at": timeOrNull(u.DeactivatedAt), "version": u.Version}
}

func showSeats(d *Directory) (any, error) {
	s, err := d.Seats()
	return object{"license": s.License.String(), "license_version": s.LicenseVersion, "limit": limit(s.Limit),
		"active": s.Active, "inactive": s.Inactive, "free": limit(s.Free), "over_by": s.OverBy}, err
}

func showWorkspace(w Workspace, err error) (any, error) { return mapWorkspace(w), err }

func mapWorkspace(w Workspace) object {
	return object{"id": w.ID, "name": w.Name, "archived": w.Archived, "default_of": idOrNull(w.DefaultOf),
		"external_ids": maps.Collect(w.ExternalIDs()),
		"created_at":   w.CreatedAt, "updated_at": w.UpdatedAt, "version": w.Version}
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
	return object{"sequence": c.Sequence, "at": c.At, "actor": idOrNull(c.Actor), "door": orNull(c.Door), "request_id": idOrNull(c.RequestID), "events": events}
}

func showError(err error) object {
	var e *Error
	if !errors.As(err, &e) {
		panic(err)
	}
	shown := object{"kind": e.Kind.String(), "message": e.Message}
	if e.Operation >= 0 {
		shown["op_index"] = e.Operation
	}
	if e.Seats != nil {
		shown["limit"], shown["active"], shown["requested"] = e.Seats.Limit, e.Seats.Active, e.Seats.Requested
	}
	if e.Versions != nil {
		shown["expected"], shown["found"] = e.Versions.Expected, e.Versions.Found
	}
	if e.Kind == ErrHistoryTrimmed {
		shown["resume_after"] = e.ResumeAfter
	}
	if e.Kind == ErrChangeNotYet {
		shown["latest"] = e.LatestChange
	}
	return shown
}
