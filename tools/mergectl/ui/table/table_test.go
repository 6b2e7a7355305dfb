package table

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

type fruit struct {
	name, color string
	grams       int // -1 if it is not known
}

var fruits = []fruit{{"apple", "red", 150}, {"banana", "yellow", 120}, {"cherry", "red", 8}, {"quince->jam", "yellow", -1}}

func fruitTable() Table[fruit] {
	color := Text("color", "Color", func(f fruit) string { return f.color })
	color.Choice = func(f fruit) string { return f.color }
	grams := Number("grams", "Mass", func(f fruit) (float64, bool) { return float64(f.grams), f.grams >= 0 }, func(f fruit) string { return strconv.Itoa(f.grams) })
	grams.Group = "Measured"
	return Table[fruit]{
		Name: "fruits", Columns: []Column[fruit]{Text("name", "Name", func(f fruit) string { return f.name }), color, grams},
		Key:  func(f fruit) string { return f.name },
		Text: func(f fruit) string { return f.name + " " + f.color },
	}
}

func names(v View) string {
	var list []string
	for _, line := range v.Lines {
		list = append(list, line.Key)
	}
	return strings.Join(list, " ")
}

func TestView(t *testing.T) {
	for query, want := range map[string]string{
		"":                         "apple banana cherry quince->jam",
		"sort=name":                "apple banana cherry quince->jam",
		"sort=-name":               "quince->jam cherry banana apple",
		"sort=grams":               "quince->jam cherry banana apple",
		"sort=-grams":              "apple banana cherry quince->jam",
		"sort=mass":                "apple banana cherry quince->jam", // no such column
		"q=RED":                    "apple cherry",
		"q=red+-app":               "cherry",
		"q=->jam":                  "quince->jam",
		"q=e->j":                   "quince->jam",
		"q=-":                      "apple banana cherry quince->jam",
		"is-color=yellow":          "banana quince->jam",
		"is-color=":                "apple banana cherry quince->jam",
		"is-color=blue":            "",
		"is-color=red&sort=-name":  "cherry apple",
		"page=99":                  "apple banana cherry quince->jam",
		"page=-1":                  "apple banana cherry quince->jam",
		"page=x&other=%00&q=%ff+a": "",
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if got := names(fruitTable().View(fruits, ParseQuery(values))); got != want {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
	}
}

func TestViewHeads(t *testing.T) {
	v := fruitTable().View(fruits, ParseQuery(url.Values{"sort": {"-grams"}, "q": {"a"}, "page": {"1"}, "service": {"item"}, "is-color": {"red"}}))
	var heads []string
	for _, h := range v.Columns {
		heads = append(heads, h.Key+" "+h.Sorted+" "+h.Href)
	}
	want := []string{
		"name  ?is-color=red&q=a&service=item&sort=name",
		"color  ?is-color=red&q=a&service=item&sort=color",
		"grams descending ?is-color=red&q=a&service=item&sort=grams",
	}
	if fmt.Sprint(heads) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", heads, want)
	}
	if fmt.Sprint(v.Groups) != "[{ 2} {Measured 1}]" {
		t.Errorf("groups %v", v.Groups)
	}
	if fmt.Sprint(v.Hidden) != "[{service item} {sort -grams}]" {
		t.Errorf("hidden %v", v.Hidden)
	}
	if len(v.Choices) != 1 || fmt.Sprintf("%v %s", v.Choices[0].Values, v.Choices[0].Chosen) != "[red yellow] red" {
		t.Errorf("choices %v", v.Choices)
	}
	if c := v.Lines[0].Cells[2]; c.Text != "150" || c.Sort != 150 || !c.Number {
		t.Errorf("cell %+v", c)
	}
	if v.Total != 4 || v.Matched != 1 {
		t.Errorf("%d of %d rows", v.Matched, v.Total)
	}
}

func TestViewPages(t *testing.T) {
	var many []fruit
	for i := range 2*PageRows + 1 {
		many = append(many, fruit{name: fmt.Sprintf("fruit %04d", i), color: "red"})
	}
	for _, tt := range []struct {
		page, rows           int
		first, before, after string
	}{
		{1, PageRows, "fruit 0000", "", "?page=2&q=fruit"},
		{2, PageRows, "fruit 0200", "?q=fruit", "?page=3&q=fruit"},
		{3, 1, "fruit 0400", "?page=2&q=fruit", ""},
	} {
		v := fruitTable().View(many, ParseQuery(url.Values{"q": {"fruit"}, "page": {strconv.Itoa(tt.page)}}))
		if len(v.Lines) != tt.rows || v.Lines[0].Key != tt.first || v.Previous != tt.before || v.Next != tt.after || v.Pages != 3 {
			t.Errorf("page %d: %d rows from %s, before %s, after %s, of %d", tt.page, len(v.Lines), v.Lines[0].Key, v.Previous, v.Next, v.Pages)
		}
	}
	if v := fruitTable().View(many, All()); len(v.Lines) != len(many) {
		t.Errorf("all are %d rows, want %d", len(v.Lines), len(many))
	}
}

func BenchmarkFilter(b *testing.B) {
	var many []fruit
	for i := range 18_000 {
		many = append(many, fruit{name: fmt.Sprintf("service-%d->service-%d/shop.Service/Method%d", i%500, i%37, i), color: "on", grams: i * 7919 % 18_000})
	}
	q := ParseQuery(url.Values{"q": {"service-1 -method3"}, "sort": {"-grams"}})
	for b.Loop() {
		if v := fruitTable().View(many, q); v.Matched == 0 {
			b.Fatal("nothing matches")
		}
	}
}
