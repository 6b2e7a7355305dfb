// Package settings reads rollout.yaml: which links are to become inline, in which steps,
// and what must not happen meanwhile.
package settings

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/tools/mergectl/strictyaml"
)

// Name is the usual name of the file.
const Name = "rollout.yaml"

// Settings are what the file says. Files are relative to its folder.
type Settings struct {
	// Links are to become inline, as item->stock or with an RPC service and a method.
	Links []Link `yaml:"links"`
	// RulesFile is the rules file of the processes, or what becomes it.
	RulesFile string `yaml:"rules_file"`
	// Log has the decisions, one JSON object a line.
	Log string `yaml:"log"`
	// Processes is where they are read.
	Processes Processes `yaml:"processes"`
	Steps     []Step    `yaml:"steps"`
	Guards    Guards    `yaml:"guards"`
	// FalseAlarms is the probability that the rollout is stopped by chance, over all its
	// links and guards, 1% if it is left out.
	FalseAlarms Percentage `yaml:"false_alarms"`
	// Confidence is that of the bounds which let a step end, 95% if it is left out.
	Confidence Percentage `yaml:"confidence"`
	// Rare methods have less than this part of a link's calls, 1% if it is left out. No
	// step waits for them.
	Rare Percentage `yaml:"rare"`
	// Expires is after which time without a pass all calls are RPCs again, 10m if it is
	// left out.
	Expires Duration `yaml:"expires"`
	// Poll is the time between two passes of --watch, 10s if it is left out.
	Poll Duration `yaml:"poll"`
	// OnHarm is off or kill: whether the links are switched off, or all calls.
	OnHarm OnHarm `yaml:"on_harm"`
	// RPCVersions has the version, revision or digest of each callee's own deployment,
	// which RPCs reach.
	RPCVersions map[string]string `yaml:"rpc_versions"`

	// Digest tells one file from others.
	Digest string `yaml:"-"`

	file *strictyaml.File
}

// Processes is where the processes are read.
type Processes struct {
	Sockets    []string    `yaml:"sockets"`
	Addresses  []string    `yaml:"addresses"`
	Prometheus *Prometheus `yaml:"prometheus"`
	Files      []string    `yaml:"files"`
	// Quorum is the part of the processes that has to be read and to obey a step before
	// it can end, 90% if it is left out.
	Quorum Percentage `yaml:"quorum"`
	// MostCallsPerSecond is how many calls of a method a process is believed to make,
	// 1,000,000 if it is left out.
	MostCallsPerSecond float64 `yaml:"most_calls_per_second"`
}

// Prometheus is a server that scrapes the processes.
type Prometheus struct {
	URL      string   `yaml:"url"`
	Selector string   `yaml:"selector"`
	Without  []string `yaml:"without"`
}

// Step is a stage of the rollout.
type Step struct {
	// Processes and Calls are the shares that may be inline, 100% if left out.
	Processes Percentage `yaml:"processes"`
	Calls     Percentage `yaml:"calls"`
	// Time is how long the step takes at least, 10m if it is left out, and Least how many
	// calls of each link are drawn inline in it, 1,000 if it is left out.
	Time  Duration `yaml:"time"`
	Least uint64   `yaml:"least"`
	// Margin and Tolerate replace those of the guards in this step.
	Margin   *float64    `yaml:"margin"`
	Tolerate *Percentage `yaml:"tolerate"`
	// Switchback measures CPU time in this step, in which all calls are inline.
	Switchback *Switchback `yaml:"switchback"`
}

// Switchback makes the calls inline in one block of time and RPCs in the next, in an order
// that is drawn for each pair of blocks.
type Switchback struct {
	// Block is how long a block takes, 1m if it is left out.
	Block Duration `yaml:"block"`
	// Pairs is how many pairs there are, 12 if it is left out.
	Pairs int `yaml:"pairs"`
}

// Guards are what must not happen. One that is left out has its defaults, but for slow,
// which needs a bound.
type Guards struct {
	Errors    Comparison `yaml:"errors"`
	Slow      Comparison `yaml:"slow"`
	Panics    Limit      `yaml:"panics"`
	Fallbacks Limit      `yaml:"fallbacks"`
	Verify    Limit      `yaml:"verify"`
	// CPU counts in steps with a switchback. Its limit is how much more CPU time than with
	// RPCs a call may take, 5% if it is left out.
	CPU Limit `yaml:"cpu"`
}

