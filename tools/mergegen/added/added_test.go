package added

import "testing"

func TestUntag(t *testing.T) {
	const rest = "\n\npackage p\n"
	for _, test := range []struct{ text, want string }{
		{"//go:build go_merge_added" + rest, "//" + rest},
		{"//go:build go_merge_added && unix" + rest, "//go:build unix" + rest},
		{"//go:build go_merge_added && (linux || darwin)" + rest, "//go:build (linux || darwin)" + rest},
	} {
		if !Tagged(test.text) {
			t.Errorf("%q is not tagged", test.text)
		}
		if got := Untag(test.text); got != test.want {
			t.Errorf("Untag(%q) = %q, want %q", test.text, got, test.want)
		}
	}
	for _, text := range []string{"package p\n", "//go:build unix\n\npackage p\n"} {
		if Tagged(text) {
			t.Errorf("%q is tagged", text)
		}
		if got := Untag(text); got != text {
			t.Errorf("Untag(%q) = %q", text, got)
		}
	}
}
