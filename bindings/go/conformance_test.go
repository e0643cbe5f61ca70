package headcount

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// The runner of tests/conformance, which says what every binding does; conformance_calls_test.go makes its calls.
func TestConformance(t *testing.T) {
	passed, failures := runScripts(t, "../../tests/conformance/*.jsonl")
	if t.Logf("%d passed, %d failed", passed, len(failures)); passed < 60 || len(failures) > 0 {
		t.Error(strings.Join(failures, "\n"))
	}
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
			if line != "" {
				step := decode([]byte(line)).(object)
				step["line"] = fmt.Sprintf("%s:%d", filepath.Base(path), number+1)
				if step["case"] != nil {
					step["do"], step["in"] = "open", step["open"]
					cases = append(cases, nil)
				}
				cases[len(cases)-1] = append(cases[len(cases)-1], step)
			}
		}
		for _, steps := range cases {
			if fmt.Sprint(steps[0]["needs"]) == "[fork]" {
				t.Logf("left out, since Go can't: %v", steps[0]["case"])
			} else if failure := runCase(t.TempDir(), steps); failure != "" {
				failures = append(failures, failure)
			} else {
				passed++
			}
		}
	}
	return passed, failures
}

func decode(text []byte) (value any) {
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		panic(err)
	}
	return value
}

func runCase(folder string, steps []object) string {
	s := &session{folder: folder}
	defer s.end()
	names := object{}
	for _, step := range steps {
		if failure := take(s, step, names); failure != "" {
			return fmt.Sprintf("%s: %s: %v: %s", step["line"], steps[0]["case"], step, failure)
		}
	}
	return ""
}

// outcome is what a call came to, as the script has it: "out" or "err".
func outcome(s *session, step, names object, i string) object {
	in, _ := filled(step["in"], names, i).(object)
	value, err := s.call(step["do"].(string), in, filled(step["as"], names, ""), step["through"])
	key := "out"
	if err != nil {
		key, value = "err", showError(err)
	}
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return object{key: decode(text)}
}

func take(s *session, step, names object) string {
	race, isRace := step["race"].(json.Number)
	if !isRace {
		return expect(step, outcome(s, step, names, ""), names)
	}
	count, _ := race.Int64()
	outcomes := make([]object, count)
	var group sync.WaitGroup
	for i := range outcomes {
		group.Go(func() { outcomes[i] = outcome(s, step, names, fmt.Sprint(i)) })
	}
	group.Wait()
	won := 0
	for _, o := range outcomes {
		of := maps.Clone(step)
		if o["err"] != nil {
			delete(of, "out")
		} else {
			delete(of, "err")
			won++
		}
		if failure := expect(of, o, maps.Clone(names)); failure != "" {
			return failure
		}
	}
	if fmt.Sprint(won) != fmt.Sprint(step["won"]) {
		return fmt.Sprintf("was won by %d", won)
	}
	return ""
}

func expect(step, outcome, names object) string {
	wanted, failed := step["err"], outcome["err"] != nil
	out, said := step["out"]
	right := !failed && wanted == nil && (!said || matches(out, outcome["out"], names))
	kinds, many := wanted.(object)
	if kind, isText := wanted.(string); isText {
		kinds, many = object{kind: object{}}, true
	}
	for kind, numbers := range kinds {
		right = many && failed && outcome["err"].(object)["kind"] == kind && matches(numbers, outcome["err"], names)
	}
	if right {
		return ""
	}
	return fmt.Sprintf("gave %v", outcome)
}

func filled(given any, names object, i string) any {
	switch given := given.(type) {
	case string:
		if strings.HasPrefix(given, "$") {
			return names[given]
		}
		return strings.ReplaceAll(given, "{i}", i)
	case []any:
		list := slices.Clone(given)
		for at, item := range list {
			list[at] = filled(item, names, i)
		}
		return list
	case object:
		if text, said := given["$repeat"].(string); said {
			times, _ := given["times"].(json.Number).Int64()
			return strings.Repeat(text, int(times))
		}
		members := maps.Clone(given)
		for key, value := range members {
			members[key] = filled(value, names, i)
		}
		return members
	}
	return given
}

func matches(wanted, found any, names object) bool {
	switch wanted := wanted.(type) {
	case string:
		if strings.HasPrefix(wanted, "$") && names[wanted] == nil && found != nil {
			names[wanted] = found
		} else if strings.HasPrefix(wanted, "$") {
			return found != nil && names[wanted] == found
		}
		return strings.HasPrefix(wanted, "$") || wanted == found
	case object:
		if name, said := wanted["$from"].(string); said {
			from, _ := time.Parse(time.RFC3339, names[name].(string))
			at, err := time.Parse(time.RFC3339, fmt.Sprint(found))
			return err == nil && !at.Before(from)
		}
		of, isObject := found.(object)
		for key, value := range wanted {
			isObject = isObject && matches(value, of[key], names)
		}
		return isObject
	case []any:
		list, isList := found.([]any)
		return isList && slices.EqualFunc(wanted, list, func(w, f any) bool { return matches(w, f, names) })
	}
	return wanted == found
}
