package strictyaml

import (
	"strings"
	"testing"
)

type settings struct {
	Name  string         `yaml:"name"`
	Steps []step         `yaml:"steps"`
	Of    map[string]int `yaml:"of"`
}

type step struct {
	Calls int `yaml:"calls"`
}

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		text    string
		literal bool
		want    string // "" for no error
	}{
		{"", true, ""},
		{"# nothing\n", true, ""},
		{"name: a\nof: {x: 1}\n", true, ""},
		{"nam: a\n", false, "line 1: field nam not found"},
		{"name: [\n", false, "f.yaml: line 1: did not find expected node content"},
		{"name: a\nname: b\n", false, `line 2: mapping key "name" already defined at line 1`},
		{"name: a\n---\nname: b\n", false, "f.yaml: there is a second document; write one"},
		{"steps: [&a {calls: 1}, *a]\n", false, ""},
		{"steps: [&a {calls: 1}, *a]\n", true, "f.yaml:1: *a is an alias; write out what it stands for"},
		{"steps:\n  - <<: {calls: 1}\n", true, "f.yaml:2: << is not supported"},
		{"of: {? &k x : 1}\n", true, ""},
		{"steps:\n  - calls:\n", false, ""},
		{"steps:\n  - calls:\n", true, "f.yaml:2: steps.0.calls has no value; write one, or leave it out"},
		{"steps:\n  -\n", true, "f.yaml:2: steps.0 has no value"},
	} {
		f, err := Parse("f.yaml", []byte(tt.text), new(settings), Options{Literal: tt.literal})
		if tt.want == "" && (err != nil || f == nil) || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%q: got %v, want %s", tt.text, err, tt.want)
		}
	}
}

// TestPlaces asks where values are.
func TestPlaces(t *testing.T) {
	f, err := Parse("f.yaml", []byte("name: a\nsteps:\n  - calls: 1\n  - {}\nof:\n  x: 2\n"), new(settings), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for path, line := range map[string]int{"name": 1, "steps": 2, "steps.0.calls": 3, "steps.1": 4, "of.x": 6, "of.y": 0, "": 0} {
		if got := f.Line(path); got != line {
			t.Errorf("%s is on line %d, want %d", path, got, line)
		}
	}
	for got, want := range map[string]string{
		f.At("of.y", "of.x"): "f.yaml:6",
		f.At("none"):         "f.yaml",
		f.Errorf("steps.1.calls", "%d", 5).Error():     "f.yaml:4: steps.1.calls: 5",
		f.Errorf("none.at.all", "name it 5%%").Error(): "f.yaml: none.at.all: name it 5%",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("name: a\nsteps: [{calls: 1}]\n"), true)
	f.Add([]byte("? [a, b]\n: c\n"), false)
	f.Fuzz(func(t *testing.T, data []byte, literal bool) {
		file, err := Parse("f.yaml", data, new(settings), Options{Literal: literal})
		if (file == nil) == (err == nil) {
			t.Errorf("%q: got %v, %v", data, file, err)
		}
	})
}
