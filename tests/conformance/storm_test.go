package conformance

import "testing"

// TestStorm makes calls of services with different versions of Kitex, most of
// which fail with a business status, under the race detector and with a garbage
// collector that has much to do.
func TestStorm(t *testing.T) {
	const calls = 100_000
	for _, pair := range pairs(t) {
		seen, err := pair.Storm(calls, "GOGC=10", "GORACE=halt_on_error=1")
		if err != nil {
			t.Fatal(err)
		}
		if seen.Inline < calls {
			t.Errorf("%s: %d of %d calls were inline", pair.Name, seen.Inline, calls)
		}
	}
}