// Comparison is a guard that compares inline calls with RPCs.
type Comparison struct {
	Off bool `yaml:"off"`
	// Endings are those that count, of the guard for errors.
	Endings []string `yaml:"endings"`
	// Above is the time above which a call is slow.
	Above Duration `yaml:"above"`
	// Margin is how many times as often as RPCs inline calls may fail.
	Margin float64 `yaml:"margin"`
	// Tolerate is the part of the inline calls that may fail whatever RPCs do.
	Tolerate Percentage `yaml:"tolerate"`
}

// Limit is a guard that has no RPCs to compare with.
type Limit struct {
	Off bool `yaml:"off"`
	// Limit is the part of the inline calls, or of those that were verified.
	Limit Percentage `yaml:"limit"`
}

// Link is a pattern that names two services at least.
type Link struct{ linkpattern.Pattern }

// UnmarshalYAML reads the link.
func (l *Link) UnmarshalYAML(node *yaml.Node) error {
	pattern, err := linkpattern.Parse(node.Value)
	if err != nil {
		return fmt.Errorf("line %d: %w", node.Line, err)
	}
	if pattern.Caller == "" || pattern.Callee == "" {
		return fmt.Errorf("line %d: %s does not name two services; write them as item->stock", node.Line, pattern)
	}
	l.Pattern = pattern
	return nil
}

// OnHarm is what a harm is answered with.
type OnHarm string

// Off switches the links of the rollout off, and Kill all calls.
const (
	Off  OnHarm = "off"
	Kill OnHarm = "kill"
)

// Endings are the endings that can count as errors.
var Endings = []string{"application", "internal", "timeout", "canceled", "denied", "overloaded", "unavailable"}

// Load reads a file. Errors name it and the line.
func Load(file string) (*Settings, error) {
	data, err := regular.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return Parse(file, data)
}

// Parse reads the content of a file.
func Parse(file string, data []byte) (*Settings, error) {
	sum := sha256.Sum256(data)
	s := &Settings{Digest: hex.EncodeToString(sum[:])}
	// Literal, since what the file has counts, and not a default.
	var err error
	if s.file, err = strictyaml.Parse(file, data, s, strictyaml.Options{Literal: true}); err != nil {
		return nil, err
	}
	s.setDefaults()
	return s, s.check()
}

// setDefault sets a value that the file does not have.
func setDefault[T any](s *Settings, path string, value *T, to T) {
	if s.file.Line(path) == 0 {
		*value = to
	}
}

func (s *Settings) setDefaults() {
	setDefault(s, "false_alarms", &s.FalseAlarms, 0.01)
	setDefault(s, "confidence", &s.Confidence, 0.95)
	setDefault(s, "rare", &s.Rare, 0.01)
	setDefault(s, "expires", &s.Expires, Duration(10*time.Minute))
	setDefault(s, "poll", &s.Poll, Duration(10*time.Second))
	setDefault(s, "on_harm", &s.OnHarm, Off)
	setDefault(s, "processes.quorum", &s.Processes.Quorum, 0.9)
	setDefault(s, "processes.most_calls_per_second", &s.Processes.MostCallsPerSecond, 1e6)
	g := &s.Guards
	for path, c := range map[string]*Comparison{"guards.errors": &g.Errors, "guards.slow": &g.Slow} {
		setDefault(s, path+".margin", &c.Margin, 1.5)
		setDefault(s, path+".tolerate", &c.Tolerate, 0.001)
	}
	setDefault(s, "guards.errors.endings", &g.Errors.Endings, []string{"internal", "timeout", "denied", "overloaded", "unavailable"})
	g.Slow.Off = g.Slow.Off || s.file.Line("guards.slow") == 0
	setDefault(s, "guards.panics.limit", &g.Panics.Limit, 0.0001)
	setDefault(s, "guards.fallbacks.limit", &g.Fallbacks.Limit, 0.01)
	setDefault(s, "guards.cpu.limit", &g.CPU.Limit, 0.05)
	for i := range s.Steps {
		step, path := &s.Steps[i], fmt.Sprintf("steps.%d", i)
		setDefault(s, path+".processes", &step.Processes, 1)
		setDefault(s, path+".calls", &step.Calls, 1)
		setDefault(s, path+".time", &step.Time, Duration(10*time.Minute))
		setDefault(s, path+".least", &step.Least, 1000)
		if step.Switchback != nil {
			setDefault(s, path+".switchback.block", &step.Switchback.Block, Duration(time.Minute))
			setDefault(s, path+".switchback.pairs", &step.Switchback.Pairs, 12)
		}
	}
}

// Dir is the folder of the file.
func (s *Settings) Dir() string { return filepath.Dir(s.file.Name) }

// Path returns where a file is that the settings name.
func (s *Settings) Path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(s.Dir(), name)
}

// File is the name of the file.
func (s *Settings) File() string { return s.file.Name }
