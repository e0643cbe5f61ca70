package headcount

import (
	"testing"
)

// The session of the product guide: list the users, get one by email, switch one off and
// on, and meet the limit of five seats.
func TestGuideSession(t *testing.T) {
	d, path := onDisk(t, CommunityLicense())
	for email, username := range map[string]string{
		"john.hummel+signuptest@wallaroo.ai": "john.hummel",
		"steve@ex.co":                        "steve",
		"test@test.com":                      "test",
		"testuser@wallaroo.ai":               "testuser",
	} {
		u := must[User](t)(d.CreateUser(NewUser{Email: email, Username: username}))
		equal(t, email, u.Email)
		equal(t, username, u.Username)
	}
	var emails []string
	for user, err := range d.Users() {
		ok(t, err)
		emails = append(emails, user.Email)
	}
	equal(t, 4, len(emails))
	equal(t, "john.hummel+signuptest@wallaroo.ai", emails[0])

	u := must[User](t)(d.UserByEmail("Steve@EX.co"))
	equal(t, "steve", u.Username)
	_, err := d.UserByEmail("nobody@ex.co")
	refused(t, ErrUserNotFound, err)

	off := must[User](t)(d.DeactivateUser("testuser@wallaroo.ai"))
	equal(t, false, off.Active)
	equal(t, 2, off.Version)
	on := must[User](t)(d.ActivateUser(off.ID.String()))
	equal(t, true, on.Active)

	create(t, d, "five@ex.co")
	_, err = d.CreateUser(NewUser{Email: "six@ex.co"})
	e := refused(t, ErrNoFreeSeat, err)
	equal(t, SeatShortage{Limit: 5, Active: 5, Requested: 1}, *e.Seats)
	seats := must[Seats](t)(d.Seats())
	equal(t, Seats{License: CommunityLicense(), LicenseVersion: seats.LicenseVersion, Limit: 5, Active: 5}, seats)

	ok(t, d.Close())
	ok(t, d.Close()) // again
	_, err = d.Seats()
	refused(t, ErrClosed, err)

	again := must[*Directory](t)(Open(path, nil))
	defer again.Close()
	same := must[User](t)(again.UserByUsername("testuser"))
	equal(t, on.ID, same.ID)
	equal(t, 3, same.Version)
}
