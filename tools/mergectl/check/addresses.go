package check

import (
	"fmt"
	"slices"

	"github.com/gomerge/rules_go_merge/internal/scan"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// addresses finds services that listen at one address and are merged. While no
// binary is, it judges as if all services were, with what init writes for them.
func addresses(w *workspace.Workspace) []Finding {
	var findings []Finding
	for _, b := range w.Binaries {
		for _, clash := range workspace.Clashes(b.Services) {
			findings = append(findings, sameAddress(clash, " of "+b.Label))
		}
	}
	if len(w.Binaries) > 0 {
		return findings
	}
	servers := slices.DeleteFunc(slices.Clone(w.Services), func(s *workspace.Service) bool { return !s.Serves })
	for _, clash := range workspace.Clashes(w.Services) {
		if !clash.Servers {
			findings = append(findings, sameAddress(clash, ""))
			continue
		}
		quiet, open := w.Settle(clash, servers)
		if len(open.Services) > 1 {
			findings = append(findings, sameAddress(open, ""))
		}
		if len(quiet) > 0 {
			findings = append(findings, settledAddress(clash, quiet))
		}
	}
	return findings
}

// settledAddress is for a clash of servers that init ends for some of them.
func settledAddress(clash workspace.Clash, quiet []*workspace.Service) Finding {
	other := parsePosition(clash.Positions[0])
	return Finding{
		Severity: Note, Rule: "same-address", Position: parsePosition(clash.Positions[1]), Other: &other,
		Message: fmt.Sprintf("services %s all listen at %s: mergectl init writes listen = False for %s, which only merged services can then call", someNames(clash.Services), DescribeAddress(clash.Address), someNames(quiet)),
		Fix:     "to let others call one, or to turn calls of it into RPCs, give it a different address" + AddressOption(clash),
	}
}

func sameAddress(clash workspace.Clash, of string) Finding {
	other := parsePosition(clash.Positions[0])
	finding := Finding{Severity: Warning, Rule: "same-address", Position: parsePosition(clash.Positions[1]), Other: &other}
	services := fmt.Sprintf("services %s%s all listen at %s", serviceNames(clash.Services), of, DescribeAddress(clash.Address))
	if clash.Servers {
		finding.Message = services + ": only one can, and the next to start ends the process"
		finding.Fix = "write listen = False in the go_merge_service of those that only services of the binary call, or give them different addresses" + AddressOption(clash)
		return finding
	}
	finding.Message = services + ": in one process only one can, and what the others do about it may end all"
	finding.Fix = "let each service read its address from a flag or a variable, which its go_merge_service sets"
	return finding
}

// AddressOption says how servers are told their addresses, after a space, or nothing
// if their listeners are.
func AddressOption(clash workspace.Clash) string {
	if clash.ByOption {
		return " with server.WithServiceAddr"
	}
	return ""
}

// DescribeAddress spells an address, and says if it is nobody's choice.
func DescribeAddress(address string) string {
	for _, f := range scan.Frameworks() {
		if address == f.DefaultAddress {
			return address + ", the default of " + f.Name
		}
	}
	return address
}
