package main

import "testing"

func TestPredictable(t *testing.T) {
	files := predictable(1000, 411, 224)
	for name, want := range map[string]string{
		"traffic.csv":   "caller,callee,calls_per_second,bytes_per_call\nload,caller,960,5400\ncaller,callee,960,5400\nload,callee,40,5400\n",
		"measured.yaml": "groups: [{host: caller, cores_before: 0.4110, cores_after: 0.2240, inline_calls_per_second: 960}]\n",
	} {
		if files[name] != want {
			t.Errorf("%s is\n%s\nwant\n%s", name, files[name], want)
		}
	}
}
