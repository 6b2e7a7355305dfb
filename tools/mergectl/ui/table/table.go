package table

import (
	"cmp"
	"hash/fnv"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Table is how rows are shown.
type Table[R any] struct {
	// Name is its identifier on the page, and Caption says what it has.
	Name, Caption string
	// Rows is the word for several rows.
	Rows    string
	Columns []Column[R]
	// Key identifies a row.
	Key func(R) string
	// Text is what the filter looks in.
	Text func(R) string
	// Plain tables have neither filter nor order.
	Plain bool
}

// Column is one column of a table.
type Column[R any] struct {
	Key, Title string
	// Group is the title over several columns, "" for none.
	Group string
	// About explains the title.
	About string
	// Number columns are aligned to the right, and sorted from large to small first.
	Number bool
	// Head is set for the column that names the row.
	Head bool
	// Wide columns may break their text over several lines.
	Wide bool
	Cell func(R) Cell
	// Compare is the order by the column, nil if there is none.
	Compare func(a, b R) int
	// Choice is the value by which rows can be chosen, nil if they cannot.
	Choice func(R) string
}

// Cell is one cell.
type Cell struct {
	Text string
	// Href is where the text leads, "" for nowhere.
	Href string
	// Mark is good, bad, mixed or quiet, which the style sheet shows in addition to the text.
	Mark string
	// Title is more text, for the pointer.
	Title string
	// Sort is the number that the cell is sorted by in a page that sorts itself, if Sorted.
	Sort   float64
	Sorted bool
}

// View is a part of a table, ready to be written.
type View struct {
	Name, Caption, Rows string
	Plain               bool
	Groups              []Group
	Columns             []Head
	Lines               []Line
	// Total is the number of rows, and Matched that of those that the filter leaves.
	Total, Matched int
	// Page and Pages count from 1. Page is 0 where all rows are shown.
	Page, Pages    int
	Previous, Next string
	Filter         string
	Choices        []Choice
	// Hidden are parameters that a form has to send along.
	Hidden []Parameter
}

// Group is a title over Span columns.
type Group struct {
	Title string
	Span  int
}

// Head is the title of a column.
type Head struct {
	Key, Title, About string
	// Href is the page sorted by it, "" if it cannot be sorted. Sorted is ascending,
	// descending or "".
	Href, Sorted       string
	Number, Head, Wide bool
}

// Line is a row.
type Line struct {
	Key   string
	Cells []LineCell
}

// LineCell is a cell and the column that it is in.
type LineCell struct {
	Cell
	Number, Head, Wide bool
}

// Choice is a column by whose values rows are chosen.
type Choice struct {
	Key, Title string
	Values     []string
	Chosen     string
}

// Parameter is a parameter of a URL.
type Parameter struct{ Name, Value string }

// View returns the part of the rows that a query asks for.
func (t Table[R]) View(rows []R, q Query) View {
	v := View{Name: t.Name, Caption: t.Caption, Rows: t.Rows, Plain: t.Plain, Total: len(rows), Filter: q.Filter}
	kept := t.keep(rows, q, &v)
	v.Matched = len(kept)
	t.sort(kept, &q)
	v.Pages = max(1, (len(kept)+PageRows-1)/PageRows)
	v.Hidden = hidden(q)
	if q.Page > 0 {
		q.Page = min(q.Page, v.Pages)
		v.Page = q.Page
		if q.Page > 1 {
			before := q
			before.Page--
			v.Previous = before.href()
		}
		if q.Page < v.Pages {
			after := q
			after.Page++
			v.Next = after.href()
		}
		kept = kept[(q.Page-1)*PageRows : min(q.Page*PageRows, len(kept))]
	}
	for _, c := range t.Columns {
		v.Columns = append(v.Columns, t.head(c, q))
		if n := len(v.Groups); n > 0 && v.Groups[n-1].Title == c.Group {
			v.Groups[n-1].Span++
		} else {
			v.Groups = append(v.Groups, Group{c.Group, 1})
		}
	}
	if len(v.Groups) == 1 {
		v.Groups = nil
	}
	for _, row := range kept {
		line := Line{Key: short(t.Key(row))}
		for _, c := range t.Columns {
			cell := c.Cell(row)
			line.Cells = append(line.Cells, LineCell{cell, c.Number, c.Head, c.Wide && len(cell.Text) > wide})
		}
		v.Lines = append(v.Lines, line)
	}
	return v
}

// wide is how long a text is, in bytes, that may be broken.
const wide = 24

// longest is how long keys and choices may be, in bytes.
const longest = 1000

// short returns a key, or one that is shorter and as good as unique.
func short(key string) string {
	if len(key) <= longest {
		return key
	}
	hash := fnv.New64a()
	hash.Write([]byte(key))
	return key[:longest/2] + strconv.FormatUint(hash.Sum64(), 36)
}

// keep returns the rows that match, in a slice that the caller may sort.
func (t Table[R]) keep(rows []R, q Query, v *View) []R {
	match := q.filter()
	kept := make([]R, 0, len(rows))
	values := make(map[string]map[string]bool)
	for _, c := range t.Columns {
		if c.Choice != nil {
			values[c.Key] = make(map[string]bool)
		}
	}
	for _, row := range rows {
		chosen := true
		for _, c := range t.Columns {
			if c.Choice == nil {
				continue
			}
			value := c.Choice(row)
			if len(value) <= longest && !values[c.Key][value] {
				values[c.Key][value] = true
			}
			want, set := q.Choices[c.Key]
			chosen = chosen && (!set || want == value)
		}
		if chosen && (q.Filter == "" || match(strings.ToLower(t.Text(row)))) {
			kept = append(kept, row)
		}
	}
	for _, c := range t.Columns {
		if len(values[c.Key]) > 1 || q.Choices[c.Key] != "" {
			v.Choices = append(v.Choices, Choice{c.Key, c.Title, slices.Sorted(maps.Keys(values[c.Key])), q.Choices[c.Key]})
		}
	}
	return kept
}

func (t Table[R]) sort(rows []R, q *Query) {
	i := slices.IndexFunc(t.Columns, func(c Column[R]) bool { return c.Key == q.Sort && c.Compare != nil })
	if i < 0 {
		q.Sort, q.Descending = "", false
		return
	}
	compare := t.Columns[i].Compare
	slices.SortStableFunc(rows, func(a, b R) int {
		if q.Descending {
			a, b = b, a
		}
		return compare(a, b)
	})
}

func (t Table[R]) head(c Column[R], q Query) Head {
	h := Head{Key: c.Key, Title: c.Title, About: c.About, Number: c.Number, Head: c.Head, Wide: c.Wide}
	if c.Compare == nil {
		return h
	}
	next := q
	next.Page = min(q.Page, 1)
	next.Sort, next.Descending = c.Key, c.Number
	if q.Sort == c.Key {
		h.Sorted = "ascending"
		if q.Descending {
			h.Sorted = "descending"
		}
		next.Descending = !q.Descending
	}
	h.Href = next.href()
	return h
}

// hidden returns what a form of the filter sends along.
func hidden(q Query) []Parameter {
	q.Filter, q.Page, q.Choices = "", 1, nil
	var list []Parameter
	values := q.values()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		list = append(list, Parameter{name, values.Get(name)})
	}
	return list
}

// Text returns a column of text, sorted by it.
func Text[R any](key, title string, text func(R) string) Column[R] {
	return Column[R]{
		Key: key, Title: title,
		Cell:    func(r R) Cell { return Cell{Text: text(r)} },
		Compare: func(a, b R) int { return cmp.Compare(text(a), text(b)) },
	}
}

// Number returns a column of numbers. Those that are not known are less than all others.
func Number[R any](key, title string, number func(R) (n float64, known bool), write func(R) string) Column[R] {
	order := func(r R) float64 {
		n, known := number(r)
		if !known {
			return math.Inf(-1)
		}
		return n
	}
	return Column[R]{
		Key: key, Title: title, Number: true,
		Cell: func(r R) Cell {
			n, known := number(r)
			if !known {
				return Cell{Text: "-", Mark: "quiet", Sort: -1, Sorted: true}
			}
			return Cell{Text: write(r), Sort: n, Sorted: true}
		},
		Compare: func(a, b R) int { return cmp.Compare(order(a), order(b)) },
	}
}
