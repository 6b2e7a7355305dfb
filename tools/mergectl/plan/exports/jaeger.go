package exports

import (
	"encoding/json"
	"fmt"

	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/traffic"
)

// dependency is a link in Jaeger's answer.
type dependency struct {
	Parent    string  `json:"parent"`
	Child     string  `json:"child"`
	CallCount float64 `json:"callCount"`
}

// readJaeger reads the answer of /api/dependencies, or the list in it alone.
func readJaeger(r *reader) error {
	var list []dependency
	if err := json.Unmarshal(r.data, &list); err != nil {
		var answer struct {
			Data   *[]dependency   `json:"data"`
			Errors json.RawMessage `json:"errors"`
		}
		if err := json.Unmarshal(r.data, &answer); err != nil {
			return err
		}
		if len(answer.Errors) > 0 && string(answer.Errors) != "null" && string(answer.Errors) != "[]" {
			return fmt.Errorf("Jaeger answered with errors: %s", answer.Errors)
		}
		if answer.Data == nil {
			return fmt.Errorf("this JSON is none of the formats %v", Formats[1:])
		}
		list = *answer.Data
	}
	if r.Period <= 0 {
		return ErrPeriod
	}
	for _, d := range list {
		r.Add(traffic.Calls{Caller: d.Parent, Callee: d.Child, PerSecond: r.perSecond(d.CallCount, r.Period)})
	}
	return nil
}
