package process

import "testing"

func TestTheFirstServiceOwnsAKnob(t *testing.T) {
	var k Knob
	setting := 100
	set := func(v int) int { old := setting; setting = v; return old }
	stock, item := &Process{service: "stock"}, &Process{service: "item"}
	for _, call := range []struct {
		by            *Process
		value         int
		want, settles int
	}{
		{stock, 50, 100, 50},
		{item, 10, 50, 50}, // learns what stock has set
		{stock, 20, 50, 20},
		{item, 10, 20, 20},
	} {
		if got := call.by.Set(&k, call.value, set); got != call.want || setting != call.settles {
			t.Errorf("%s sets %d: returns %d and leaves %d, want %d and %d", call.by.service, call.value, got, setting, call.want, call.settles)
		}
	}
}
