package headcount

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// The runner of tests/conformance, which says what every binding does.
func TestConformance(t *testing.T) {
	passed, failures := runScripts(t, "../../tests/conformance/*.jsonl")
	for _, failure := range failures {
		t.Error(failure)
	}
	t.Logf("%d passed, %d failed", passed, len(failures))
	equal(t, true, passed > 60)
}

func TestEachPlantedErrorIsFound(t *testing.T) {
	passed, failures := runScripts(t, "../../tests/conformance/planted/*.jsonl")
	equal(t, 0, passed)
	equal(t, true, len(failures) >= 20)
}

type object = map[string]any

func runScripts(t *testing.T, pattern string) (passed int, failures []string) {
	for _, path := range must[[]string](t)(filepath.Glob(pattern)) {
		var cases [][]object
		for number, line := range strings.Split(string(must[[]byte](t)(os.ReadFile(path))), "\n") {
			if line == "" {
				continue
			}
			step := decode([]byte(line)).(object)
			step["line"] = fmt.Sprintf("%s:%d", filepath.Base(path), number+1)
			if _, begins := step["case"]; begins {
				cases = append(cases, nil)
			}
			cases[len(cases)-1] = append(cases[len(cases)-1], step)
		}
		for _, steps := range cases {
			if steps[0]["needs"] != nil { // Go can't fork.
				t.Logf("left out: %v", steps[0]["case"])
			} else if failure := runCase(t.TempDir(), steps); failure != "" {
				failures = append(failures, failure)
			} else {
				passed++
			}
		}
	}
	return passed, failures
}

func decode(text []byte) any {
	var value any
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		panic(err)
	}
	return value
}

type session struct {
	folder    string
	directory *Directory
	feed      *Feed
	names     object
}

func runCase(folder string, steps []object) string {
	s := &session{folder: folder, names: object{}}
	open, _ := steps[0]["open"].(object)
	if err := s.open(open); err != nil {
		return fmt.Sprint(steps[0]["line"], ": ", err)
	}
	defer func() {
		if s.feed != nil {
			s.feed.Close()
		}
		s.directory.Close()
	}()
	for _, step := range steps[1:] {
		if failure := s.take(step); failure != "" {
			return fmt.Sprintf("%s: %s: %s", step["line"], steps[0]["case"], failure)
		}
	}
	return ""
}

// result is what a call came to: a value, or the error as a value.
type result struct {
	value  any
	failed bool
}

func (s *session) result(step object, i string) result {
	given, _ := s.filled(step["in"], i).(object)
	value, err := s.call(step["do"].(string), given, s.filled(step["as"], ""))
	if err != nil {
		return result{shown(showError(err)), true}
	}
	return result{shown(value), false}
}

// shown is a value as JSON has it.
func shown(value any) any {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return decode(text)
}

func (s *session) take(step object) string {
	racers, _ := step["race"].(json.Number)
	if racers == "" {
		return s.expect(step, s.result(step, ""))
	}
	count, _ := racers.Int64()
	results := make([]result, count)
	var group sync.WaitGroup
	for i := range results {
		group.Go(func() { results[i] = s.result(step, fmt.Sprint(i)) })
	}
	group.Wait()
	won := 0
	for _, r := range results {
		of := object{"do": step["do"], "in": step["in"]}
		if r.failed {
			of["err"] = step["err"]
		} else {
			won++
			if out, said := step["out"]; said {
				of["out"] = out
			}
		}
		if failure := s.expect(of, r); failure != "" {
			return failure
		}
	}
	if fmt.Sprint(won) != fmt.Sprint(step["won"]) {
		return fmt.Sprintf("%v was won by %d", step, won)
	}
	return ""
}

func (s *session) expect(step object, r result) string {
	right := false
	switch wanted := step["err"].(type) {
	case nil:
		out, said := step["out"]
		right = !r.failed && (!said || s.matches(out, r.value))
	case string:
		right = r.failed && r.value.(object)["kind"] == wanted
	case object:
		for kind, numbers := range wanted {
			right = r.failed && r.value.(object)["kind"] == kind && s.matches(numbers, r.value)
		}
	}
	if right {
		return ""
	}
	return fmt.Sprintf("%v gave %v", step, r.value)
}

func (s *session) filled(given any, i string) any {
	switch given := given.(type) {
	case string:
		if strings.HasPrefix(given, "$") {
			return s.names[given]
		}
		return strings.ReplaceAll(given, "{i}", i)
	case []any:
		filled := []any{}
		for _, item := range given {
			filled = append(filled, s.filled(item, i))
		}
		return filled
	case object:
		if text, said := given["$repeat"].(string); said {
			times, _ := given["times"].(json.Number).Int64()
			return strings.Repeat(text, int(times))
		}
		filled := object{}
		for key, value := range given {
			filled[key] = s.filled(value, i)
		}
		return filled
	}
	return given
}

func (s *session) matches(wanted, found any) bool {
	switch wanted := wanted.(type) {
	case string:
		if !strings.HasPrefix(wanted, "$") {
			return wanted == found
		}
		if _, bound := s.names[wanted]; !bound && found != nil {
			s.names[wanted] = found
		}
		return found != nil && s.names[wanted] == found
	case object:
		if name, said := wanted["$from"].(string); said {
			from, _ := time.Parse(time.RFC3339, s.names[name].(string))
			at, err := time.Parse(time.RFC3339, fmt.Sprint(found))
			return err == nil && !at.Before(from)
		}
		of, isObject := found.(object)
		for key, value := range wanted {
			if !isObject || !s.matches(value, of[key]) {
				return false
			}
		}
		return isObject
	case []any:
		list, isList := found.([]any)
		if !isList || len(list) != len(wanted) {
			return false
		}
		for i := range wanted {
			if !s.matches(wanted[i], list[i]) {
				return false
			}
		}
		return true
	}
	return wanted == found
}

func showError(err error) object {
	var e *Error
	if !errors.As(err, &e) {
		panic(err)
	}
	shown := object{"kind": e.Kind.String(), "message": e.Message}
	if e.Operation >= 0 {
		shown["op_index"] = e.Operation
	}
	if e.Seats != nil {
		shown["limit"], shown["active"], shown["requested"] = e.Seats.Limit, e.Seats.Active, e.Seats.Requested
	}
	if e.Versions != nil {
		shown["expected"], shown["found"] = e.Versions.Expected, e.Versions.Found
	}
	if e.Kind == ErrHistoryTrimmed {
		shown["resume_after"] = e.ResumeAfter
	}
	if e.Kind == ErrChangeNotYet {
		shown["latest"] = e.LatestChange
	}
	return shown
}
