//go:build go_merge_added

// Package time is a service's view of package time: its own Local, which TZ in
// its environment sets and its code may set. Methods of [time.Time] and Parse
// know the process's only.
package time

import (
	"os"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

// Local is the process's location unless the service has another TZ.
var Local = local(process.Of("@SERVICE@"))

func local(p *process.Process) *time.Location {
	if !p.Permissions().Env("TZ") {
		return time.Local
	}
	zone, set := p.Getenv("TZ")
	if whole, wholeSet := os.LookupEnv("TZ"); !set || wholeSet && zone == whole {
		return time.Local
	}
	name := strings.TrimPrefix(zone, ":")
	if data, err := os.ReadFile(name); err == nil && strings.HasPrefix(name, "/") {
		if loc, err := time.LoadLocationFromTZData("Local", data); err == nil {
			return loc
		}
	}
	// As package time does, a zone that cannot be loaded is UTC.
	loc, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return loc
}

func here(t time.Time) time.Time {
	if Local != time.Local {
		return t.In(Local)
	}
	return t
}

func Now() time.Time { return here(time.Now()) }

func Unix(sec, nsec int64) time.Time { return here(time.Unix(sec, nsec)) }

func UnixMilli(msec int64) time.Time { return here(time.UnixMilli(msec)) }

func UnixMicro(usec int64) time.Time { return here(time.UnixMicro(usec)) }

func LoadLocation(name string) (*time.Location, error) {
	if name == "Local" {
		return Local, nil
	}
	return time.LoadLocation(name)
}
