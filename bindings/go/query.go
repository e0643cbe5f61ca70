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
	// ByEmail is the natural order, in which users are stored.
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
	State State
	// AdminsOnly selects admins.
	AdminsOnly bool
	// MemberOf selects members of the workspace with this id; 0 is no condition.
	MemberOf uint64
	// MemberRole selects, with MemberOf, members in this role; the zero Role is any.
	MemberRole Role
	// EmailPrefix selects emails that start like this.
	EmailPrefix string
	// EmailDomain selects emails at this domain, as bücher.example or its A-labels.
	EmailDomain string
	// UsernamePrefix selects usernames that start like this.
	UsernamePrefix string
	// CreatedSince selects users created at this moment or later.
	CreatedSince time.Time
	// ChangedSince selects users created or changed at this moment or later.
	ChangedSince time.Time
	// Sort is the order.
	Sort Sort
	// Descending goes in the opposite direction: newest first, for example.
	Descending bool
	// Limit is how many users a page may have: up to 10,000; 0 is 100.
	Limit int
	// After asks for the page behind a place, a Page.Next.
	After string
}

// A Page is one page of the users that match a query.
type Page struct {
	// Users are at most as many as the query's limit.
	Users []User
	// Next is where the page behind this one begins, for Query.After; empty if this is
	// the last. It contains an email or username: treat it as personal data.
	Next string
}

// Query returns one page of the users that match. It fails with [ErrWorkspaceNotFound]
// when there is no such workspace, and with [ErrInvalidArgument] for a bad limit or the
// place of a query in another order.
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

// Count counts the users that match, whatever the limit and the place of the query.
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
	s.run(q.EmailPrefix != "", func(e **C.hc_error) C.hc_status {
		bytes, length := text(q.EmailPrefix)
		return C.hc_query_set_text(b, C.HC_QUERY_FIELD_EMAIL_PREFIX, bytes, length, e)
	})
	s.run(q.EmailDomain != "", func(e **C.hc_error) C.hc_status {
		bytes, length := text(q.EmailDomain)
		return C.hc_query_set_text(b, C.HC_QUERY_FIELD_EMAIL_DOMAIN, bytes, length, e)
	})
	s.run(q.UsernamePrefix != "", func(e **C.hc_error) C.hc_status {
		bytes, length := text(q.UsernamePrefix)
		return C.hc_query_set_text(b, C.HC_QUERY_FIELD_USERNAME_PREFIX, bytes, length, e)
	})
	s.run(!q.CreatedSince.IsZero(), func(e **C.hc_error) C.hc_status {
		return C.hc_query_set_number(b, C.HC_QUERY_FIELD_CREATED_SINCE, C.uint64_t(q.CreatedSince.UnixMicro()), e)
	})
	s.run(!q.ChangedSince.IsZero(), func(e **C.hc_error) C.hc_status {
		return C.hc_query_set_number(b, C.HC_QUERY_FIELD_CHANGED_SINCE, C.uint64_t(q.ChangedSince.UnixMicro()), e)
	})
	s.run(true, func(e **C.hc_error) C.hc_status {
		return C.hc_query_set_number(b, C.HC_QUERY_FIELD_SORT, C.uint64_t(q.Sort), e)
	})
	s.run(q.Descending, func(e **C.hc_error) C.hc_status { return C.hc_query_set_number(b, C.HC_QUERY_FIELD_DESCENDING, 1, e) })
	s.run(q.Limit != 0, func(e **C.hc_error) C.hc_status {
		return C.hc_query_set_number(b, C.HC_QUERY_FIELD_LIMIT, C.uint64_t(max(q.Limit, 0)), e)
	})
	s.run(q.After != "", func(e **C.hc_error) C.hc_status {
		bytes, length := text(q.After)
		return C.hc_query_set_text(b, C.HC_QUERY_FIELD_AFTER, bytes, length, e)
	})
	if err := s.err(); err != nil {
		C.hc_query_free(b)
		return nil, err
	}
	return b, nil
}
