package closure

import "testing"

func TestParseVersion(t *testing.T) {
	for version, want := range map[string]string{
		"1.27.4":                "go1.27",
		"1.27":                  "go1.27",
		"1.28rc1":               "go1.28",
		"1.28beta2":             "go1.28",
		"1.27-custom X:fips":    "go1.27",
		"1.27.4 X:nodwarf5":     "go1.27",
		"1.28-abc123 Tue May":   "go1.28",
		"2.0.0":                 "go2.0",
		"devel +abc":            "",
		"vel go1.28-0123456789": "",
		"":                      "",
	} {
		got := ""
		if v, ok := ParseVersion(version); ok {
			got = v.String()
		}
		if got != want {
			t.Errorf("version %q is read as %q, want %q", version, got, want)
		}
	}
}
