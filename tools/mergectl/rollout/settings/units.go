package settings

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// Percentage is a part of something, from 0 to 1, written as 25%.
type Percentage float64

// ParsePercentage reads a percentage with up to four decimals, as rules have them.
func ParsePercentage(text string) (Percentage, error) {
	number, ok := strings.CutSuffix(text, "%")
	n, err := strconv.ParseFloat(number, 64)
	_, decimals, _ := strings.Cut(number, ".")
	if !ok || err != nil || strings.Trim(number, "0123456789.") != "" || n > 100 || len(decimals) > 4 {
		return 0, fmt.Errorf("%q is not a percentage such as 0.5%%, with up to four decimals", text)
	}
	return Percentage(math.Round(n*1e4) / 1e6), nil
}

// UnmarshalYAML reads the percentage.
func (p *Percentage) UnmarshalYAML(node *yaml.Node) error {
	parsed, err := ParsePercentage(node.Value)
	if err != nil {
		return fmt.Errorf("line %d: %w", node.Line, err)
	}
	*p = parsed
	return nil
}

func (p Percentage) String() string {
	return strconv.FormatFloat(math.Round(float64(p)*1e6)/1e4, 'f', -1, 64) + "%"
}

// Rule returns the percentage as the value of a switch rule.
func (p Percentage) Rule() string {
	switch p {
	case 0:
		return "off"
	case 1:
		return "on"
	}
	return p.String()
}

// Duration is a time such as 10m.
type Duration time.Duration

// UnmarshalYAML reads the duration.
func (d *Duration) UnmarshalYAML(node *yaml.Node) error {
	parsed, err := time.ParseDuration(node.Value)
	if err != nil || parsed < 0 {
		return fmt.Errorf("line %d: %q is not a time; write one such as 50ms, 10m or 24h", node.Line, node.Value)
	}
	*d = Duration(parsed)
	return nil
}
