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
		if got, err := Untag(test.text); got != test.want || err != nil {
			t.Errorf("Untag(%q) = %q, %v, want %q", test.text, got, err, test.want)
		}
	}
	for _, text := range []string{"package p\n", "//go:build unix\n\npackage p\n"} {
		if Tagged(text) {
			t.Errorf("%q is tagged", text)
		}
		if got, err := Untag(text); got != text || err != nil {
			t.Errorf("Untag(%q) = %q, %v", text, got, err)
		}
	}
	for _, constraint := range []string{"linux && go_merge_added", "!go_merge_added"} {
		if got, err := Untag("//go:build " + constraint + "\n\npackage p\n"); err == nil {
			t.Errorf("Untag of %s = %q", constraint, got)
		}
	}
}
