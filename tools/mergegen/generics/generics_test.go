package generics_test

import (
	"fmt"
	"go/build"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergegen/generics"
)

func TestIndex(t *testing.T) {
	x := generics.Index{}
	for _, f := range []struct{ path, src string }{
		{"example.com/a", "package a\nfunc Two[K comparable, V any](m map[K]V) {}\nfunc one[T any]() {}\nfunc Plain() { f := func() {}; f() }\n"},
		{"example.com/a", "//go:build never\n\npackage a\n\nfunc Two /* on\tone line */ [ T any ]() {}\nfunc (t T[K]) Method() {}\nfunc Plain2(a []int) {}\n"},
		{"example.com/b", "package b\nvar F [3]func()\nfunc init() { F[0]() }\n"},
		{"example.com/broken", "package broken\nfunc F[T any]( {"},
	} {
		if err := x.Add(f.path, "file.go", []byte(f.src)); (err != nil) != (f.path == "example.com/broken") {
			t.Errorf("%s: error %v", f.path, err)
		}
	}
	const want = "example.com/a\n\tTwo 1\n\tTwo 2\nexample.com/b\nexample.com/broken\n"
	var got strings.Builder
	if err := x.Write(&got); err != nil || got.String() != want {
		t.Fatalf("got\n%s%v, want\n%s", &got, err, want)
	}
	parsed, err := generics.Parse(strings.NewReader(want))
	if err != nil {
		t.Fatal(err)
	}
	got.Reset()
	if err := parsed.Write(&got); err != nil || got.String() != want {
		t.Errorf("read back\n%s%v, want\n%s", &got, err, want)
	}
}

// TestMethods has what Go parses since 1.27.
func TestMethods(t *testing.T) {
	if !slices.Contains(build.Default.ReleaseTags, "go1.27") {
		t.Skip("the parser of this Go does not know generic methods")
	}
	x := generics.Index{}
	for path, src := range map[string]string{
		"example.com/a": "package a\nfunc (t *T[K]) Map[V any](f func(K) V) {}\nfunc (t T[K]) Get() {}\nfunc (T[K]) own[V any]() {}\nfunc (t func()) F[V any]() {}\n",
		"example.com/b": "package b\nfunc (U) Map /* to */ [K, V any]() {}\nfunc Map[A, B, C any]() {}\n",
	} {
		if err := x.Add(path, "file.go", []byte(src)); err != nil {
			t.Fatal(err)
		}
	}
	const want = "example.com/a\n\t.F 1\n\t.Map 1\nexample.com/b\n\t.Map 2\n\tMap 3\n"
	var got strings.Builder
	if err := x.Write(&got); err != nil || got.String() != want {
		t.Errorf("got\n%s%v, want\n%s", &got, err, want)
	}
}

func TestMethodsOfAll(t *testing.T) {
	x, err := generics.Parse(strings.NewReader("a\n\t.Map 2\n\tMap 3\nb\n\t.F 1\n\t.Map 1\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(x.Methods()), "map[F:[1] Map:[1 2]]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestParseErrors(t *testing.T) {
	for _, text := range []string{"\tF 1\n", "a\n\tF\n", "a\n\tF one\n"} {
		if x, err := generics.Parse(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), "list of generic functions, line ") {
			t.Errorf("Parse(%q) = %v, %v", text, x, err)
		}
	}
}
