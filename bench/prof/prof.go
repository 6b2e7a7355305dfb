// Package prof reports where the time of a CPU profile goes.
package prof

import (
	"cmp"
	"maps"
	"os"
	"slices"

	"github.com/google/pprof/profile"
)

// Share is a part of a profile's time, from 0 to 1.
type Share struct {
	What string
	Of   float64
}

// Attribute returns the shares in the time of profiles, which are read from
// files, the largest first. part names what a sample belongs to; it gets the
// names of the functions on the sample's stack, innermost first.
func Attribute(part func(stack []string) string, paths ...string) ([]Share, error) {
	time := make(map[string]float64)
	var total float64
	for _, path := range paths {
		p, err := read(path)
		if err != nil {
			return nil, err
		}
		for _, s := range p.Sample {
			value := float64(s.Value[len(s.Value)-1])
			time[part(stack(s))] += value
			total += value
		}
	}
	var shares []Share
	for _, what := range slices.Sorted(maps.Keys(time)) {
		shares = append(shares, Share{what, time[what] / total})
	}
	slices.SortStableFunc(shares, func(a, b Share) int { return cmp.Compare(b.Of, a.Of) })
	return shares, nil
}

func read(path string) (*profile.Profile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return profile.Parse(f)
}

func stack(s *profile.Sample) []string {
	var names []string
	for _, l := range s.Location {
		for _, line := range l.Line {
			names = append(names, line.Function.Name)
		}
	}
	return names
}
