package compare

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func parse(t *testing.T, text string) any {
	t.Helper()
	var v any
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestFirstDifference(t *testing.T) {
	tests := []struct {
		a, b        string
		where, x, y string // empty if equal
	}{
		{`{"a": 1, "b": [true]}`, `{"b": [true], "a": 1}`, "", "", ""},
		{`null`, `null`, "", "", ""},
		{`{"a": {"b": 1}}`, `{"a": {"b": 2}}`, "$.a.b", "1", "2"},
		{`{"a": 1}`, `{}`, "$.a", "1", "nothing"},
		{`{"a": null}`, `{}`, "$.a", "null", "nothing"},
		{`{}`, `{"b": ""}`, "$.b", "nothing", `""`},
		{`[1, 2]`, `[1]`, "$[1]", "2", "nothing"},
		{`[]`, `null`, "$", "[]", "null"},
		{`[]`, `{}`, "$", "[]", "{}"},
		{`1`, `1.0`, "$", "1", "1.0"},
		{`9007199254740993`, `9007199254740992`, "$", "9007199254740993", "9007199254740992"},
	}
	for _, tt := range tests {
		t.Run(tt.a+" "+tt.b, func(t *testing.T) {
			where, x, y, differ := firstDifference("$", parse(t, tt.a), parse(t, tt.b))
			if differ != (tt.where != "") {
				t.Fatalf("differ = %v", differ)
			}
			if differ && (where != tt.where || jsonText(x) != tt.x || jsonText(y) != tt.y) {
				t.Errorf("got %s: %s, %s; want %s: %s, %s", where, jsonText(x), jsonText(y), tt.where, tt.x, tt.y)
			}
		})
	}
}

func TestDifferences(t *testing.T) {
	c := Call{Method: "GET", Path: "/views"}
	answers := func(texts ...string) []Answer {
		var as []Answer
		for _, text := range texts {
			as = append(as, Answer{Call: c, Status: 200, Body: parse(t, text)})
		}
		return as
	}
	failed := answers(`{}`)
	failed[0].Status = 502
	tests := []struct {
		name             string
		separate, merged []Answer
		want             []Difference
	}{
		{"equal", answers(`{"a": 1}`, `{}`), answers(`{"a": 1}`, `{}`), nil},
		{"body", answers(`{"a": 1}`), answers(`{"a": "1"}`), []Difference{{"GET /views", "$.a", `1`, `"1"`}}},
		{"status", answers(`{}`), failed, []Difference{{"GET /views", "status", "200", "502"}}},
		{"missing", answers(`{}`), nil, []Difference{{"GET /views", "answer", "200", "none"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := differences(tt.separate, tt.merged); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestCallString(t *testing.T) {
	tests := []struct {
		call Call
		want string
	}{
		{Call{Method: "GET", Path: "/views"}, "GET /views"},
		{Call{Method: "POST", Path: "/orders", Body: "{}"}, "POST /orders {}"},
		{Call{Method: "GET", Path: "/items?ids=" + strings.Repeat("lamp,", 9)}, "GET /items?ids=lamp,lamp,lamp,lamp,lamp,l..."},
	}
	for _, tt := range tests {
		if got := tt.call.String(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
