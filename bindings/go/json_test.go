package headcount

import (
	"encoding/json"
	"testing"
)

// The conformance script goes through JSON with all that it gives and gets; these are the edges.

func TestWhatCallsReturnIsWrittenAsJSON(t *testing.T) {
	d := memory(t, EnterpriseLicense())
	ann := must[User](t)(d.CreateUser(NewUser{Email: "ann@ex.co", Attributes: map[string]string{"team": "a"}}))
	at := encode(ann.CreatedAt)
	equal(t, `{"id":"`+ann.ID.String()+`","email":"ann@ex.co","username":"ann@ex.co","active":true,"admin":false,"version":1,`+
		`"created_at":`+at+`,"updated_at":`+at+`,"attributes":{"team":"a"},"external_ids":{}}`, encode(ann))
	equal(t, `{"license":"enterprise","license_version":1,"active":1,"inactive":0,"over_by":0,"limit":null,"free":null}`,
		encode(must[Seats](t)(d.Seats())))
	changes := all(d.Changes(0))
	equal(t, `{"sequence":1,"at":`+at+`,"events":[{"event":"user_created","user":"`+ann.ID.String()+`","active":true}]}`,
		encode(changes[0]))

	_, err := d.UpdateUser("ann@ex.co", UserUpdate{IfVersion: 7})
	e := refused(t, ErrConflict, err)
	equal(t, `{"kind":"conflict","message":`+encode(e.Message)+`,"retryable":false,"op_index":0,"expected":7,"found":1}`, encode(e))
	equal(t, `{"kind":"closed","message":`+encode(closedError().Error()[len("headcount: "):])+`,"retryable":false}`, encode(closedError()))

	refusals := must[[]*Error](t)(d.Preview(&Batch{}))
	equal(t, "[]", encode(refusals))
}

func TestAUserToCreateIsReadAsWritten(t *testing.T) {
	for _, user := range []NewUser{
		{Email: "ann@ex.co"},
		{Email: "bob@ex.co", Username: "bob", Inactive: true, Admin: true, ExternalIDs: map[string]string{"okta": "1"}},
	} {
		equal(t, encode(user), encode(decode[NewUser](encode(user))))
		equal(t, user.Inactive, decode[NewUser](encode(user)).Inactive)
	}
}

func TestAnUpdateIsReadAsAMergePatch(t *testing.T) {
	u := decode[UserUpdate](`{"if_version":3,"email":"a@ex.co","username":null,"given_name":null,"admin":false,` +
		`"attributes":{"c":null,"a":"1","b":null},"external_ids":{"okta":null}}`)
	equal(t, 3, u.IfVersion)
	equal(t, "a@ex.co", *u.Email)
	equal(t, true, u.ResetUsername && u.Username == nil)
	equal(t, "", *u.GivenName)
	equal(t, true, u.FamilyName == nil)
	equal(t, false, *u.Admin)
	equal(t, `{"a":"1"} ["b","c"] null ["okta"]`, encode(u.SetAttributes)+" "+encode(u.RemoveAttributes)+" "+
		encode(u.SetExternalIDs)+" "+encode(u.RemoveExternalIDs))
}

func TestAKeyThatIsNotKnownIsRefused(t *testing.T) {
	for text, into := range map[string]any{
		`{"email":"a@ex.co","activ":false}`: &NewUser{},
		`{"emali":"a@ex.co"}`:               &UserUpdate{},
		`{"activ":true}`:                    &Query{},
		`{"sort":"age"}`:                    &Query{},
		`{"dry_run":true}`:                  &Batch{},
		`{"door":""}`:                       &Batch{},
		`{"operations":[{"op":"create_user","email":"a@ex.co","activ":false}]}`:  &Batch{},
		`{"operations":[{"op":"create_user","email":"a@ex.co","if_version":1}]}`: &Batch{},
		`{"operations":[{"op":"update_user","user":"a@ex.co","emali":"b"}]}`:     &Batch{},
		`{"operations":[{"op":"delete_user","usr":"a@ex.co"}]}`:                  &Batch{},
		`{"operations":[{"op":"delete_everybody"}]}`:                             &Batch{},
		`"many"`: &License{},
	} {
		if err := json.Unmarshal([]byte(text), into); err == nil {
			t.Errorf("%s was read as %v", text, into)
		}
	}
}

func TestABatchIsReadWholeOrNotAtAll(t *testing.T) {
	var b Batch
	b.DeleteUser("ann@ex.co")
	err := json.Unmarshal([]byte(`{"actor":"00000000-0000-4000-8000-000000000001",`+
		`"operations":[{"op":"delete_user","user":"bob@ex.co"},{"op":"add_member","role":"king"}]}`), &b)
	equal(t, 1, refused(t, ErrInvalidArgument, err).Operation)
	equal(t, 1, b.Len())
	equal(t, true, b.Actor.IsZero())

	ok(t, json.Unmarshal([]byte(`{"allow_ownerless":true,"operations":[{"op":"set_license","license":3,"if_version":1}]}`), &b))
	equal(t, 2, b.Len())
	equal(t, true, b.AllowOwnerless)
}

func TestAWorkspaceHasItsExternalIDsFromTheStart(t *testing.T) {
	d := memory(t, CommunityLicense())
	create(t, d, "ann@ex.co")
	w := must[Workspace](t)(d.CreateWorkspaceWithExternalIDs("Fraud", "ann@ex.co", map[string]string{"okta": "1", "entra": "2"}))
	equal(t, `{"entra":"2","okta":"1"}`, encode(decode[map[string]any](encode(w))["external_ids"]))
	_, err := d.CreateWorkspaceWithExternalIDs("Risk", "ann@ex.co", map[string]string{"okta": "1"})
	refused(t, ErrExternalIDTaken, err)
	_, err = d.CreateWorkspaceWithExternalIDs("Risk", "ann@ex.co", map[string]string{"okta": ""})
	refused(t, ErrInvalidArgument, err)
	equal(t, 2, len(all(d.Changes(0))))
	equal(t, 1, len(all(d.Workspaces())))
}
