package headcount

/*
#include "headcount.h"
*/
import "C"

import (
	"iter"
	"time"
)

// A State selects users by whether they are active.
type State int

const (
	// AnyState selects users whether active or not.
	AnyState State = iota
	// OnlyActive selects users who are active.
	OnlyActive
	// OnlyInactive selects users who are not.
	OnlyInactive
)

// A Sort is the order of the users of a query.
type Sort int32

const (
	// ByEmail orders by email, as users are stored.
	ByEmail Sort = C.HC_SORT_EMAIL
	// ByUsername orders by username.
	ByUsername Sort = C.HC_SORT_USERNAME
	// ByCreation orders by the time of creation, oldest first.
	ByCreation Sort = C.HC_SORT_CREATED
)

// A Query says which users to return, in what order and how many. All conditions must
// hold; the zero Query is all users, ordered by email, 100 a page.
type Query struct {
	// State selects users by whether they are active.
	State State `json:"-"`
	// AdminsOnly selects admins.
	AdminsOnly bool `json:"admins"`
	// MemberOf selects members of the workspace with this id; 0 is no condition.
	MemberOf uint64 `json:"member_of"`
	// MemberRole selects, with MemberOf, members in this role; the zero Role is any.
	MemberRole Role `json:"role"`
	// EmailPrefix selects emails that start like this.
	EmailPrefix string `json:"email_prefix"`
	// EmailDomain selects emails at this domain, as bücher.example or its A-labels.
	EmailDomain string `json:"email_domain"`
	// UsernamePrefix selects usernames that start like this.
	UsernamePrefix string `json:"username_prefix"`
	// Search selects users whose email, username or names contain each word of this text,
	// in any case.
	Search string `json:"search"`
	// Attributes selects users with these values of these attributes: up to 16, together
	// with HasAttributes.
	Attributes map[string]string `json:"attributes"`
	// HasAttributes selects users with these attributes, of any value.
	HasAttributes []string `json:"has_attributes"`
	// CreatedSince selects users created at this moment or later.
	CreatedSince time.Time `json:"created_since"`
	// CreatedBefore selects users created before this moment.
	CreatedBefore time.Time `json:"created_before"`
	// ChangedSince selects users created or changed at this moment or later.
	ChangedSince time.Time `json:"changed_since"`
	// ChangedBefore selects users who were last created or changed before this moment.
	ChangedBefore time.Time `json:"changed_before"`
	// SeenSince selects users last seen at this moment or later. A user who was never seen
	// counts as seen at creation.
	SeenSince time.Time `json:"seen_since"`
	// SeenBefore selects users last seen before this moment, as SeenSince.
	SeenBefore time.Time `json:"seen_before"`
	// Sort is the order.
	Sort Sort `json:"sort"`
	// Descending goes in the opposite direction: newest first, for example.
	Descending bool `json:"descending"`
	// Limit is how many users a page may have: up to 10,000; 0 is 100.
	Limit int `json:"limit"`
	// After is where the page begins, from Page.Next.
	After string `json:"after"`
}

// A Page is one page of the users that match a query.
type Page struct {
	// Users are at most as many as the query's limit.
	Users []User `json:"users"`
	// Next is where the next page begins, for Query.After; empty if this is the last. It
	// contains an email or username: treat it as personal data.
	Next string `json:"next,omitzero"`
}

// Query returns one page of the users that match. It fails with [ErrWorkspaceNotFound]
// when there is no such workspace, and with [ErrInvalidArgument] for a bad limit or an After
// from a query in another order.
func (d *Directory) Query(query Query) (Page, error) {
	native, err := query.native()
	if err != nil {
		return Page{}, err
	}
	defer C.hc_query_free(native)
	var cursor *C.hc_cursor
	err = d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_directory_query(h, native, &cursor, e)
	})
	if err != nil {
		return Page{}, err
	}
	defer C.hc_cursor_free(cursor)
	page := Page{Users: make([]User, 0, int(C.hc_cursor_remaining(cursor)))}
	err = readUsers(cursor, func(u User) bool {
		page.Users = append(page.Users, u)
		return true
	})
	if err != nil {
		return Page{}, err
	}
	if next := C.hc_cursor_next_page(cursor); next != nil {
		page.Next = C.GoString(next)
	}
	return page, nil
}

