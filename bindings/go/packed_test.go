package headcount

import (
	"encoding/binary"
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

// api is what include/headcount.json says of the C API. Functions and constants are checked by
// the C compiler; this is about what is written here again.
var api struct {
	Enums []struct {
		Name   string
		Values []struct {
			Name  string
			Value int32
		}
	}
	Packed []struct {
		Section string
		Fields  []struct {
			At          int
			Field, Type string
		}
	}
}

func readAPI(t *testing.T) {
	t.Helper()
	ok(t, json.Unmarshal(must[[]byte](t)(os.ReadFile("../../include/headcount.json")), &api))
}

func TestNamesAreTheLibrarys(t *testing.T) {
	readAPI(t)
	named := map[string]func(int32) string{
		"hc_status": func(v int32) string { return Kind(v).String() },
		"hc_event":  func(v int32) string { return EventKind(v).String() },
		"hc_field":  func(v int32) string { return Fields(v).String() },
		"hc_role":   func(v int32) string { return Role(v).String() },
	}
	for _, enum := range api.Enums {
		prefix := strings.ToUpper(enum.Name) + "_"
		for _, value := range enum.Values {
			name := strings.ToLower(strings.TrimPrefix(value.Name, prefix))
			if name != "ok" && name != "any" && name != "queue_full" && named[enum.Name] != nil {
				equal(t, name, named[enum.Name](value.Value))
			}
		}
	}
}

// record makes a packed record where the tables of the library say.
type record struct {
	at    map[string]int
	kind  map[string]string
	bytes []byte
}

func newRecord(t *testing.T, section string, table int) *record {
	t.Helper()
	r := &record{map[string]int{}, map[string]string{}, nil}
	for _, each := range api.Packed {
		if each.Section != section {
			continue
		}
		if table--; table >= 0 {
			continue
		}
		end := 0
		for _, field := range each.Fields {
			r.at[field.Field], r.kind[field.Field] = field.At, field.Type
			if end = field.At; field.Type == "u64" {
				end += 8
			}
		}
		r.bytes = make([]byte, end)
		return r
	}
	t.Fatalf("there is no table %s", section)
	return nil
}

func (r *record) number(field string, value uint64) *record {
	switch place := r.bytes[r.at[field]:]; r.kind[field] {
	case "u16":
		binary.LittleEndian.PutUint16(place, uint16(value))
	case "u32":
		binary.LittleEndian.PutUint32(place, uint32(value))
	default:
		binary.LittleEndian.PutUint64(place, value)
	}
	return r
}

func (r *record) id(field string, id ID) *record {
	copy(r.bytes[r.at[field]:], id[:])
	return r
}

func (r *record) place(at int, bytes []byte, length int) {
	binary.LittleEndian.PutUint32(r.bytes[at:], uint32(len(r.bytes)))
	binary.LittleEndian.PutUint32(r.bytes[at+4:], uint32(length))
	r.bytes = append(r.bytes, bytes...)
}

func (r *record) text(field, text string) *record {
	r.place(r.at[field], []byte(text), len(text))
	return r
}

func (r *record) pair(field, name, value string) *record {
	entry := len(r.bytes)
	r.place(r.at[field], make([]byte, 16), 1)
	r.place(entry, []byte(name), len(name))
	r.place(entry+8, []byte(value), len(value))
	return r
}

func TestPackedRecordsAreReadFromTheirPlaces(t *testing.T) {
	readAPI(t)
	id, other := ID{0, 0x11, 0xff}, ID{0xff, 0x11, 0}
	micros := func(micros int64) time.Time { return time.UnixMicro(micros).UTC() }
	user := unpackUser(newRecord(t, "User", 0).number("flags", 3).id("id", id).number("version", 7).
		number("created at", 1_000_001).number("updated at", 2_000_002).number("deactivated at", 3_000_003).
		text("email", "ann@ex.co").text("username", "änn").text("given name", "Ann").text("family name", "Öl").
		pair("attributes", "a", "b").pair("external ids", "okta", "1").bytes)
	equal(t, true, reflect.DeepEqual(user, User{ID: id, Email: "ann@ex.co", Username: "änn", GivenName: "Ann", FamilyName: "Öl",
		Active: true, Admin: true, Version: 7, CreatedAt: micros(1_000_001), UpdatedAt: micros(2_000_002),
		DeactivatedAt: micros(3_000_003), attributes: pairs{{"a", "b"}}, externalIDs: pairs{{"okta", "1"}}}))
	workspace := unpackWorkspace(newRecord(t, "Workspace", 0).number("flags", 3).number("id", 4).number("version", 5).
		number("created at", 6).number("updated at", 7).id("default of", id).text("name", "Öl").
		pair("external ids", "okta", "1").bytes)
	equal(t, true, reflect.DeepEqual(workspace, Workspace{ID: 4, Name: "Öl", Archived: true, DefaultOf: id, Version: 5,
		CreatedAt: micros(6), UpdatedAt: micros(7), externalIDs: pairs{{"okta", "1"}}}))
	equal(t, Member{Workspace: 4, User: id, Role: Owner, Since: micros(5), Version: 6},
		unpackMember(newRecord(t, "Membership", 0).number("role", 1).number("workspace", 4).id("user", id).
			number("since", 5).number("version", 6).bytes))
	event := newRecord(t, "Change", 1).number("kind", uint64(MemberAdded)).number("flags", 7).number("fields", 1).
		number("workspace", 4).id("user", other).number("role", 2).bytes
	record := newRecord(t, "Change", 0).number("flags", 3).number("sequence", 9).number("at", 8).id("actor", id).
		id("request id", other).number("event_bytes", uint64(len(event))).text("door", "rest")
	record.place(record.at["events"], event, 1)
	equal(t, true, reflect.DeepEqual(unpackChange(record.bytes), Change{Sequence: 9, At: micros(8), Actor: id, Door: "rest",
		RequestID: other, Events: []Event{{Kind: MemberAdded, User: other, Workspace: 4, Fields: EmailField, Active: true,
			Role: Collaborator}}}))
	equal(t, 1, len(maps.Collect(user.Attributes())))
}
