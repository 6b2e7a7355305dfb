package process

import (
	"os"
	"testing"
)

// TestGODEBUG has two services set the variable that Go's runtime reads again.
func TestGODEBUG(t *testing.T) {
	t.Setenv("GODEBUG", "panicnil=0") // so that it is restored
	owner := &GODEBUG.owner
	t.Cleanup(func() { *owner = "" })
	nilPanics := func() (nils bool) {
		defer func() { nils = recover() == nil }()
		panic(nil)
	}
	stock := &Process{service: "stock", env: newEnvironment(nil)}
	item := &Process{service: "item", env: newEnvironment([]string{"GODEBUG=panicnil=0"})}

	if stock.Unsetenv("GODEBUG"); *owner != "" || os.Getenv("GODEBUG") == "" {
		t.Error("a service that has no GODEBUG unsets that of the process")
	}
	if err := stock.Setenv("GODEBUG", "panicnil=1"); err != nil || !nilPanics() {
		t.Errorf("%v; after the owner has set panicnil=1, panic(nil) is not nil", err)
	}
	if err := item.Setenv("GODEBUG", "panicnil=0"); err != nil || !nilPanics() {
		t.Errorf("%v; another service has changed what the owner has set", err)
	}
	if got, _ := item.Getenv("GODEBUG"); got != "panicnil=0" {
		t.Errorf("the other service sees %q, want what it has set", got)
	}
	if item.Clearenv(); !nilPanics() {
		t.Error("another service has removed what the owner has set")
	}
	if stock.Clearenv(); nilPanics() || os.Getenv("GODEBUG") != "" {
		t.Error("the owner has not removed what it has set")
	}
}
