// Package clock has its own time zone.
package clock

import (
	"time"

	"github.com/gomerge/rules_go_merge/tests/isolation/program/show"
)

var local = time.Unix(0, 0)

// Run shows times in the zone of TZ and in one that is set.
func Run() {
	show.Line("zone of initialization", local.Format(time.RFC3339))
	show.Line("zone", time.Unix(0, 0).Format(time.RFC3339), time.UnixMilli(0).Format(time.RFC3339))
	_, now := time.Now().Zone()
	_, date := time.Date(2000, 1, 1, 0, 0, 0, 0, time.Local).Zone()
	loaded := show.MustGet(time.LoadLocation("Local"))
	_, converted := time.Unix(0, 0).UTC().In(loaded).Zone()
	show.Line("offsets", now, date, converted)

	time.Local = time.FixedZone("own", now+60)
	_, now = time.Now().Zone()
	show.Line("zone that was set", now, time.Unix(0, 0).Location())
	show.Line("monotonic", time.Since(time.Now()) < time.Hour)
}
