package mainpkg

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Lifecycle reports what becomes of a service and of the others when it ends.
type Lifecycle struct {
	// KeepOthers lets the others go on when the service returns or exits.
	KeepOthers bool
	// Contain takes the service down by a panic, and not the process.
	Contain bool
	// Restart calls main again after a failure.
	Restart bool
	// MaxInflight is the number of inline calls at a time, 0 for any.
	MaxInflight int
	// CPULimit is how many cores the service may use on average, 0 for any.
	CPULimit float64
}

// ParseLifecycle reads a service's name and Lifecycle from the form
// NAME=ON_EXIT=ON_PANIC=RESTART=MAX_INFLIGHT=CPU_LIMIT, in the words of the
// rules' attributes.
func ParseLifecycle(s string) (service string, l Lifecycle, err error) {
	parts := strings.Split(s, "=")
	if len(parts) != 6 || parts[0] == "" {
		return "", l, fmt.Errorf("lifecycle %q is not of the form NAME=ON_EXIT=ON_PANIC=RESTART=MAX_INFLIGHT=CPU_LIMIT", s)
	}
	for _, choice := range []struct {
		what, value, no, yes string
		to                   *bool
	}{
		{"ON_EXIT", parts[1], "stop", "keep", &l.KeepOthers},
		{"ON_PANIC", parts[2], "crash", "contain", &l.Contain},
		{"RESTART", parts[3], "never", "on_failure", &l.Restart},
	} {
		if *choice.to = choice.value == choice.yes; !*choice.to && choice.value != choice.no {
			return "", l, fmt.Errorf("lifecycle %q: %s is %q; write %s or %s", s, choice.what, choice.value, choice.no, choice.yes)
		}
	}
	if l.MaxInflight, err = strconv.Atoi(parts[4]); err != nil || l.MaxInflight < 0 {
		return "", l, fmt.Errorf("lifecycle %q: MAX_INFLIGHT is %q; write a number, 0 for no limit", s, parts[4])
	}
	if parts[5] != "" {
		if l.CPULimit, err = strconv.ParseFloat(parts[5], 64); err != nil || !(l.CPULimit > 0) || math.IsInf(l.CPULimit, 0) {
			return "", l, fmt.Errorf("lifecycle %q: CPU_LIMIT is %q; write a number of cores, or nothing for no limit", s, parts[5])
		}
	}
	return parts[0], l, nil
}

// SetLifecycles gives the services their lifecycles, in the form that
// ParseLifecycle reads.
func (b *Binary) SetLifecycles(values []string) error {
	for _, value := range values {
		name, l, err := ParseLifecycle(value)
		if err != nil {
			return err
		}
		found := false
		for i := range b.Services {
			if b.Services[i].Name == name {
				b.Services[i].Lifecycle, found = l, true
			}
		}
		if !found {
			return fmt.Errorf("lifecycle %q is of no service of the merged binary", value)
		}
	}
	return nil
}
