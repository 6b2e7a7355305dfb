package check

import (
	"fmt"

	"github.com/gomerge/rules_go_merge/internal/scan"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// addresses finds services of a merged binary that listen at one address.
func addresses(b *workspace.Binary) []Finding {
	var findings []Finding
	for _, clash := range workspace.Clashes(b.Services) {
		other := parsePosition(clash.Services[0].Program.Servers[0].Position)
		findings = append(findings, Finding{
			Severity: Warning, Rule: "same-address", Position: parsePosition(clash.Services[1].Program.Servers[0].Position), Other: &other,
			Message: fmt.Sprintf("services %s of %s all listen at %s: only one can, and the next to start ends the process", serviceNames(clash.Services), b.Label, DescribeAddress(clash.Address)),
			Fix:     "write listen = False in the go_merge_service of those that only services of the binary call, or give them different addresses with server.WithServiceAddr",
		})
	}
	return findings
}

// DescribeAddress spells an address, and says if it is nobody's choice.
func DescribeAddress(address string) string {
	if address == scan.DefaultAddress {
		return address + ", the default of Kitex"
	}
	return address
}
