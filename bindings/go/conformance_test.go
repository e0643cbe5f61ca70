package headcount

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// The conformance script, of which tests/conformance/README.md has the format. Calls are found by their names.
func TestConformance(t *testing.T) {
	passed, skipped := runScripts(t, "../../tests/conformance/*.jsonl", false)
	equal(t, 93, passed)
	equal(t, `"a child of fork is refused", "a child of fork is refused in memory too"`, strings.Join(skipped, ", ")) // Go can't.
}

func TestEachPlantedErrorIsFound(t *testing.T) {
	failed, _ := runScripts(t, "../../tests/conformance/planted/*.jsonl", true)
	equal(t, 40, failed)
}

// places are the keys of "in" in the order in which methods take them.
var places = "workspace user name owner external_ids email username emails provisioner id ids role license after before since from to backup path aside text with limit overwrite"
var isNobody = regexp.MustCompile(`("do":"(user|workspace)(?:_by_\w+)?",.*)"out":null`) // An error in Go.
var isKind, repeated = regexp.MustCompile(`"err":("\w+")`), regexp.MustCompile(`{"\$repeat":"(.*?)","times":(\d+)}`)

// runScripts returns how many cases came out as they should, and those that were left out.
func runScripts(t *testing.T, pattern string, isPlanted bool) (_ int, skipped []string) {
	results := map[bool]int{} // How many cases passed.
	for _, path := range check(filepath.Glob(check(filepath.Abs(pattern)))) {
		for _, text := range strings.Split(string(check(os.ReadFile(path))), `{"case":`)[1:] {
			if strings.Contains(text, `"needs":["fork"]`) {
				skipped = append(skipped, strings.Split(text, ",")[0])
				continue
			}
			t.Chdir(t.TempDir())
			s, failure := &session{check(OpenInMemory(nil)), nil, object{}}, ""
			text = isNobody.ReplaceAllString(`{"case":`+strings.TrimSpace(text), `$1"err":"${2}_not_found"`)
			for lines := strings.Split(isKind.ReplaceAllString(text, `"err":{$1:{}}`), "\n"); failure == "" && len(lines) > 0; lines = lines[1:] {
				failure = s.take(lines[0])
			}
			if s.directory.Close(); isPlanted != (failure != "") { // A case may have taken its file away.
				t.Error(path, text, failure)
			}
			results[failure == ""]++
		}
	}
	fmt.Println(results[true], "passed,", results[false], "failed, skipped:", skipped)
	return results[!isPlanted], skipped
}

// A session is a case with the directory in use, a feed, and the values of names.
type session struct {
	directory *Directory
	feed      *Feed
	names     object
}

// take takes a step, with each racer of a race, and says what was wrong.
func (s *session) take(line string) string {
	step := decode[object](line)
	if words := unknown(step); len(words) > 0 {
		return fmt.Sprint(line, " has ", words)
	}
	line = strings.Replace(line, `"open":`, `"do":"open","in":`, 1)
	racers, isRace := step["race"].(float64)
	outcomes, count := make([]object, max(int(racers), 1)), map[string]float64{}
	var group sync.WaitGroup
	for i := range outcomes {
		group.Go(func() { outcomes[i] = s.outcome(strings.ReplaceAll(line, "{i}", fmt.Sprint(i))) })
	}
	group.Wait()
	for _, outcome := range outcomes {
		for key, found := range outcome {
			names := map[bool]object{true: maps.Clone(s.names), false: s.names}[isRace]
			if wanted, isSaid := step[key]; isSaid && !matches(wanted, found, names) || !isSaid && (key == "err" || step["err"] != nil && !isRace) {
				return fmt.Sprint(line, " gave ", outcome)
			}
			count[key]++
		}
	}
	if isRace && step["won"] != count["out"] {
		return fmt.Sprint(line, " was won by ", count["out"])
	}
	return ""
}

func matches(wanted, found any, names object) bool {
	list, isList := found.([]any)
	of, isObject := found.(object)
	switch wanted := wanted.(type) {
	case string:
		if names[wanted] == nil && strings.HasPrefix(wanted, "$") {
			names[wanted] = found
		}
		return found != nil && (wanted == found || names[wanted] != nil && encode(names[wanted]) == encode(found))
	case []any:
		return isList && slices.EqualFunc(wanted, list, func(w, f any) bool { return matches(w, f, names) })
	case object:
		if name, is := wanted["$from"].(string); is {
			return !decode[time.Time](encode(found)).Before(decode[time.Time](encode(names[name])))
		}
		if part, is := wanted["$has"].(string); is {
			return strings.Contains(fmt.Sprint(found), part)
		}
		return isObject && !slices.ContainsFunc(slices.Sorted(maps.Keys(wanted)), func(key string) bool { return !matches(wanted[key], of[key], names) })
	}
	return wanted == found
}

