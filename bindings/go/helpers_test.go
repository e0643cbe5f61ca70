package headcount

import (
	"encoding/json"
	"errors"
	"iter"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// No test may leave a goroutine behind.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// must unwraps the results of a call: must[User](t)(dir.User("steve@ex.co")).
func must[T any](t testing.TB) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		ok(t, err)
		return value
	}
}

func equal[T comparable](t testing.TB, want, got T) {
	t.Helper()
	if want != got {
		t.Fatalf("want %v, got %v", want, got)
	}
}

func refused(t testing.TB, kind Kind, err error) *Error {
	t.Helper()
	var e *Error
	if !errors.Is(err, kind) || !errors.As(err, &e) {
		t.Fatalf("want %v, got %v", kind, err)
	}
	return e
}

func memory(t testing.TB, license License) *Directory {
	t.Helper()
	d := must[*Directory](t)(OpenInMemory(&Options{License: license}))
	t.Cleanup(func() { ok(t, d.Close()) })
	return d
}

func onDisk(t testing.TB, license License) (*Directory, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "users.redb")
	d := must[*Directory](t)(Open(path, &Options{License: license}))
	t.Cleanup(func() { ok(t, d.Close()) })
	return d, path
}

func create(t testing.TB, d *Directory, email string) User {
	t.Helper()
	return must[User](t)(d.CreateUser(NewUser{Email: email}))
}

// check panics with an error, where no test is at hand.
func check[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// all are the items of a list, whose errors panic.
func all[T any](items iter.Seq2[T, error]) []T {
	list := []T{}
	for item, err := range items {
		list = append(list, check(item, err))
	}
	return list
}

// object is one of JSON.
type object = map[string]any

// encode is a value in JSON; the zero time, which is none, is null.
func encode(value any) string {
	return strings.ReplaceAll(string(check(json.Marshal(value))), `"0001-01-01T00:00:00Z"`, "null")
}

// decode reads a value from JSON.
func decode[T any](text string) (value T) {
	check(0, json.Unmarshal([]byte(text), &value))
	return value
}

// methods are those of a directory, by their names in snake case.
func methods(d *Directory) map[string]any {
	methods, of := map[string]any{}, reflect.ValueOf(d)
	for i := range of.NumMethod() {
		name := regexp.MustCompile("([a-z])([A-Z])").ReplaceAllString(of.Type().Method(i).Name, "${1}_$2")
		methods[strings.ToLower(name)] = of.Method(i).Interface()
	}
	return methods
}

// invoke calls a function, whose arguments are filled through pointers to them; its error panics.
func invoke(function any, fill func(argument any)) any {
	value := reflect.ValueOf(function)
	arguments := make([]reflect.Value, value.Type().NumIn())
	for i := range arguments {
		argument := reflect.New(value.Type().In(i))
		fill(argument.Interface())
		arguments[i] = argument.Elem()
	}
	results := value.Call(arguments)
	err, _ := results[len(results)-1].Interface().(error)
	return check(results[0].Interface(), err)
}
