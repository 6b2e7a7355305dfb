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

// Header is what the first lines of a rules file say about its rules:
//
//	generation NUMBER
//	expires TIME
//	processes PERCENTAGE
//
// Each may be left out.
type Header struct {
	// Generation tells one state of the file from others. It is 0 if there is none.
	Generation uint64
	// Expires is when the rules end. It is zero if they do not.
	Expires time.Time
	// processes is the share of all processes in which the rules apply.
	processes fraction
}

// headerWords are the first words of a header's lines. None of them is a link.
var headerWords = map[string]func(h *Header, value string) error{
	"generation": func(h *Header, value string) (err error) {
		h.Generation, err = strconv.ParseUint(value, 10, 64)
		if err != nil || h.Generation == 0 {
			return fmt.Errorf("%q is not a number from 1 to %d", value, uint64(1<<64-1))
		}
		return nil
	},
	"expires": func(h *Header, value string) (err error) {
		// The zero time, as programs write that set none, would be no end at all.
		if h.Expires, err = time.Parse(time.RFC3339, value); err != nil || h.Expires.IsZero() {
			return fmt.Errorf("%q is not a time such as 2030-01-31T18:00:00Z", value)
		}
		return nil
	},
	"processes": func(h *Header, value string) (err error) {
		if !strings.HasSuffix(value, "%") {
			return fmt.Errorf("%q is not a percentage such as 25%%", value)
		}
		h.processes, err = parseFraction(value)
		return err
	},
}

// ParseHeader reads the lines of a file before its first rule, and returns all lines with
// those of the header empty. position is as in [ParseRules].
func ParseHeader(lines []string, position func(n int) string) (Header, []string, error) {
	h := Header{processes: allCalls}
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

// Includes reports whether the process of an ID is in the share of processes.
func (h *Header) Includes(id string) bool { return processPosition(id) < h.processes }

// expired reports whether the rules have ended.
func (h *Header) expired(now time.Time) bool { return !h.Expires.IsZero() && !now.Before(h.Expires) }

// Processes returns the share of processes as it is written.
func (h *Header) Processes() string {
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
