package headcount

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// The words of the conformance script: by the names of lines, calls and operations, the keys of each.
var words = decode[map[string]map[string]string](string(check(os.ReadFile("../../tests/conformance/calls.json"))))

// unknown are the words of a line that calls.json lacks: one that is misspelt would say nothing.
func unknown(line object) []string {
	kind, call, in := "step", line["do"], line["in"]
	if line["case"] != nil {
		kind, call, in = "case", "open", line["open"]
	}
	arguments, _ := in.(object)
	operations, _ := arguments["operations"].([]any)
	unknown := append(lacking("lines", kind, line), lacking("calls", call, arguments)...)
	for _, operation := range operations {
		unknown = append(unknown, lacking("operations", operation.(object)["op"], operation.(object))...)
	}
	return unknown
}

// lacking are the keys that what has this name lacks, and the name if nothing has it.
func lacking(part string, name any, keys object) (lacking []string) {
	known, isKnown := words[part][fmt.Sprint(name)]
	if !isKnown {
		lacking = append(lacking, fmt.Sprint(name))
	}
	for key := range keys {
		if !slices.Contains(strings.Fields(known), key) {
			lacking = append(lacking, key)
		}
	}
	return lacking
}

// Users, updates, queries and batches have the keys of the script in JSON, and no others.
func TestJSONHasTheKeysOfTheScript(t *testing.T) {
	for call, read := range map[string]func(text []byte) error{
		"create_user": new(NewUser).UnmarshalJSON,
		"update_user": new(UserUpdate).UnmarshalJSON,
		"query":       new(Query).UnmarshalJSON,
		"apply":       new(Batch).UnmarshalJSON,
	} {
		for _, keys := range words["calls"] {
			for _, key := range strings.Fields(keys) {
				isRead := read([]byte(encode(object{key: nil}))) == nil
				isKnown := len(lacking("calls", call, object{key: nil})) == 0
				if isRead != isKnown && key != "user" { // An update doesn't say whose it is.
					t.Errorf("%s of %s is read: %v", key, call, isRead)
				}
			}
		}
	}
}