// Find returns all users that match, page after page. Each page is of its own moment.
// An error ends the loop.
func (d *Directory) Find(query Query) iter.Seq2[User, error] {
	return func(yield func(User, error) bool) {
		for query := query; ; {
			page, err := d.Query(query)
			if err != nil {
				yield(User{}, err)
				return
			}
			for _, u := range page.Users {
				if !yield(u, nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			query.After = page.Next
		}
	}
}

// Count counts the users that match, regardless of the limit and the position of the query.
func (d *Directory) Count(query Query) (uint64, error) {
	native, err := query.native()
	if err != nil {
		return 0, err
	}
	defer C.hc_query_free(native)
	var count C.uint64_t
	err = d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_directory_count(h, native, &count, e)
	})
	return uint64(count), err
}

// native makes a builder to be freed with hc_query_free.
func (q *Query) native() (*C.hc_query, error) {
	b := C.hc_query_new()
	var s steps
	s.run(q.State != AnyState, func(e **C.hc_error) C.hc_status {
		return C.hc_query_set_number(b, C.HC_QUERY_FIELD_ACTIVE, C.uint64_t(flag(q.State == OnlyActive)), e)
	})
	s.run(q.AdminsOnly, func(e **C.hc_error) C.hc_status { return C.hc_query_set_number(b, C.HC_QUERY_FIELD_ADMINS, 1, e) })
	s.run(q.MemberOf != 0, func(e **C.hc_error) C.hc_status {
		return C.hc_query_set_member_of(b, C.uint64_t(q.MemberOf), C.int32_t(q.MemberRole), e)
	})
	for _, of := range []struct {
		field C.int32_t
		value string
	}{
		{C.HC_QUERY_FIELD_EMAIL_PREFIX, q.EmailPrefix},
		{C.HC_QUERY_FIELD_EMAIL_DOMAIN, q.EmailDomain},
		{C.HC_QUERY_FIELD_USERNAME_PREFIX, q.UsernamePrefix},
		{C.HC_QUERY_FIELD_SEARCH, q.Search},
		{C.HC_QUERY_FIELD_AFTER, q.After},
	} {
		s.run(of.value != "", func(e **C.hc_error) C.hc_status {
			bytes, length := text(of.value)
			return C.hc_query_set_text(b, of.field, bytes, length, e)
		})
	}
	for _, of := range []struct {
		field C.int32_t
		at    time.Time
	}{
		{C.HC_QUERY_FIELD_CREATED_SINCE, q.CreatedSince},
		{C.HC_QUERY_FIELD_CREATED_BEFORE, q.CreatedBefore},
		{C.HC_QUERY_FIELD_CHANGED_SINCE, q.ChangedSince},
		{C.HC_QUERY_FIELD_CHANGED_BEFORE, q.ChangedBefore},
		{C.HC_QUERY_FIELD_SEEN_SINCE, q.SeenSince},
		{C.HC_QUERY_FIELD_SEEN_BEFORE, q.SeenBefore},
	} {
		s.run(!of.at.IsZero(), func(e **C.hc_error) C.hc_status {
			return C.hc_query_set_number(b, of.field, C.uint64_t(micros(of.at)), e)
		})
	}
	for name, value := range inOrder(q.Attributes) {
		s.run(true, func(e **C.hc_error) C.hc_status {
			n, nameLength := text(name)
			v, valueLength := text(value)
			if value == "" {
				v = &empty // none is any value
			}
			return C.hc_query_set_attribute(b, n, nameLength, v, valueLength, e)
		})
	}
	for _, name := range q.HasAttributes {
		s.run(true, func(e **C.hc_error) C.hc_status {
			n, nameLength := text(name)
			return C.hc_query_set_attribute(b, n, nameLength, nil, 0, e)
		})
	}
	s.run(true, func(e **C.hc_error) C.hc_status {
		return C.hc_query_set_number(b, C.HC_QUERY_FIELD_SORT, C.uint64_t(q.Sort), e)
	})
	s.run(q.Descending, func(e **C.hc_error) C.hc_status { return C.hc_query_set_number(b, C.HC_QUERY_FIELD_DESCENDING, 1, e) })
	s.run(q.Limit != 0, func(e **C.hc_error) C.hc_status {
		return C.hc_query_set_number(b, C.HC_QUERY_FIELD_LIMIT, C.uint64_t(max(q.Limit, 0)), e)
	})
	if err := s.err(); err != nil {
		C.hc_query_free(b)
		return nil, err
	}
	return b, nil
}
