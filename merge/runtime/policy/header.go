package policy

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// header is what the first lines of a rules file say about its rules:
//
//	generation NUMBER
//	expires TIME
//	processes PERCENTAGE
//
// Each may be left out.
type header struct {
	// generation tells one state of the file from others. It is 0 if there is none.
	generation uint64
	// expires is when the rules end. It is zero if they do not.
	expires time.Time
	// processes is the share of all processes in which the rules apply.
	processes fraction
}

// headerWords are the first words of a header's lines. None of them is a link.
var headerWords = map[string]func(h *header, value string) error{
	"generation": func(h *header, value string) (err error) {
		h.generation, err = strconv.ParseUint(value, 10, 64)
		if err != nil || h.generation == 0 {
			return fmt.Errorf("%q is not a number from 1 to %d", value, uint64(1<<64-1))
		}
		return nil
	},
	"expires": func(h *header, value string) (err error) {
		// The zero time, as programs write that set none, would be no end at all.
		if h.expires, err = time.Parse(time.RFC3339, value); err != nil || h.expires.IsZero() {
			return fmt.Errorf("%q is not a time such as 2030-01-31T18:00:00Z", value)
		}
		return nil
	},
	"processes": func(h *header, value string) (err error) {
		if !strings.HasSuffix(value, "%") {
			return fmt.Errorf("%q is not a percentage such as 25%%", value)
		}
		h.processes, err = parseFraction(value)
		return err
	},
}

// parseHeader reads the lines of a file before its first rule, and returns all lines with
// those of the header empty. position is as in [ParseRules].
func parseHeader(lines []string, position func(n int) string) (header, []string, error) {
	h := header{processes: allCalls}
	var errs []error
	rest := make([]string, len(lines))
	copy(rest, lines)
	seen := map[string]string{}
	rules := false
	for i, line := range lines {
		text, _, _ := strings.Cut(line, "#")
		fields := strings.Fields(text)
		if len(fields) == 0 {
			continue
		}
		set, ok := headerWords[fields[0]]
		if !ok {
			rules = true
			continue
		}
		rest[i] = ""
		at := position(i + 1)
		err := error(nil)
		switch {
		case rules:
			err = errors.New("it has to come before all rules")
		case seen[fields[0]] != "":
			err = fmt.Errorf("it is already set in %s", seen[fields[0]])
		case len(fields) != 2:
			err = errors.New("write one value after it")
		default:
			seen[fields[0]] = at
			err = set(&h, fields[1])
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %s: %w", at, fields[0], err))
		}
	}
	return h, rest, joined(errs)
}

// includes reports whether the process of an ID is in the share of processes.
func (h *header) includes(id string) bool { return processPosition(id) < h.processes }

// expired reports whether the rules have ended.
func (h *header) expired(now time.Time) bool { return !h.expires.IsZero() && !now.Before(h.expires) }

// share returns the share of processes as it is written.
func (h *header) share() string {
	return strconv.FormatFloat(float64(h.processes)/float64(allCalls/100), 'f', -1, 64) + "%"
}

// processPosition returns where a process is between 0 and all of them: the first eight
// bytes of the SHA-256 of its ID, as a number with the most significant byte first, in
// proportion. A process that is in a share is in all greater ones.
func processPosition(id string) fraction {
	sum := sha256.Sum256([]byte(id))
	position, _ := bits.Mul64(binary.BigEndian.Uint64(sum[:8]), uint64(allCalls))
	return fraction(position)
}
