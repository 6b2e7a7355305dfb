package reports_test

import (
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

func TestDescribeUnbound(t *testing.T) {
	got := reports.DescribeUnbound([]string{"api->stock", "item->mail", "item->stock"})
	want := "RPCs of api->stock, item->mail, item->stock fail unless another process serves them: listen is False for mail, stock"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
