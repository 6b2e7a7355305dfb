package main

import (
	"strings"
	"testing"
)

func TestPermissionsOfAProcessThatRecordsNothing(t *testing.T) {
	m := start(t)
	const want = "the process records nothing: start it with GO_MERGE_PERMISSIONS=record"
	if out, err := mergectl("permissions", m.socket); err == nil || err.Error() != want || out != "" {
		t.Errorf("printed %q, error %v, want %s", out, err, want)
	}
	out, err := mergectl("permissions", "--format=json", m.socket)
	if err != nil || strings.Join(strings.Fields(out), "") != `{"binary":"shop","services":[]}` {
		t.Errorf("printed %q, %v", out, err)
	}
}
