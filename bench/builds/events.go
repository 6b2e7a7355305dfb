package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// metrics is a part of what Bazel reports of a build in its event protocol.
type metrics struct {
	Timing struct {
		Analysis int64 `json:"analysisPhaseTimeInMs,string"` // loading included
	} `json:"timingMetrics"`
	Actions struct {
		Data []struct {
			Mnemonic string
			Executed int `json:"actionsExecuted,string"`
		} `json:"actionData"`
	} `json:"actionSummary"`
}

// readMetrics reads a file that --build_event_json_file wrote.
func readMetrics(path string) (*metrics, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for decoder := json.NewDecoder(f); ; {
		var event struct{ BuildMetrics *metrics }
		err := decoder.Decode(&event)
		switch {
		case errors.Is(err, io.EOF):
			return nil, fmt.Errorf("%s: Bazel reported no metrics", path)
		case err != nil:
			return nil, fmt.Errorf("%s: %w", path, err)
		case event.BuildMetrics != nil:
			return event.BuildMetrics, nil
		}
	}
}

// executed counts the actions that were executed, by mnemonic.
func (m *metrics) executed() map[string]int {
	found := make(map[string]int)
	for _, d := range m.Actions.Data {
		found[d.Mnemonic] = d.Executed
	}
	return found
}

// parseSummary reads the numbers of actions by mnemonic that aquery's format
// "summary" has.
func parseSummary(text string) (map[string]int, error) {
	found := make(map[string]int)
	inside := false
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
		line := lines.Text()
		name, number, isEntry := strings.Cut(strings.TrimSpace(line), ": ")
		switch {
		case line == "Mnemonics:":
			inside = true
		case inside && isEntry && strings.HasPrefix(line, "  "):
			n, err := strconv.Atoi(number)
			if err != nil {
				return nil, fmt.Errorf("aquery: %q has no number", line)
			}
			found[name] = n
		default:
			inside = false
		}
	}
	return found, nil
}
