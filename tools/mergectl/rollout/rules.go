package rollout

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/journal"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/settings"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rulesfile"
)

// rulesOf returns what a rules file says about the links of the rollout and about its
// rules' end and share. Deadlines, kill switches and methods that others keep off are left
// to them.
func (c *Controller) rulesOf(f *rulesfile.File) (*journal.Rules, error) {
	h := f.Header()
	r := &journal.Rules{Generation: h.Generation, Expires: h.Expires.UTC(), Processes: h.Processes(), Rules: []string{}}
	if !f.Exists() {
		r.Processes = "100%" // as in one that does not say
	}
	for _, rule := range f.Rules() {
		ours := slices.ContainsFunc(c.Settings.Links, func(l settings.Link) bool { return l.String() == rule.Link })
		switch {
		case rule.Link == "kill", rule.Value != "on" && rule.Value != "off" && (!strings.HasSuffix(rule.Value, "%") || strings.Contains(rule.Value, " ")):
		case ours:
			r.Rules = append(r.Rules, rule.String())
		case rule.Value != "off":
			return nil, foreign(fmt.Errorf("%s:%d: %s is not a rule of this rollout (%s), whose share of processes and expiry would be its, too; set it in GO_MERGE_LINKS, or add the link to the rollout",
				f.Name(), rule.Line, rule, c.Settings.File()))
		}
	}
	return r, nil
}

// fileNow reads the rules file.
func (c *Controller) fileNow() (*rulesfile.File, error) {
	return rulesfile.Read(c.Settings.Path(c.Settings.RulesFile))
}

// same reports whether a rules file says what it has to.
func same(a, b *journal.Rules) bool {
	ours := func(r *journal.Rules) []string {
		return slices.Sorted(slices.Values(slices.DeleteFunc(slices.Clone(r.Rules), func(rule string) bool { return strings.HasPrefix(rule, "kill ") })))
	}
	return a.Generation == b.Generation && a.Expires.Equal(b.Expires) && a.Processes == b.Processes && slices.Equal(ours(a), ours(b))
}

// settle makes the rules file what the log says. It fails if the file is something that
// this rollout has not written.
func (c *Controller) settle(s *state) error {
	f, err := c.fileNow()
	if err != nil {
		return err
	}
	now, err := c.rulesOf(f)
	if err != nil {
		return err
	}
	if same(now, s.Want) {
		return nil
	}
	if !slices.ContainsFunc(s.Previous, func(r *journal.Rules) bool { return same(now, r) }) {
		wayOut := "restore it, or end the rollout with --stop, which switches the links off"
		if s.Ended != "" {
			wayOut = "if that is right, move the log away, since the rollout has ended; --stop switches the links off"
		}
		return foreign(fmt.Errorf("%s was changed by somebody else: it says %q, and the last entry of %s says %q; %s",
			f.Name(), describe(now), c.Settings.Path(c.Settings.Log), describe(s.Want), wayOut))
	}
	return c.write(f, s.Want)
}

// write writes rules to the file. What others wrote stays.
func (c *Controller) write(f *rulesfile.File, r *journal.Rules) error {
	if err := f.SetHeader(rulesfile.Header{Generation: r.Generation, Expires: r.Expires, Processes: r.Processes}); err != nil {
		return err
	}
	if err := f.Set(r.Rules...); err != nil {
		return err
	}
	return f.Write()
}

// describe returns rules in one line.
func describe(r *journal.Rules) string {
	text := fmt.Sprintf("generation %d; processes %s; ", r.Generation, r.Processes)
	if !r.Expires.IsZero() {
		text += "expires " + r.Expires.Format(time.RFC3339) + "; "
	}
	return text + strings.Join(r.Rules, "; ")
}

// stepRules returns the rules of a step, counted from 1.
func (c *Controller) stepRules(step int, generation uint64, expires time.Time) *journal.Rules {
	at := c.Settings.Steps[step-1]
	r := &journal.Rules{Generation: generation, Expires: expires, Processes: at.Processes.String()}
	for _, l := range c.Settings.Links {
		r.Rules = append(r.Rules, l.String()+" "+at.Calls.Rule())
	}
	return r
}

// offRules returns the rules after a harm. They hold in all processes and without an end,
// whatever the processes would do without them.
func (c *Controller) offRules(generation uint64) *journal.Rules {
	r := &journal.Rules{Generation: generation, Processes: "100%"}
	for _, l := range c.Settings.Links {
		r.Rules = append(r.Rules, l.String()+" off")
	}
	if c.Settings.OnHarm == settings.Kill {
		r.Rules = append(r.Rules, "kill on")
	}
	return r
}

// isOff reports whether rules make all calls of the links RPCs.
func isOff(r *journal.Rules) bool {
	return !slices.ContainsFunc(r.Rules, func(rule string) bool {
		return !strings.HasSuffix(rule, " off") && !strings.HasPrefix(rule, "kill ")
	})
}

// expiry returns when rules end that are written now. Processes read whole seconds.
func (c *Controller) expiry() time.Time {
	return c.now().Add(time.Duration(c.Settings.Expires)).UTC().Truncate(time.Second)
}
