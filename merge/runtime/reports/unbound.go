package reports

import (
	"fmt"
	"slices"
	"strings"
)

// DescribeUnbound says what becomes of the RPCs of links as [Rules] has them under
// Unbound.
func DescribeUnbound(links []string) string {
	var callees []string
	for _, link := range links {
		_, callee, _ := strings.Cut(link, "->")
		callees = append(callees, callee)
	}
	slices.Sort(callees)
	callees = slices.Compact(callees)
	return fmt.Sprintf("RPCs of %s fail unless another process serves them: listen is False for %s", strings.Join(links, ", "), strings.Join(callees, ", "))
}
