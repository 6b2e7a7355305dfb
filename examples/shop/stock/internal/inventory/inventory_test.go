package inventory

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/bytedance/sonic"
	"github.com/cloudwego/kitex/pkg/kerrors"

	"github.com/gomerge/rules_go_merge/examples/shop/stock/kitex_gen/stock"
)

func load(t *testing.T) *Inventory {
	t.Helper()
	inv, err := Load(DefaultSeed)
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

func TestLevel(t *testing.T) {
	tests := []struct {
		id           string
		availability stock.Availability
		onHand       int32
		lowMark      int32
		shelves      int
	}{
		{"lamp", stock.Availability_IN_STOCK, 16, 8, 2},
		{"desk", stock.Availability_LOW, 3, 5, 1},
		{"coat", stock.Availability_SOLD_OUT, 0, 5, 0},
		{"walkman", stock.Availability_DISCONTINUED, 3, 5, 0},
	}
	inv := load(t)
	for _, tt := range tests {
		t.Run(tt.id, func(t *testing.T) {
			got, ok, err := inv.Level(tt.id)
			if err != nil || !ok {
				t.Fatalf("Level: %v, %v", ok, err)
			}
			if got.Availability != tt.availability || got.OnHand != tt.onHand ||
				got.LowMark != tt.lowMark || len(got.Shelves) != tt.shelves {
				t.Errorf("got %v", got)
			}
		})
	}
	if _, ok, _ := inv.Level("unicorn"); ok {
		t.Error("there is a unicorn")
	}
}

func TestLevelDetails(t *testing.T) {
	inv := load(t)
	lamp, _, _ := inv.Level("lamp")
	if got := lamp.Shelves[1].Aisle; got != "unassigned" {
		t.Errorf("aisle = %q, want the default", got)
	}
	var l label
	if err := sonic.Unmarshal(lamp.Label, &l); err != nil {
		t.Fatal(err)
	}
	if want := "\x00\x01\x02\xfd\xfe\xff"; string(l.Mark) != want {
		t.Errorf("mark = %q, want %q", l.Mark, want)
	}
	lamp.ByWarehouse["AMS"] = 0
	if again, _, _ := inv.Level("lamp"); again.ByWarehouse["AMS"] != 12 {
		t.Error("a caller changed the inventory")
	}

	workplace, _, _ := inv.Level("workplace")
	if got := workplace.Bundle.Parts[1].Parts[0]; got.ItemId != "lamp" || got.Quantity != 2 {
		t.Errorf("bundle = %v", workplace.Bundle)
	}
}

func TestReserve(t *testing.T) {
	ams := "AMS"
	claim := &stock.Claim{Customer: new(int64)}
	tests := []struct {
		name  string
		req   stock.ReserveRequest
		taken map[string]int32
		want  string // in the error
	}{
		{"one warehouse", stock.ReserveRequest{ItemId: "lamp", Quantity: 5}, map[string]int32{"AMS": 5}, ""},
		{"two warehouses", stock.ReserveRequest{ItemId: "lamp", Quantity: 14}, map[string]int32{"AMS": 12, "LYS": 2}, ""},
		{"unknown", stock.ReserveRequest{ItemId: "unicorn", Quantity: 1}, nil, "UnknownItem"},
		{"nothing", stock.ReserveRequest{ItemId: "lamp"}, nil, "cannot reserve 0"},
		{"too many", stock.ReserveRequest{ItemId: "lamp", Quantity: 17}, nil, "Available:16"},
		{"too many there", stock.ReserveRequest{ItemId: "lamp", Quantity: 13, Warehouse: &ams}, nil, "Available:12"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inv := load(t)
			tt.req.Claim = claim
			got, err := inv.Reserve(&tt.req)
			if tt.want != "" {
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Fatalf("error = %v, want %q", err, tt.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !maps.Equal(got.Taken, tt.taken) {
				t.Errorf("taken = %v, want %v", got.Taken, tt.taken)
			}
			if level, _, _ := inv.Level("lamp"); level.OnHand != 16-tt.req.Quantity || level.Reserved != tt.req.Quantity {
				t.Errorf("afterwards: %v", level)
			}
			if err := inv.Release(got.Id); err != nil {
				t.Fatal(err)
			}
			if level, _, _ := inv.Level("lamp"); level.OnHand != 16 || level.Reserved != 0 {
				t.Errorf("after release: %v", level)
			}
			var unknown *stock.UnknownReservation
			if err := inv.Release(got.Id); !errors.As(err, &unknown) {
				t.Errorf("second release: %v", err)
			}
		})
	}
}

func TestReserveDiscontinued(t *testing.T) {
	_, err := load(t).Reserve(&stock.ReserveRequest{ItemId: "walkman", Quantity: 1})
	biz, ok := kerrors.FromBizStatusError(err)
	if !ok || biz.BizStatusCode() != stock.CODE_DISCONTINUED || biz.BizExtra()["replacement"] != "radio" {
		t.Errorf("error = %v", err)
	}
}

func TestLoad(t *testing.T) {
	tests := []struct{ name, seed, want string }{
		{"not JSON", `{`, "seed:"},
		{"no id", `[{"on_hand": {}}]`, "record 0 has no item_id"},
		{"twice", `[{"item_id": "a"}, {"item_id": "a"}]`, "item a occurs twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Load([]byte(tt.seed)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestViews(t *testing.T) {
	inv := load(t)
	inv.NoteView("lamp")
	inv.NoteView("lamp")
	inv.NoteView("unicorn")
	if got := inv.Views(); !maps.Equal(got, map[string]int64{"lamp": 2}) {
		t.Errorf("views = %v", got)
	}
}
