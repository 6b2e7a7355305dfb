// Package table sorts, filters and pages the rows of tables, as the query of a URL says.
package table

import (
	"net/url"
	"strconv"
	"strings"
)

// PageRows is how many rows a page has.
const PageRows = 200

// maxFilter bounds the filter, in bytes.
const maxFilter = 1000

// Query says which rows of a table to show.
type Query struct {
	// Filter is words that rows have. Words after a minus sign they do not have.
	Filter string
	// Sort is the key of the column to sort by, "" for the table's own order.
	Sort       string
	Descending bool
	// Page counts from 1, and 0 is for all rows.
	Page int
	// Choices has the value that rows have in a column, by the column's key.
	Choices map[string]string
	// rest are the parameters that are not of the table.
	rest url.Values
}

// ParseQuery reads the query of a URL. What it does not understand it leaves alone.
func ParseQuery(values url.Values) Query {
	q := Query{Page: 1, Choices: make(map[string]string), rest: make(url.Values)}
	for name, all := range values {
		value := all[0]
		switch {
		case name == "q":
			q.Filter = value[:min(len(value), maxFilter)]
		case name == "sort":
			q.Sort, q.Descending = strings.CutPrefix(value, "-")
		case name == "page":
			if n, err := strconv.Atoi(value); err == nil && n > 0 {
				q.Page = n
			}
		case strings.HasPrefix(name, "is-"):
			if value != "" {
				q.Choices[strings.TrimPrefix(name, "is-")] = value
			}
		default:
			q.rest[name] = all
		}
	}
	return q
}

// All is the query for all rows of a table in its own order.
func All() Query { return Query{} }

// values returns the query of a URL that means q.
func (q Query) values() url.Values {
	values := make(url.Values)
	for name, all := range q.rest {
		values[name] = all
	}
	if q.Filter != "" {
		values.Set("q", q.Filter)
	}
	if q.Sort != "" {
		sort := q.Sort
		if q.Descending {
			sort = "-" + sort
		}
		values.Set("sort", sort)
	}
	if q.Page > 1 {
		values.Set("page", strconv.Itoa(q.Page))
	}
	for key, value := range q.Choices {
		values.Set("is-"+key, value)
	}
	return values
}

// href returns the address of the page for q.
func (q Query) href() string { return "?" + q.values().Encode() }

// filter returns a function that reports whether a text, in lower case, matches.
func (q Query) filter() func(text string) bool {
	words := strings.Fields(strings.ToLower(q.Filter))
	return func(text string) bool {
		for _, word := range words {
			without, not := strings.CutPrefix(word, "-")
			if not && without == "" {
				continue
			}
			// An arrow is a link, and not a word that is left out.
			if not && !strings.HasPrefix(without, ">") {
				if strings.Contains(text, without) {
					return false
				}
			} else if !strings.Contains(text, word) {
				return false
			}
		}
		return true
	}
}