// outcome is what a step came to: an object with "out", or with "err", which has the numbers by the kind.
func (s *session) outcome(line string) (outcome object) {
	for name, value := range s.names {
		line = strings.ReplaceAll(line, encode(name), encode(value))
	}
	repeat := func(of []string) string { return encode(strings.Repeat(of[1], decode[int](of[2]))) }
	step := decode[object](repeated.ReplaceAllStringFunc(line, func(of string) string { return repeat(repeated.FindStringSubmatch(of)) }))
	defer func() {
		if refused := recover(); refused != nil {
			outcome = object{"err": object{refused.(*Error).Kind.String(): decode[any](encode(refused))}}
		}
	}()
	d := s.directory
	for key, method := range map[string]string{"as": "acting_as", "through": "through"} {
		if step[key] != nil {
			d = s.call(method, object{"id": step[key]}, d).(*Directory)
		}
	}
	in, _ := step["in"].(object)
	for _, key := range []string{"workspace", "member_of"} {
		if name, is := in[key].(string); is {
			in[key] = check(d.WorkspaceByName(name)).ID
		}
	}
	return object{"out": decode[any](encode(s.call(step["do"].(string), in, d)))}
}

// call calls the function of the table, or else the method of the directory, that has the name.
func (s *session) call(name string, in object, d *Directory) any {
	functions := methods(d)
	maps.Copy(functions, map[string]any{
		"open": func(in object) error {
			options := &Options{License: decode[License](encode(in["license"])), ReadOnly: in["read_only"] == true, MustExist: in["create_if_missing"] == false, SalvageLog: in["salvage_log"] == true}
			opened := check(OpenInMemory(options))
			if in["path"] != nil {
				opened = check(Open(in["path"].(string), options))
			}
			opened, s.directory = s.directory, opened
			return opened.Close()
		},
		"next": func(in object) (any, error) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(in["timeout_ms"].(float64))*time.Millisecond)
			defer cancel()
			if change, err := s.feed.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
				return change, err
			}
			return nil, nil
		},
		"users": func() []User { return all(d.Users()) }, "workspaces": func() []Workspace { return all(d.Workspaces()) },
		"len": func() (uint64, error) { return d.Count(Query{}) }, "position": func() uint64 { return s.feed.Position() },
		"create_workspace": d.CreateWorkspaceWithExternalIDs, "restore": Restore, "repair": Repair, "remove_file": os.Remove,
		"find_faults":      map[bool]any{true: FindFaultsIn, false: d.FindFaults}[in["path"] != nil],
		"plan_repair":      func(path string, limit int) (Faults, error) { return Repair(path, "", limit) },
		"compact":          func(path string) error { _, _, err := Compact(path); return err },
		"changes":          func(after uint64) []Change { return all(d.Changes(after)) },
		"follow":           func(after uint64) (err error) { s.feed, err = d.Follow(after); return err },
		"delete_user":      func(ref string) (ID, error) { u, _ := d.User(ref); return u.ID, d.DeleteUser(ref) },
		"delete_workspace": func(id uint64) (uint64, error) { return id, d.DeleteWorkspace(id) },
		"set_license":      func(to License) (Seats, error) { check(0, d.SetLicense(to)); return d.Seats() },
		"export":           func(path string) error { file := check(os.Create(path)); defer file.Close(); return d.Export(file) },
		"load":             func(path string) error { file := check(os.Open(path)); defer file.Close(); return d.Load(file) },
		"copy_file":        func(from, to string) error { return os.WriteFile(to, check(os.ReadFile(from)), 0o600) },
		"write_file":       func(path, text string) error { return os.WriteFile(path, []byte(text), 0o600) },
		"replace_in_file": func(path, text, with string) error {
			return os.WriteFile(path, []byte(strings.ReplaceAll(string(check(os.ReadFile(path))), text, with)), 0o600)
		},
		"exists": func(path string) bool { _, err := os.Stat(path); return err == nil },
	})
	return invoke(functions[name], func(argument any) {
		value := any(in) // What is left of it.
		switch argument.(type) {
		case *NewUser, *UserUpdate, *Query, **Batch, *object:
		default:
			key := append(slices.DeleteFunc(strings.Fields(places), func(key string) bool { return in[key] == nil }), "")[0]
			value = in[key]
			delete(in, key)
		}
		check(0, json.Unmarshal([]byte(encode(value)), argument))
	})
}
