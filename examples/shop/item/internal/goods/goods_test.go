package goods

import (
	"strings"
	"testing"

	"github.com/bytedance/sonic"

	"github.com/gomerge/rules_go_merge/examples/shop/item/kitex_gen/item"
)

func TestItem(t *testing.T) {
	c, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	lamp, ok, err := c.Item("lamp", AllParts)
	if err != nil || !ok {
		t.Fatalf("Item: %v, %v", ok, err)
	}
	if lamp.Price.Amount != 4990 || lamp.Rating != 4.6 || !lamp.Fragile || lamp.Details.GetVolts() != 230 {
		t.Errorf("lamp = %v", lamp)
	}
	if got := lamp.Category.Children[0].Children[0].Name; got != "Lamps" {
		t.Errorf("category = %v", lamp.Category)
	}
	var spec Spec
	if err := sonic.Unmarshal(lamp.Spec, &spec); err != nil {
		t.Fatal(err)
	}
	if want := "\xff\xee\xdd\xcc\xbb\xaa\x99"; string(spec.Seal) != want {
		t.Errorf("seal = %q, want %q", spec.Seal, want)
	}
	if _, ok, _ := c.Item("unicorn", AllParts); ok {
		t.Error("there is a unicorn")
	}
}

func TestItemParts(t *testing.T) {
	c, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name                       string
		parts                      []item.Part
		attributes, category, spec bool
	}{
		{"none", nil, false, false, false},
		{"attributes", []item.Part{item.Part_ATTRIBUTES}, true, false, false},
		{"category and spec", []item.Part{item.Part_CATEGORY, item.Part_SPEC}, false, true, true},
		{"all", AllParts, true, true, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			desk, _, err := c.Item("desk", tt.parts)
			if err != nil {
				t.Fatal(err)
			}
			if (desk.Attributes != nil) != tt.attributes ||
				(desk.Category != nil) != tt.category ||
				(desk.Spec != nil) != tt.spec {
				t.Errorf("desk = %v", desk)
			}
		})
	}
}

func TestParse(t *testing.T) {
	for seed, want := range map[string]string{
		`{`:               "catalogue:",
		`[{"name": "a"}]`: "entry 0 has no id",
	} {
		if _, err := Parse([]byte(seed)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%s) = %v, want %q", seed, err, want)
		}
	}
}
