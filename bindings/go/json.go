package headcount

import (
	"encoding/json"
	"maps"
)

// JSON of what calls return: keys in snake case, and none for what there is none of.
// Licenses, roles, kinds and ids are texts.

// MarshalText returns the license as [ParseLicense] reads it.
func (l License) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads a license as [ParseLicense] does.
func (l *License) UnmarshalText(text []byte) (err error) {
	*l, err = ParseLicense(string(text))
	return err
}

// MarshalText returns the name of the role.
func (r Role) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads a role as [ParseRole] does.
func (r *Role) UnmarshalText(text []byte) (err error) {
	*r, err = ParseRole(string(text))
	return err
}

// MarshalText returns the name of the kind.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// MarshalText returns the name of the kind.
func (k EventKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// MarshalJSON returns a list of the names of the fields.
func (f Fields) MarshalJSON() ([]byte, error) { return json.Marshal(f.names()) }

// MarshalJSON returns the user as an object, with the attributes and the external ids.
func (u User) MarshalJSON() ([]byte, error) {
	type fields User
	return json.Marshal(struct {
		fields
		Attributes  map[string]string `json:"attributes"`
		ExternalIDs map[string]string `json:"external_ids"`
	}{fields(u), maps.Collect(u.Attributes()), maps.Collect(u.ExternalIDs())})
}

// MarshalJSON returns the workspace as an object, with the external ids.
func (w Workspace) MarshalJSON() ([]byte, error) {
	type fields Workspace
	return json.Marshal(struct {
		fields
		ExternalIDs map[string]string `json:"external_ids"`
	}{fields(w), maps.Collect(w.ExternalIDs())})
}

// MarshalJSON returns the seats as an object; the limit and the free seats are null where there
// is no limit.
func (s Seats) MarshalJSON() ([]byte, error) {
	type fields Seats
	return json.Marshal(struct {
		fields
		Limit *uint64 `json:"limit"`
		Free  *uint64 `json:"free"`
	}{fields(s), limited(s.Limit), limited(s.Free)})
}

// MarshalJSON returns the figures as an object; the limit is null where there is none.
func (s Stats) MarshalJSON() ([]byte, error) {
	type fields Stats
	return json.Marshal(struct {
		fields
		SeatsLimit *uint64 `json:"seats_limit"`
	}{fields(s), limited(s.SeatsLimit)})
}

func limited(seats uint64) *uint64 {
	if seats == NoLimit {
		return nil
	}
	return &seats
}

// MarshalJSON returns the event as an object, with what its kind has.
func (e Event) MarshalJSON() ([]byte, error) {
	type fields Event
	event := struct {
		fields
		Active    *bool    `json:"active,omitempty"`
		License   *License `json:"license,omitempty"`
		DefaultOf *ID      `json:"default_of,omitempty"`
	}{fields: fields(e)}
	switch {
	case e.Kind == UserCreated:
		event.Active = &e.Active
	case e.Kind == LicenseSet:
		event.License = &e.License
	case e.Kind == WorkspaceCreated && !e.User.IsZero():
		event.DefaultOf, event.User = &e.User, ID{}
	}
	return json.Marshal(event)
}

// MarshalJSON returns the outcome as an object, without the user as the batch left it. Its
// subject is "license", or an object with the ids of the user, the workspace or both.
func (o Outcome) MarshalJSON() ([]byte, error) {
	var subject any = struct {
		User      ID     `json:"user,omitzero"`
		Workspace uint64 `json:"workspace,omitzero"`
	}{o.UserID, o.WorkspaceID}
	if o.Subject == LicenseSubject {
		subject = "license"
	}
	return json.Marshal(map[string]any{"subject": subject, "changed": o.Changed, "version": o.Version})
}

// MarshalJSON returns the error as an object: its kind, its message, and those of its numbers
// that there are.
func (e *Error) MarshalJSON() ([]byte, error) {
	given := func(number uint64, is bool) *uint64 {
		if !is {
			return nil
		}
		return &number
	}
	return json.Marshal(struct {
		Kind      Kind    `json:"kind"`
		Message   string  `json:"message"`
		Retryable bool    `json:"retryable"`
		Operation *uint64 `json:"op_index,omitempty"`
		*SeatShortage
		*VersionConflict
		ResumeAfter  *uint64 `json:"resume_after,omitempty"`
		LatestChange *uint64 `json:"latest,omitempty"`
	}{
		e.Kind, e.Message, e.Retryable, given(uint64(max(e.Operation, 0)), e.Operation >= 0), e.Seats, e.Versions,
		given(e.ResumeAfter, e.Kind == ErrHistoryTrimmed), given(e.LatestChange, e.Kind == ErrChangeNotYet),
	})
}
