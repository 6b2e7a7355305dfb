package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// solver is a program that solves what mergectl plan --lp writes.
type solver struct {
	name string
	args func(lp, solution string) []string
}

var solvers = []solver{
	{"cbc", func(lp, solution string) []string {
		return []string{lp, "ratioGap", "0", "solve", "solution", solution}
	}},
	{"glpsol", func(lp, solution string) []string { return []string{"--lp", lp, "-o", solution} }},
}

// installed reports whether the machine has the program.
func (s solver) installed() bool {
	_, err := exec.LookPath(s.name)
	return err == nil
}

// solve returns the optimum that a solver finds.
func (s solver) solve(lp string) (float64, error) {
	solution := filepath.Join(filepath.Dir(lp), s.name+".txt")
	if out, err := exec.Command(s.name, s.args(lp, solution)...).CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%s: %w\n%s", s.name, err, out)
	}
	data, err := os.ReadFile(solution)
	if err != nil {
		return 0, err
	}
	value, err := objective(data)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", s.name, err)
	}
	return value, nil
}

var objectives = regexp.MustCompile(`(?m)^(?:Optimal - objective value\s+|Objective:\s+saved = )(-?[\d.e+-]+)`)

// objective reads the value of an optimal solution. CBC writes the value of a
// maximum with the sign of a minimum in some versions.
func objective(solution []byte) (float64, error) {
	match := objectives.FindSubmatch(solution)
	if match == nil {
		return 0, fmt.Errorf("no optimum in %.200q", solution)
	}
	value, err := strconv.ParseFloat(string(match[1]), 64)
	return max(value, -value), err
}
