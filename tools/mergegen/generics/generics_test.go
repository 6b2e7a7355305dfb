package generics_test

import (
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
		x.Add(f.path, "file.go", []byte(f.src))
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

func TestParseErrors(t *testing.T) {
	for _, text := range []string{"\tF 1\n", "a\n\tF\n", "a\n\tF one\n"} {
		if x, err := generics.Parse(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), "list of generic functions, line ") {
			t.Errorf("Parse(%q) = %v, %v", text, x, err)
		}
	}
}
