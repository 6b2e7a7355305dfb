package settings

import (
	"strings"
	"testing"
	"time"
)

const example = `links: [item->stock, api->item/ItemService]
rules_file: rules
log: rollout.log
processes:
  sockets: ["/run/shop/*.sock"]
steps:
  - {processes: 10%, calls: 1%, time: 5m, least: 500, margin: 20}
  - {calls: 1%}
  - calls: 50%
`

func TestParse(t *testing.T) {
	s, err := Parse("dir/rollout.yaml", []byte(example))
	if err != nil {
		t.Fatal(err)
	}
	first, last := s.Steps[0], s.Steps[2]
	if first.Processes != 0.1 || first.Calls != 0.01 || time.Duration(first.Time) != 5*time.Minute || first.Least != 500 || *first.Margin != 20 {
		t.Errorf("first step %+v", first)
	}
	if last.Processes != 1 || last.Calls.Rule() != "50%" || time.Duration(last.Time) != 10*time.Minute || last.Least != 1000 || last.Margin != nil {
		t.Errorf("last step %+v", last)
	}
	if s.FalseAlarms != 0.01 || s.Confidence != 0.95 || s.OnHarm != Off || !s.Guards.Slow.Off || s.Guards.Errors.Margin != 1.5 || s.Guards.Verify.Limit != 0 {
		t.Errorf("defaults %+v", s)
	}
	if got := s.Path("rules"); got != "dir/rules" {
		t.Errorf("the rules file is %s", got)
	}
	if got := s.Path("/etc/rules"); got != "/etc/rules" {
		t.Errorf("the rules file is %s", got)
	}
}

func TestParseErrors(t *testing.T) {
	for _, tt := range []struct{ old, text, want string }{
		{"links: [item->stock, api->item/ItemService]\n", "", "r.yaml: links: name the links"},
		{"item->stock", "item", `r.yaml: line 1: "item" is not a link; write`},
		{"item->stock", `"*->stock"`, "r.yaml: line 1: *->stock does not name two services; write them as item->stock"},
		{"item->stock", "api->item", "r.yaml:1: links.1: api->item/ItemService overlaps with api->item in line 1; name the wider one only"},
		{"rules_file: rules\n", "", "r.yaml: rules_file: name the rules file"},
		{"log: rollout.log\n", "", "r.yaml: log: name the file"},
		{"rollout.log", "./rules", "r.yaml:3: log: it is the rules file, too"},
		{"sockets: [", "socket: [", "line 5: field socket not found"},
		{`sockets: ["/run/shop/*.sock"]`, "quorum: 50%", "r.yaml:4: processes: name sockets"},
		{`sockets: ["/run/shop/*.sock"]`, "addresses: [a:1, b:1, a:1]", "r.yaml:5: processes.addresses.2: a:1 is named twice"},
		{`sockets: ["/run/shop/*.sock"]`, "prometheus: {selector: job}", "r.yaml:5: processes.prometheus.url: name the server"},
		{"processes: 10%", "processes: 0.1", `r.yaml: line 7: "0.1" is not a percentage`},
		{"processes: 10%", "processes: 101%", `"101%" is not a percentage`},
		{"processes: 10%", "processes: 1e1%", `"1e1%" is not a percentage`},
		{"calls: 50%", "calls: 0.5%", "r.yaml:9: steps.2: 0.5% of the calls in 100% of the processes is less than the step before has: 1% in 100%"},
		{"calls: 50%", "calls: 1%", "r.yaml:9: steps.2: it has the shares of the step before"},
		{"margin: 20", "margin: 1", "r.yaml:7: steps.0.margin: it is 1; want more than 1"},
		{"time: 5m", "time: soon", `line 7: "soon" is not a time`},
		{"calls: 50%", "calls: 50%\n    switchback: {}", "r.yaml:10: steps.2.switchback: it makes all calls inline for a time, and the step 50% of them"},
		{"calls: 50%", "switchback: {block: 30s}", "r.yaml:9: steps.2.switchback.block: it is 30s, and there is a pass every 10s"},
		{"calls: 50%", "switchback: {pairs: 1001}", "r.yaml:9: steps.2.switchback.pairs: it is 1001; want a number from 1 to 1000"},
		{"log:", "on_harm: shrug\nlog:", `r.yaml:3: on_harm: "shrug" is neither off nor kill`},
		{"log:", "false_alarms: 60%\nlog:", "r.yaml:3: false_alarms: it is 60%; want more than 0%, and 50% at most"},
		{"log:", "false_alarms: 0%\nlog:", "r.yaml:3: false_alarms: it is 0%"},
		{"calls: 50%", "calls: 0%", "r.yaml:9: steps.2: nothing is inline in it"},
		{"sockets: [", "quorum: 0%\n  sockets: [", "r.yaml:5: processes.quorum: it is 0%"},
		{"log:", "confidence: 100%\nlog:", "r.yaml:3: confidence: it is 100%"},
		{"log:", "expires: 15s\nlog:", "r.yaml:3: expires: it is 15s, and there is a pass every 10s"},
		{"log:", "expires: 2s\npoll: 1s\nlog:", "r.yaml:3: expires: it is 2s; want 5s at least"},
		{"log:", "guards: {slow: {margin: 2}}\nlog:", "r.yaml:3: guards.slow.above: name the time"},
		{"log:", "guards: {errors: {margin: .nan}}\nlog:", "r.yaml:3: guards.errors.margin: it is NaN; want more than 1"},
		{"log:", "guards: {errors: {endings: [bad]}}\nlog:", `r.yaml:3: guards.errors.endings: there is no ending "bad"; there are application,`},
		{"log:", "guards: {errors: {endings: []}}\nlog:", "r.yaml:3: guards.errors.endings: name those that are errors"},
		{"log:", "guards: {errors: {above: 1s}}\nlog:", "r.yaml:3: guards.errors.above: it is of the guard slow"},
		{"log:", "links: []\nlog:", "line 3: mapping key \"links\" already defined"},
		{"- calls: 50%", "- &half {calls: 50%}\n  - *half", "r.yaml:10: *half is an alias; write out what it stands for"},
		{"- calls: 50%", "- <<: {calls: 50%}", "r.yaml:9: << is not supported; write out what it stands for"},
		{"- calls: 50%", "- {? &k calls : 50%}\n  - {*k : 60%}", "r.yaml:10: *k is an alias; write out what it stands for"},
		{"least: 500", "least: ", "r.yaml:7: steps.0.least has no value; write one, or leave it out"},
		{"time: 5m", "time: ~", "r.yaml:7: steps.0.time has no value"},
		{"  - calls: 50%", "  -", "r.yaml:9: steps.2 has no value"},
		{"log:", "poll: 0s\nlog:", "r.yaml:3: poll: it is 0s; want 100ms or more"},
		{"log:", "---\nlog:", "there is a second document; write one"},
	} {
		_, err := Parse("r.yaml", []byte(strings.Replace(example, tt.old, tt.text, 1)))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s for %s: got %v, want %s", tt.text, tt.old, err, tt.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(example))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Parse("r.yaml", data)
		if err == nil && (len(s.Links) == 0 || len(s.Steps) == 0 || s.FalseAlarms <= 0) {
			t.Errorf("%q is taken as %+v", data, s)
		}
	})
}
