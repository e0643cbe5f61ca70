package headcount

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"
)

func TestEveryFieldOfAUserIsKept(t *testing.T) {
	d := memory(t, EnterpriseLicense())
	id := must[ID](t)(NewID())
	born := time.Date(2024, 7, 11, 16, 55, 59, 173_000_000, time.UTC)
	attributes := map[string]string{"team": "ops", "näme": "wärt\x00nul", "empty": ""}
	made := must[User](t)(d.CreateUser(NewUser{
		Email: "Steve@BÜCHER.example", ID: id, Username: "Ştëvé", GivenName: "Steve", FamilyName: "Öl",
		Inactive: true, Admin: true, CreatedAt: born, Attributes: attributes,
	}))
	var listed User
	for u, err := range d.Users() {
		ok(t, err)
		listed = u
	}
	for _, u := range []User{made, listed, must[User](t)(d.UserByID(id)), must[User](t)(d.UserByUsername("ştëvé"))} {
		equal(t, id, u.ID)
		equal(t, "Steve@BÜCHER.example", u.Email)
		equal(t, "Ştëvé", u.Username)
		equal(t, "Steve", u.GivenName)
		equal(t, "Öl", u.FamilyName)
		equal(t, false, u.Active)
		equal(t, true, u.Admin)
		equal(t, 1, u.Version)
		equal(t, born, u.CreatedAt)
		equal(t, time.UTC, u.UpdatedAt.Location())
		equal(t, true, maps.Equal(attributes, maps.Collect(u.Attributes())))
		value, found := u.Attribute("näme")
		equal(t, true, found)
		equal(t, "wärt\x00nul", value)
		_, found = u.Attribute("nothing")
		equal(t, false, found)
	}
}

func TestAnUpdateChangesWhatItNames(t *testing.T) {
	d := memory(t, EnterpriseLicense())
	made := must[User](t)(d.CreateUser(NewUser{Email: "a@ex.co", GivenName: "A", Attributes: map[string]string{"x": "1", "y": "2"}}))
	u := must[User](t)(d.UpdateUser("a@ex.co", UserUpdate{
		IfVersion: made.Version, Email: new("b@ex.co"), FamilyName: new("B"), Admin: new(true),
		SetAttributes: map[string]string{"z": "3"}, RemoveAttributes: []string{"x"},
	}))
	equal(t, "b@ex.co", u.Email)
	equal(t, "b@ex.co", u.Username)
	equal(t, "A", u.GivenName)
	equal(t, "B", u.FamilyName)
	equal(t, true, u.Admin)
	equal(t, true, maps.Equal(map[string]string{"y": "2", "z": "3"}, maps.Collect(u.Attributes())))

	_, err := d.UpdateUser("b@ex.co", UserUpdate{IfVersion: 1, GivenName: new("C")})
	equal(t, VersionConflict{Expected: 1, Found: 2}, *refused(t, ErrConflict, err).Versions)
	u = must[User](t)(d.UpdateUser("b@ex.co", UserUpdate{Username: new("bee"), GivenName: new(""), ReplaceAttributes: true}))
	equal(t, "bee", u.Username)
	equal(t, "", u.GivenName)
	equal(t, 0, len(maps.Collect(u.Attributes())))
	u = must[User](t)(d.UpdateUser("b@ex.co", UserUpdate{ResetUsername: true}))
	equal(t, "b@ex.co", u.Username)
	_, err = d.UpdateUser("b@ex.co", UserUpdate{Admin: new(false)})
	refused(t, ErrLastAdmin, err)
}

func TestBadInputIsRefused(t *testing.T) {
	d := memory(t, EnterpriseLicense())
	create(t, d, "taken@ex.co")
	for kind, user := range map[Kind]NewUser{
		ErrEmailRequired:      {},
		ErrInvalidEmail:       {Email: "not an address"},
		ErrInternationalEmail: {Email: "jürgen@ex.co"},
		ErrInvalidUsername:    {Email: "b@ex.co", Username: "c@"},
		ErrEmailTaken:         {Email: "TAKEN@ex.co"},
		ErrInvalidUTF8:        {Email: "b@ex.co", GivenName: "\xff"},
		ErrInvalidArgument:    {Email: "b@ex.co", GivenName: "a\nb"},
	} {
		_, err := d.CreateUser(user)
		e := refused(t, kind, err)
		if e.Message == "" || e.Error() != "headcount: "+e.Message {
			t.Fatalf("%v says nothing", kind)
		}
	}
	equal(t, 1, must[Seats](t)(d.Seats()).Active)
}

