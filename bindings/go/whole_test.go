package headcount

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Functions that this package has no use for: it reads users in batches and all of an
// error at once, writes ids and times itself, knows versions as text, and its feeds wait
// in slices.
var unused = map[string]bool{
	"hc_query_unset": true,
	"hc_cursor_next": true, "hc_workspaces_next": true, "hc_members_get": true, "hc_feed_position": true,
	"hc_version_number": true, "hc_id_to_text": true,
	"hc_time_to_text": true, "hc_time_from_text": true, "hc_user_id_text": true, "hc_user_attribute": true,
	"hc_log_set_callback": true,
	"hc_user_get":         true, "hc_user_get_by": true, "hc_user_read_many": true, "hc_feed_wake": true,
	"hc_error_status": true, "hc_error_message": true, "hc_applied_get_outcome": true,
	"hc_directory_submit": true, "hc_feed_get_descriptor": true, "hc_feed_set_callback": true,
	"HC_STATUS_QUEUE_FULL": true,
}

func sources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, name := range must[[]string](t)(filepath.Glob("*")) {
		if (strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")) || strings.HasSuffix(name, ".h") {
			all.Write(must[[]byte](t)(os.ReadFile(name)))
		}
	}
	return all.String()
}

// What is said of users to create and to update, and operations: all of it is packed.
var packed = regexp.MustCompile("^hc_(new_user_|user_update_|batch_|user_create$)")

// The whole API: every function of the header is called, and every constant has a name.
func TestTheWholeHeaderIsUsed(t *testing.T) {
	header := string(must[[]byte](t)(os.ReadFile("native/headcount.h")))
	all := sources(t)
	names := regexp.MustCompile(`(?m)^[a-z][a-z0-9_ ]*\*?\s?(hc_[a-z_]+)\(|^    (HC_[A-Z0-9_]+) = `)
	found := 0
	for _, match := range names.FindAllStringSubmatch(header, -1) {
		name := match[1] + match[2]
		found++
		isPacked := packed.MatchString(name)
		if !regexp.MustCompile(`\b`+name+`\b`).MatchString(all) && !unused[name] && !isPacked && name != "HC_ROLE_ANY" && name != "HC_QUERY_FIELD_MEMBER_OF" && name != "HC_QUERY_FIELD_ATTRIBUTES" {
			t.Errorf("%s is missing", name)
		}
	}
	equal(t, true, found > 150)
}

// Figures of C are read from the fields of their names.
func TestFiguresAreReadFromTheFieldsOfTheirNames(t *testing.T) {
	pairs := regexp.MustCompile(`\b(\w+): +uint64\(\w+\.(\w+)\)`).FindAllStringSubmatch(sources(t), -1)
	for _, pair := range pairs {
		if !strings.EqualFold(pair[1], strings.ReplaceAll(pair[2], "_", "")) {
			t.Errorf("%s is read from %s", pair[1], pair[2])
		}
	}
	equal(t, true, len(pairs) > 30)
}

// Everything that is exported says what it is.
func TestEverythingIsDocumented(t *testing.T) {
	files := token.NewFileSet()
	for _, name := range must[[]string](t)(filepath.Glob("*.go")) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file := must[*ast.File](t)(parser.ParseFile(files, name, nil, parser.ParseComments))
		ast.Inspect(file, func(node ast.Node) bool {
			var names []*ast.Ident
			var docs *ast.CommentGroup
			switch n := node.(type) {
			case *ast.FuncDecl:
				names, docs = []*ast.Ident{n.Name}, n.Doc
			case *ast.GenDecl: // of a type or one value, or a list with docs for each
				for _, spec := range n.Specs {
					switch s := spec.(type) {
					case *ast.TypeSpec:
						names, docs = append(names, s.Name), n.Doc
					case *ast.ValueSpec:
						if docs = n.Doc; docs == nil {
							docs = s.Doc
						}
						names = s.Names
					}
				}
			case *ast.Field:
				names, docs = n.Names, n.Doc
			}
			for _, name := range names {
				if name.IsExported() && len(name.Name) > 1 && docs == nil {
					t.Errorf("%s is not documented: %s", name.Name, files.Position(name.Pos()))
				}
			}
			_, body := node.(*ast.BlockStmt)
			return !body
		})
	}
}

func TestAnotherABIIsRefusedInWords(t *testing.T) {
	equal(t, nil, checkABI(1, "0.1.0"))
	err := checkABI(7, "9.0.0")
	equal(t, "headcount: the linked library 9.0.0 has ABI version 7, and this package needs 1: "+
		"build both from the same release", err.Error())
	abiError = err
	defer func() { abiError = nil }()
	_, refused := OpenInMemory(nil)
	equal(t, err, refused)
}
