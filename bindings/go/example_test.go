package headcount_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/headcount"
)

func Example() {
	dir, err := headcount.OpenInMemory(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer dir.Close()
	user, err := dir.CreateUser(headcount.NewUser{Email: "steve@ex.co", Username: "steve"})
	if errors.Is(err, headcount.ErrNoFreeSeat) {
		fmt.Println("deactivate somebody first:", err)
		return
	}
	fmt.Println(user.Username, "is active")
	// Output: steve is active
}

// What README.md begins with, used in an empty folder as it says.
func TestTheProgramOfTheReadmeRuns(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "main.go"), []byte(block(string(readme), "go")), 0o600); err != nil {
		t.Fatal(err)
	}
	shell := exec.Command("sh", "-e", "-c", block(string(readme), "sh"))
	shell.Dir = folder
	shell.Env = append(os.Environ(), "HEADCOUNT="+root, "GOFLAGS=", "GOWORK=off")
	output, err := shell.CombinedOutput()
	if err != nil || !strings.Contains(string(output), "steve is active\n") || !strings.Contains(string(output), "eve has to wait: ") {
		t.Errorf("%v\n%s", err, output)
	}
}

// The source tree without native/, and without cgo.
func TestWithoutTheLibraryTheCompilerSaysWhatToDo(t *testing.T) {
	folder := t.TempDir()
	for _, pattern := range []string{"*.go", "*.h", "go.*", "internal/*/*", "unbuilt/*"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err == nil {
				err = os.MkdirAll(filepath.Join(folder, filepath.Dir(name)), 0o700)
			}
			if err == nil {
				err = os.WriteFile(filepath.Join(folder, name), text, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for enabled, words := range map[string]string{"1": "run ./build in the folder", "0": "set CGO_ENABLED=1"} {
		compiler := exec.Command("go", "build", ".")
		compiler.Dir = folder
		compiler.Env = append(os.Environ(), "CGO_ENABLED="+enabled, "GOFLAGS=", "GOWORK=off")
		output, err := compiler.CombinedOutput()
		if err == nil || !strings.Contains(string(output), words) {
			t.Errorf("%v\n%s", err, output)
		}
	}
}

// block is the first block of a language in a text.
func block(text, language string) string {
	_, rest, _ := strings.Cut(text, "```"+language+"\n")
	lines, _, _ := strings.Cut(rest, "```\n")
	return lines
}
