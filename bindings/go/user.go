package headcount

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
)

// A User is a user as one call found it: a value that later changes don't affect.
type User struct {
	// ID is never given to another user.
	ID ID `json:"id"`
	// Email is the address as it was given.
	Email string `json:"email"`
	// Username is the username, which is the email unless another one was set.
	Username string `json:"username"`
	// GivenName is the given (first) name; empty if there is none.
	GivenName string `json:"given_name,omitzero"`
	// FamilyName is the family (last) name; empty if there is none.
	FamilyName string `json:"family_name,omitzero"`
	// Active users take a seat.
	Active bool `json:"active"`
	// Admin users administer the platform.
	Admin bool `json:"admin"`
	// Version is 1 at creation, incremented by each change.
	Version uint64 `json:"version"`
	// CreatedAt is when the user was created, in UTC and microseconds.
	CreatedAt time.Time `json:"created_at"`
	// UpdatedAt is when the record last changed.
	UpdatedAt time.Time `json:"updated_at"`
	// DeactivatedAt is when the user was deactivated; zero for a user who is active or
	// never was.
	DeactivatedAt time.Time `json:"deactivated_at,omitzero"`

	attributes  pairs
	externalIDs pairs
}

// Attribute returns the value of an attribute, and whether the user has it.
func (u *User) Attribute(name string) (string, bool) { return u.attributes.get(name) }

// Attributes returns the names and values of all attributes, ordered by name.
func (u *User) Attributes() iter.Seq2[string, string] { return u.attributes.all() }

// ExternalID returns the id that a provisioner, such as an identity provider, has for the user,
// and whether there is one.
func (u *User) ExternalID(provisioner string) (string, bool) { return u.externalIDs.get(provisioner) }

// ExternalIDs returns the provisioners and the ids that they have for the user, ordered by
// provisioner.
func (u *User) ExternalIDs() iter.Seq2[string, string] { return u.externalIDs.all() }

// pairs are names and values, ordered by name.
type pairs []pair

type pair struct{ name, value string }

func (p pairs) get(name string) (string, bool) {
	at, found := slices.BinarySearchFunc(p, name, func(each pair, name string) int {
		return strings.Compare(each.name, name)
	})
	if !found {
		return "", false
	}
	return p[at].value, true
}

func (p pairs) all() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, each := range p {
			if !yield(each.name, each.value) {
				return
			}
		}
	}
}

// A NewUser is a user to create. Only Email is required.
type NewUser struct {
	// Email is the address.
	Email string `json:"email"`
	// ID is the user's id; for the zero ID, the directory draws one.
	ID ID `json:"id"`
	// Username is the username; if it is empty or the email, it follows the email.
	Username string `json:"username"`
	// GivenName is the given (first) name, of at most 255 bytes.
	GivenName string `json:"given_name"`
	// FamilyName is the family (last) name, of at most 255 bytes.
	FamilyName string `json:"family_name"`
	// Inactive users take no seat.
	Inactive bool `json:"-"`
	// Admin users administer the platform.
	Admin bool `json:"admin"`
	// CreatedAt is when the user was created in another system; the zero time means now.
	CreatedAt time.Time `json:"created_at"`
	// Attributes are at most 64, of 16 KiB in all.
	Attributes map[string]string `json:"attributes"`
	// ExternalIDs are the ids that provisioners, such as identity providers, have for the user: at most
	// 16. Their names have up to 64 bytes, and ids up to 255, which are compared as they
	// are. No two users have the same id of one provisioner.
	ExternalIDs map[string]string `json:"external_ids"`
}

// A UserUpdate is a set of changes to a user. Fields that are nil or empty stay as they are.
//
//	dir.UpdateUser("steve@ex.co", headcount.UserUpdate{GivenName: new("Steve")})
type UserUpdate struct {
	// IfVersion refuses the update with [ErrConflict] at another version than this; 0
	// is any.
	IfVersion uint64 `json:"if_version"`
	// Email is the new address. A username that is the email follows.
	Email *string `json:"email"`
	// Username is the new username. If it is the email, it follows the email.
	Username *string `json:"username"`
	// ResetUsername makes the username follow the email again.
	ResetUsername bool `json:"-"`
	// GivenName is the new given (first) name; an empty one removes it.
	GivenName *string `json:"given_name"`
	// FamilyName is the new family (last) name; an empty one removes it.
	FamilyName *string `json:"family_name"`
	// Admin is whether the user is an admin from now on.
	Admin *bool `json:"admin"`
	// SetAttributes are attributes to set.
	SetAttributes map[string]string `json:"-"`
	// RemoveAttributes are names of attributes to remove.
	RemoveAttributes []string `json:"-"`
	// ReplaceAttributes removes all attributes except those in SetAttributes.
	ReplaceAttributes bool `json:"replace_attributes"`
	// SetExternalIDs are ids to set, by provisioner; those of others stay.
	SetExternalIDs map[string]string `json:"-"`
	// RemoveExternalIDs are provisioners whose ids to remove.
	RemoveExternalIDs []string `json:"-"`
}

// Batches that ask for the same must be the same, so the order must not depend on the map.
func inOrder(values map[string]string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if !yield(name, values[name]) {
				return
			}
		}
	}
}
