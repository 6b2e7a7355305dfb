// Command kitex measures the rows of the table that need no merged binary:
// direct calls, codec and copy, and Kitex's own ways to call.
package main

import (
	"github.com/cloudwego/kitex"
	"github.com/cloudwego/kitex/pkg/klog"

	"github.com/gomerge/rules_go_merge/bench/measure"
)

func main() {
	klog.SetLevel(klog.LevelFatal)
	rows := map[string]measure.Open{
		"direct-shared": openDirect(shared),
		"direct-copied": openDirect(copied),
		"stub-shared":   openStub,
		"copy":          openCopy,
		"codec":         openCodec,
	}
	for name, full := range map[string]bool{"lean": false, "full": true} {
		rows["inline-"+name] = func() (measure.Row, error) { return openInline(full) }
		rows["local-"+name] = func() (measure.Row, error) { return openLocal(full) }
		rows["tcp-"+name] = func() (measure.Row, error) { return openRPC(full, "tcp") }
		rows["unix-"+name] = func() (measure.Row, error) { return openRPC(full, "unix") }
	}
	measure.Main("Kitex "+kitex.Version, rows)
}
