package hook

import (
	"path/filepath"
	"reflect"
	"testing"
)

func TestSave(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hook.json")
	want := &Report{Service: "item", Package: "p", Module: "Kitex", Reasons: []string{"x"}, Effect: "y"}
	if err := want.Save(file); err != nil {
		t.Fatal(err)
	}
	if got, err := Load(file); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := Load(t.TempDir()); err == nil {
		t.Error("a folder was read")
	}
}
