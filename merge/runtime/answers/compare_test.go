package answers

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

func mustRead(t *testing.T, answer any) Value {
	t.Helper()
	if v, ok := answer.(Value); ok {
		return v
	}
	v, err := Of(answer)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// written returns differences as lines.
func written(differences []reports.DifferingField) string {
	var lines []string
	for _, d := range differences {
		lines = append(lines, d.Path+": "+d.RPC+" -> "+d.Inline)
	}
	return strings.Join(lines, "\n")
}

func TestDifferences(t *testing.T) {
	price := func(p float64) *float64 { return &p }
	tests := []struct {
		name        string
		rpc, inline any
		how         Comparison
		want        string
	}{
		{"equal", &offer{Name: "tea", Price: price(1)}, &offer{Name: "tea", Price: price(1)}, Comparison{}, ""},
		{"a number", &line{ID: 1}, &line{ID: 2}, Comparison{}, "id: 1 -> 2"},
		{"a string", &offer{Name: "tea"}, &offer{Name: "5"}, Comparison{}, `name: "tea" -> "5"`},
		{"NaN", &offer{Price: price(math.NaN())}, &offer{Price: price(math.NaN())}, Comparison{}, ""},
		{"nil and empty that look the same", &offer{Tags: []string{}, Data: []byte{}, Stock: map[string]int64{}}, &offer{}, Comparison{}, ""},
		{"nil and empty that do not", &offer{Notes: []string{}}, &offer{}, Comparison{}, "notes: [] -> null"},
		{"absent and zero", &offer{}, &offer{Price: price(0)}, Comparison{}, "price: null -> 0"},
		{"order of a set", &offer{Tags: []string{"a", "b"}}, &offer{Tags: []string{"b", "a"}}, Comparison{}, ""},
		{"a set", &offer{Tags: []string{"a", "c"}}, &offer{Tags: []string{"b", "a"}}, Comparison{}, "tags{}: null -> \"b\"\ntags{}: \"c\" -> null"},
		{"order of a list", &offer{Notes: []string{"a", "b"}}, &offer{Notes: []string{"b", "a"}}, Comparison{}, "notes[0]: \"a\" -> \"b\"\nnotes[1]: \"b\" -> \"a\""},
		{"lengths", &offer{Lines: []*line{{ID: 1}}}, &offer{Lines: []*line{{ID: 2}, {ID: 3}}}, Comparison{}, "lines(length): 1 -> 2\nlines[0].id: 1 -> 2"},
		{"a map", &offer{Stock: map[string]int64{"a": 1, "b": 2}}, &offer{Stock: map[string]int64{"b": 3, "c": 4}}, Comparison{},
			"stock[\"a\"]: 1 -> null\nstock[\"b\"]: 2 -> 3\nstock[\"c\"]: null -> 4"},
		{"a oneof", &rate{Kind: &rateFixed{1}}, &rate{Kind: &rateShare{1}}, Comparison{}, "kind.fixed: 1 -> null\nkind.share: null -> 1"},
		{"unknown fields", &offer{_unknownFields: []byte("a")}, &offer{}, Comparison{}, `(unknown fields): "a" -> ""`},

		{"ignored by name", &offer{Lines: []*line{{ID: 1}}}, &offer{Lines: []*line{{ID: 2}}}, Comparison{Ignored: []string{"id"}}, ""},
		{"ignored by path", &offer{Lines: []*line{{ID: 1}}}, &offer{Lines: []*line{{ID: 2}}}, Comparison{Ignored: []string{"lines.id"}}, ""},
		{"another path", &offer{Lines: []*line{{ID: 1}}}, &offer{Lines: []*line{{ID: 2}}}, Comparison{Ignored: []string{"nes.id", "other.id"}}, "lines[0].id: 1 -> 2"},
		{"ignored as a whole", &offer{Lines: []*line{{ID: 1}}}, &offer{}, Comparison{Ignored: []string{"lines"}}, ""},

		{"redacted by name", &offer{Name: "tea", Data: []byte("a")}, &offer{Name: "5", Data: []byte("b")}, Comparison{Redacted: []string{"name"}},
			"name: (redacted) -> (redacted)\ndata: \"a\" -> \"b\""},
		{"redacted below", &offer{Lines: []*line{{ID: 1}}}, &offer{Lines: []*line{{ID: 2}}}, Comparison{Redacted: []string{"lines"}}, "lines[0].id: (redacted) -> (redacted)"},
		{"redacted within", &offer{Lines: []*line{{ID: 1}}}, &offer{Lines: []*line{nil}}, Comparison{Redacted: []string{"lines.id"}}, "lines[0]: {id: (redacted), api_token: (redacted)} -> null"},
		{"redacted keys", &offer{Stock: map[string]int64{"a": 1}}, &offer{}, Comparison{Redacted: []string{"stock"}}, "stock[(redacted)]: (redacted) -> null"},
		{"a secret", &line{APIToken: "a"}, &line{APIToken: "b"}, Comparison{}, "api_token: (redacted) -> (redacted)"},
		{"a secret key", &offer{Labels: map[string]string{"Set-Cookie": "a"}}, &offer{Labels: map[string]string{"Set-Cookie": "b"}}, Comparison{}, `labels["Set-Cookie"]: (redacted) -> (redacted)`},

		{"errors that are equal", Failed("status", 5, "no item"), Failed("status", 5, "no item"), Comparison{}, ""},
		{"a code", Failed("status", 5, "no item"), Failed("status", 13, "no item"), Comparison{}, "error.code: 5 -> 13"},
		{"an ignored message", Failed("status", 5, "at 1"), Failed("status", 5, "at 2"), Comparison{Ignored: []string{"error.message"}}, ""},
		{"an error in place of an answer", &line{ID: 1}, Failed("status", 5, "no"), Comparison{}, `error: null -> {kind: status, code: 5, message: "no"}`},
		{"an answer in place of an error", Failed("status", 5, "no"), &line{ID: 1}, Comparison{}, `error: {kind: status, code: 5, message: "no"} -> null`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := written(tt.how.Differences(mustRead(t, tt.rpc), mustRead(t, tt.inline)))
			if got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestMatched(t *testing.T) {
	answer := &offer{Name: "tea", Lines: []*line{{ID: 1, APIToken: "a"}}}
	how := Comparison{Ignored: []string{"lines.id", "nmae", "price"}, Redacted: []string{"name", "api_token", "id.lines"}, Matched: map[string]bool{}}
	if found := how.Differences(mustRead(t, answer), mustRead(t, answer)); len(found) > 0 {
		t.Errorf("%v", found)
	}
	if want := map[string]bool{"lines.id": true, "name": true, "api_token": true}; !maps.Equal(how.Matched, want) {
		t.Errorf("got %v, want %v", how.Matched, want)
	}
}

func TestDifferencesAreBounded(t *testing.T) {
	long := strings.Repeat("é", maxShown)
	var rpc, inline offer
	for range 3 * maxDifferences {
		rpc.Notes, inline.Notes = append(rpc.Notes, long), append(inline.Notes, long+"!")
	}
	var c Comparison
	found := c.Differences(mustRead(t, &rpc), mustRead(t, &inline))
	if len(found) != maxDifferences {
		t.Errorf("%d fields, want %d", len(found), maxDifferences)
	}
	for _, d := range found {
		for _, text := range []string{d.Path, d.RPC, d.Inline} {
			if len(text) > maxShown+len("...") || !utf8.ValidString(text) {
				t.Errorf("%q has %d bytes", text, len(text))
			}
		}
	}
}

func TestSecrets(t *testing.T) {
	names := []string{"password", "UserPassword", "pass_wd", "client_secret", "accessToken", "X-Authorization", "api_key", "private-key", "name", "key", "pass"}
	got := slices.DeleteFunc(names, func(name string) bool { return isSecret(name) })
	if want := []string{"name", "key", "pass"}; !slices.Equal(got, want) {
		t.Errorf("%q are not secret, want %q", got, want)
	}
}
