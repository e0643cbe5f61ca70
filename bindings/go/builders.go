package headcount

/*
#include "headcount.h"
*/
import "C"

// steps runs setters of a builder until one of them fails.
type steps struct {
	status C.hc_status
	e      *C.hc_error
}

func (s *steps) run(wanted bool, set func(e **C.hc_error) C.hc_status) {
	if wanted && s.status == C.HC_STATUS_OK {
		s.status = set(&s.e)
	}
}

func (s *steps) err() error {
	if s.status == C.HC_STATUS_OK {
		return nil
	}
	return failure(s.status, s.e)
}

// native makes a builder to be freed with hc_new_user_free.
func (u *NewUser) native() (*C.hc_new_user, error) {
	var b *C.hc_new_user
	var s steps
	s.run(true, func(e **C.hc_error) C.hc_status {
		bytes, length := text(u.Email)
		return C.hc_new_user_new(bytes, length, &b, e)
	})
	s.run(!u.ID.IsZero(), func(e **C.hc_error) C.hc_status { return C.hc_new_user_set_id(b, idPointer(&u.ID), e) })
	s.run(u.Username != "", func(e **C.hc_error) C.hc_status {
		bytes, length := text(u.Username)
		return C.hc_new_user_set_username(b, bytes, length, e)
	})
	s.run(u.GivenName != "", func(e **C.hc_error) C.hc_status {
		bytes, length := text(u.GivenName)
		return C.hc_new_user_set_given_name(b, bytes, length, e)
	})
	s.run(u.FamilyName != "", func(e **C.hc_error) C.hc_status {
		bytes, length := text(u.FamilyName)
		return C.hc_new_user_set_family_name(b, bytes, length, e)
	})
	s.run(u.Inactive, func(e **C.hc_error) C.hc_status { return C.hc_new_user_set_active(b, 0, e) })
	s.run(u.Admin, func(e **C.hc_error) C.hc_status { return C.hc_new_user_set_admin(b, 1, e) })
	s.run(!u.CreatedAt.IsZero(), func(e **C.hc_error) C.hc_status {
		return C.hc_new_user_set_created_at_micros(b, C.uint64_t(u.CreatedAt.UnixMicro()), e)
	})
	for name, value := range inOrder(u.Attributes) {
		s.run(true, func(e **C.hc_error) C.hc_status {
			n, nameLength := text(name)
			v, valueLength := text(value)
			return C.hc_new_user_set_attribute(b, n, nameLength, v, valueLength, e)
		})
	}
	for provisioner, id := range inOrder(u.ExternalIDs) {
		s.run(true, func(e **C.hc_error) C.hc_status {
			p, provisionerLength := text(provisioner)
			i, idLength := externalID(id, false)
			return C.hc_new_user_set_external_id(b, p, provisionerLength, i, idLength, e)
		})
	}
	if err := s.err(); err != nil {
		C.hc_new_user_free(b)
		return nil, err
	}
	return b, nil
}

// native makes a builder to be freed with hc_user_update_free.
func (u *UserUpdate) native() (*C.hc_user_update, error) {
	b := C.hc_user_update_new()
	var s steps
	s.run(u.IfVersion != 0, func(e **C.hc_error) C.hc_status {
		return C.hc_user_update_set_if_version(b, C.uint64_t(u.IfVersion), e)
	})
	s.run(u.Email != nil, func(e **C.hc_error) C.hc_status {
		bytes, length := text(*u.Email)
		return C.hc_user_update_set_email(b, bytes, length, e)
	})
	s.run(u.Username != nil, func(e **C.hc_error) C.hc_status {
		bytes, length := text(*u.Username)
		return C.hc_user_update_set_username(b, bytes, length, e)
	})
	s.run(u.ResetUsername, func(e **C.hc_error) C.hc_status { return C.hc_user_update_reset_username(b, e) })
	s.run(u.GivenName != nil, func(e **C.hc_error) C.hc_status {
		bytes, length := text(*u.GivenName)
		return C.hc_user_update_set_given_name(b, bytes, length, e)
	})
	s.run(u.FamilyName != nil, func(e **C.hc_error) C.hc_status {
		bytes, length := text(*u.FamilyName)
		return C.hc_user_update_set_family_name(b, bytes, length, e)
	})
	s.run(u.Admin != nil, func(e **C.hc_error) C.hc_status {
		return C.hc_user_update_set_admin(b, flag(*u.Admin), e)
	})
	s.run(u.ReplaceAttributes, func(e **C.hc_error) C.hc_status { return C.hc_user_update_replace_attributes(b, e) })
	for name, value := range inOrder(u.SetAttributes) {
		s.run(true, func(e **C.hc_error) C.hc_status {
			n, nameLength := text(name)
			v, valueLength := text(value)
			return C.hc_user_update_set_attribute(b, n, nameLength, v, valueLength, e)
		})
	}
	for _, name := range u.RemoveAttributes {
		s.run(true, func(e **C.hc_error) C.hc_status {
			bytes, length := text(name)
			return C.hc_user_update_remove_attribute(b, bytes, length, e)
		})
	}
	for provisioner, id := range inOrder(u.SetExternalIDs) {
		s.run(true, func(e **C.hc_error) C.hc_status {
			p, provisionerLength := text(provisioner)
			i, idLength := externalID(id, false)
			return C.hc_user_update_set_external_id(b, p, provisionerLength, i, idLength, e)
		})
	}
	for _, provisioner := range u.RemoveExternalIDs {
		s.run(true, func(e **C.hc_error) C.hc_status {
			p, provisionerLength := text(provisioner)
			return C.hc_user_update_set_external_id(b, p, provisionerLength, nil, 0, e)
		})
	}
	if err := s.err(); err != nil {
		C.hc_user_update_free(b)
		return nil, err
	}
	return b, nil
}
