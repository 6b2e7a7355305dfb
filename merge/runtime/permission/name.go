package permission

import (
	"fmt"
	"strings"
)

// nameRule allows a name. A star at its end stands for any rest, and a callee
// for all RPC services that it serves.
func nameRule(text string) (rule, error) {
	start, isPrefix := strings.CutSuffix(text, "*")
	if strings.Contains(start, "*") {
		return rule{}, fmt.Errorf("%q has a * before its end", text)
	}
	return rule{text, func(u use) bool {
		callee, _, _ := strings.Cut(u.what, "/")
		return u.what == text || callee == text || isPrefix && strings.HasPrefix(u.what, start)
	}}, nil
}