func TestADeletedUserIsGone(t *testing.T) {
	d := memory(t, CommunityLicense())
	u := create(t, d, "gone@ex.co")
	ok(t, d.DeleteUser("gone@ex.co"))
	_, err := d.UserByID(u.ID)
	refused(t, ErrUserNotFound, err)
	refused(t, ErrUserNotFound, d.DeleteUser(u.ID.String()))
	_, err = d.CreateUser(NewUser{Email: "gone@ex.co", ID: u.ID})
	refused(t, ErrIDTaken, err)
}

func TestNobodyRemovesTheirOwnAccount(t *testing.T) {
	d := memory(t, CommunityLicense())
	u := create(t, d, "me@ex.co")
	mine := must[*Directory](t)(d.ActingAs(u.ID))
	_, err := mine.DeactivateUser("me@ex.co")
	refused(t, ErrOwnAccount, err)
	must[User](t)(d.DeactivateUser("me@ex.co"))
	ok(t, mine.Close())
	_, err = d.User("me@ex.co")
	refused(t, ErrClosed, err)
}

func TestALicenseLimitsTheSeats(t *testing.T) {
	d := memory(t, must[License](t)(ParseLicense("2")))
	create(t, d, "a@ex.co")
	create(t, d, "b@ex.co")
	ok(t, d.SetLicense(SeatLicense(1)))
	seats := must[Seats](t)(d.Seats())
	equal(t, SeatLicense(1), seats.License)
	equal(t, 1, seats.OverBy)
	ok(t, d.SetLicense(EnterpriseLicense()))
	equal(t, NoLimit, must[Seats](t)(d.Seats()).Limit)
	for _, name := range []string{"community", "enterprise", "17"} {
		equal(t, name, must[License](t)(ParseLicense(name)).String())
	}
	_, err := ParseLicense("some")
	refused(t, ErrInvalidArgument, err)
}

func TestIDsAreTextInTheUsualForm(t *testing.T) {
	id := ID{0x45, 0xe6, 0xb6, 0x41, 0xfe, 0x57, 0x4f, 0xb2, 0x83, 0xd2, 0x2c, 0x2b, 0xd2, 0x01, 0xef, 0xe8}
	equal(t, "45e6b641-fe57-4fb2-83d2-2c2bd201efe8", id.String())
	var read ID
	ok(t, read.UnmarshalText([]byte("45E6B641FE574FB283D22C2BD201EFE8")))
	equal(t, id, read)
	refused(t, ErrInvalidArgument, read.UnmarshalText([]byte("no id")))
	equal(t, id, read)
	equal(t, "steve@xn--bcher-kva.example", must[string](t)(EmailKey("Steve@Bücher.example")))
	equal(t, "steve", must[string](t)(UsernameKey("Steve")))
}

func TestManyUsersAreFoundAtOnce(t *testing.T) {
	d := memory(t, EnterpriseLicense())
	var batch Batch
	for i := range 2000 {
		batch.CreateUser(NewUser{Email: fmt.Sprintf("u%d@ex.co", i), GivenName: strings.Repeat("x", 100)})
	}
	must[Applied](t)(d.Apply(&batch))
	emails := make([]string, 2500)
	for i := range emails {
		emails[i] = fmt.Sprintf("u%d@ex.co", i)
	}
	found := must[[]*User](t)(d.UsersByEmails(emails))
	equal(t, 2500, len(found))
	var ids []ID
	for i, user := range found {
		equal(t, i < 2000, user != nil)
		if user != nil {
			equal(t, emails[i], user.Email)
			ids = append(ids, user.ID)
		}
	}
	again := must[[]*User](t)(d.UsersByIDs(append(ids, ID{1})))
	equal(t, 2001, len(again))
	for i, user := range again[:2000] {
		equal(t, emails[i], user.Email)
	}
	equal(t, true, again[2000] == nil)
	equal(t, 0, len(must[[]*User](t)(d.UsersByIDs(nil))))
	_, err := d.UsersByEmails([]string{"ann@ex.co", "\xff"})
	refused(t, ErrInvalidUTF8, err)
}
