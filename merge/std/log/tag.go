//go:build go_merge_added

package log

import (
	"io"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

func init() {
	if tag := process.Of("@SERVICE@").LogTag(); tag != "" {
		std.SetOutput(tagged{std.Writer(), tag})
	}
}

// tagged writes each output of the default logger, which is one call, with the
// service's name in front.
type tagged struct {
	io.Writer
	tag string
}

func (t tagged) Write(line []byte) (int, error) {
	if _, err := t.Writer.Write(append([]byte(t.tag), line...)); err != nil {
		return 0, err
	}
	return len(line), nil
}
