package headcount_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/headcount"
)

func Example() {
	folder, _ := os.MkdirTemp("", "headcount")
	defer os.RemoveAll(folder)
	if err := firstLines(filepath.Join(folder, "users.redb")); err != nil {
		fmt.Println(err)
	}
	// Output: steve is active
}

// What README.md begins with; a test compares the two.
func firstLines(path string) error {
	// begin
	dir, err := headcount.Open(path, nil)
	if err != nil {
		return err
	}
	defer dir.Close()
	user, err := dir.CreateUser(headcount.NewUser{Email: "steve@ex.co", Username: "steve"})
	if errors.Is(err, headcount.ErrNoFreeSeat) {
		return fmt.Errorf("deactivate somebody first: %w", err)
	}
	fmt.Println(user.Username, "is active")
	// end
	return err
}

func TestReadmeShowsTheExample(t *testing.T) {
	source, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, lines, _ := strings.Cut(string(source), "\t// begin\n")
	lines, _, _ = strings.Cut(lines, "\t// end\n")
	lines = strings.ReplaceAll(strings.ReplaceAll("\n"+lines, "\n\t", "\n"), "\t", "    ")
	if !strings.Contains(string(readme), "```go"+lines+"```") {
		t.Errorf("README.md doesn't show%s", lines)
	}
}
