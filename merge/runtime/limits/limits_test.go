package limits

import (
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// TestRenewed has a call of each life of stock never return.
func TestRenewed(t *testing.T) {
	stock := New("stock", 1, 0)
	for life := range 3 {
		if life > 0 {
			stock = stock.Renewed()
		}
		if refused := stock.Enter(t.Context(), 0); refused != "" {
			t.Errorf("life %d refuses its first call: %s", life, refused)
		}
		if refused, want := stock.Enter(t.Context(), 0), "request over limit: service stock runs 1 inline calls, its max_inflight"; refused != want {
			t.Errorf("life %d answers %q to a second call, want %q", life, refused, want)
		}
	}
	var got reports.Service
	if stock.Report(&got); got.Refused != 3 || got.Inflight != 1 {
		t.Errorf("%d calls refused and %d running, want 3 and 1", got.Refused, got.Inflight)
	}
	stock.Leave(0)
	if refused := stock.Enter(t.Context(), 0); refused != "" {
		t.Errorf("a call is refused after another has left: %s", refused)
	}
}
