package process

import (
	"errors"
	"io/fs"
	"net"
	"slices"
	"strings"
	"testing"
)

// The BUILD file of a service with permissions.
const restricted = `[["stock", [["DATA", "/var/stock"], ["SECRET", "x"]], [], [], "", [
	["env", ["DATA"]], ["read", ["$DATA/**"]], ["dial", ["db:5432"]]]]]`

func TestPermissions(t *testing.T) {
	tests := []struct {
		name, mode, file string
		denied           []string
	}{
		{name: "those of the BUILD file hold", denied: []string{"SECRET", "/etc/passwd", "web:80"}},
		{name: "the settings file replaces some", file: `{"services": {"stock": {"permissions": {"read": ["/etc/*"], "dial": null, "listen": []}}}}`,
			denied: []string{"SECRET", "/var/stock/a", ":80"}},
		{name: "none is enforced while they are recorded", mode: "record"},
		{name: "none is enforced while they are off", mode: "off"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			environ := []string{"GO_MERGE_PERMISSIONS=" + test.mode}
			if test.file != "" {
				environ = append(environ, "GO_MERGE_SETTINGS_FILE=f")
			}
			all, err := views(parse(restricted, []string{"shop"}, environ, fileOf(test.file)))
			if err != nil {
				t.Fatal(err)
			}
			p := all["stock"]
			var denied []string
			if _, found := p.Getenv("SECRET"); !found {
				denied = append(denied, "SECRET")
			}
			for _, path := range []string{"/etc/passwd", "/var/stock/a"} {
				if _, err := p.Use(Read, "open", path); errors.Is(err, fs.ErrPermission) {
					denied = append(denied, path)
				}
			}
			for _, address := range []string{"db:5432", "web:80"} {
				var op *net.OpError
				if _, err := p.UseToDial("tcp", address); errors.As(err, &op) && op.Op == "dial" {
					denied = append(denied, address)
				}
			}
			if _, err := p.UseToListen("tcp", ":80"); err != nil {
				denied = append(denied, ":80")
			}
			if !slices.Equal(denied, test.denied) {
				t.Errorf("denied %q, want %q", denied, test.denied)
			}
		})
	}
}

func TestVariablesThatPermissionsDeny(t *testing.T) {
	all, err := views(parse(restricted, []string{"shop"}, nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	p := all["stock"]
	if env := p.Environ(); !slices.Equal(env, []string{"DATA=/var/stock"}) {
		t.Errorf("environment %q", env)
	}
	if err := p.Setenv("SECRET", "y"); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "service stock may not use the variable SECRET") {
		t.Errorf("error %v", err)
	}
	if err := p.Setenv("DATA", "y"); err != nil {
		t.Error(err)
	}
}

func TestPermissionsModeIsChecked(t *testing.T) {
	const want = `GO_MERGE_PERMISSIONS is "on": write enforce, record or off`
	if _, err := parse(restricted, []string{"shop"}, []string{"GO_MERGE_PERMISSIONS=on"}, nil); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
