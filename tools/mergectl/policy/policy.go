// Package policy checks the versions of services in merged binaries by what a
// file, merge_versions.yaml, asks for.
package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/tools/mergectl/strictyaml"
)

// Name is the file's usual name.
const Name = "merge_versions.yaml"

// Policy is the file's content.
type Policy struct {
	// MaxBehind is for all services whose entry in Services has none.
	MaxBehind Limit `yaml:"max_behind"`
	// Services is by name.
	Services   map[string]Service `yaml:"services"`
	Exceptions []Exception        `yaml:"exceptions"`

	file *strictyaml.File
}

// Limit is how far a service may be behind its sources. A part that is nil has no limit.
type Limit struct {
	Commits *int `yaml:"commits"`
	Days    *int `yaml:"days"`
}

// Service is what is asked of one service.
type Service struct {
	// Version is the default version: the one that every merged binary is to have.
	Version   string `yaml:"version"`
	MaxBehind Limit  `yaml:"max_behind"`
}

// Exception lets a merged binary have another version for a time.
type Exception struct {
	Service string `yaml:"service"`
	// Binary is the label or the name of the merged binary.
	Binary string `yaml:"binary"`
	// Version is the one that it is to have, "" for any.
	Version string `yaml:"version"`
	Reason  string `yaml:"reason"`
	// Until is the last day, as 2026-12-31.
	Until string `yaml:"until"`

	until time.Time
	index int
}

// Load reads a policy file. Errors name the file and the line.
func Load(file string) (*Policy, error) {
	data, err := regular.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return Parse(file, data)
}

// Parse reads the content of a policy file.
func Parse(file string, data []byte) (*Policy, error) {
	p := &Policy{}
	var err error
	if p.file, err = strictyaml.Parse(file, data, p, strictyaml.Options{}); err != nil {
		return nil, err
	}
	return p, p.check()
}

// Line returns the line of a value by its path, such as services.stock.version,
// and 0 if the file does not have it.
func (p *Policy) Line(path string) int { return p.file.Line(path) }

// at returns file:line of the first of some paths that the file has.
func (p *Policy) at(paths ...string) string { return p.file.At(paths...) }

func (p *Policy) check() error {
	check := func(path string, l Limit) error {
		for name, n := range map[string]*int{"commits": l.Commits, "days": l.Days} {
			if n != nil && *n < 0 {
				return fmt.Errorf("%s: %s is %d; write a number from 0 on", p.at(path+"."+name), name, *n)
			}
		}
		return nil
	}
	if err := check("max_behind", p.MaxBehind); err != nil {
		return err
	}
	for name, s := range p.Services {
		if err := check("services."+name+".max_behind", s.MaxBehind); err != nil {
			return err
		}
	}
	for i := range p.Exceptions {
		e := &p.Exceptions[i]
		e.index = i
		path := fmt.Sprintf("exceptions.%d", i)
		for _, member := range []struct{ name, value string }{{"service", e.Service}, {"binary", e.Binary}, {"reason", e.Reason}, {"until", e.Until}} {
			if strings.TrimSpace(member.value) == "" {
				return fmt.Errorf("%s: the exception has no %s; each has a service, a binary, a reason and the last day until which it holds", p.at(path), member.name)
			}
		}
		var err error
		if e.until, err = time.Parse(time.DateOnly, e.Until); err != nil {
			return fmt.Errorf("%s: until is %q; write a date such as 2026-12-31", p.at(path+".until"), e.Until)
		}
		if j := slices.IndexFunc(p.Exceptions[:i], func(o Exception) bool { return o.Service == e.Service && o.Binary == e.Binary }); j >= 0 {
			return fmt.Errorf("%s: there is another exception for %s in %s, at line %d; keep one", p.at(path), e.Service, e.Binary, p.Line(fmt.Sprintf("exceptions.%d", j)))
		}
	}
	return nil
}

// limit returns the limit of a service with the path of each part.
func (p *Policy) limit(service string) (l Limit, commitsAt, daysAt string) {
	l, commitsAt, daysAt = p.MaxBehind, "max_behind.commits", "max_behind.days"
	own := p.Services[service].MaxBehind
	if own.Commits != nil {
		l.Commits, commitsAt = own.Commits, "services."+service+".max_behind.commits"
	}
	if own.Days != nil {
		l.Days, daysAt = own.Days, "services."+service+".max_behind.days"
	}
	return l, commitsAt, daysAt
}
