package main

import (
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/examples/compare"
)

// script has a request for every kind of answer that the shop gives.
var script = slices.Concat(
	[]compare.Call{{Method: "GET", Path: "/versions"}},
	compare.Each("GET", "/items/", "lamp", "desk", "workplace", "novel", "pencil", "coat", "walkman", "poster", "unicorn"),
	compare.Each("GET", "/stock/", "lamp", "desk", "workplace", "novel", "pencil", "coat", "walkman", "poster", "unicorn"),
	[]compare.Call{
		{Method: "GET", Path: "/items?ids=lamp,desk,novel,coat,poster,unicorn"},
		{Method: "GET", Path: "/items?ids=workplace,walkman&parts=category,spec"},
		{Method: "GET", Path: "/items?ids=lamp&parts="},
		{Method: "GET", Path: "/items?ids=lamp&parts=soul"},
		{Method: "GET", Path: "/items?ids=" + strings.Repeat("lamp,", 65)},
		{Method: "GET", Path: "/items"},
		{Method: "POST", Path: "/orders", Body: `{"item_id": "lamp", "quantity": 13, "note": "a present"}`, As: "order"},
		{Method: "GET", Path: "/stock/lamp"},
		{Method: "DELETE", Path: "/orders/{order}"},
		{Method: "DELETE", Path: "/orders/{order}"},
		{Method: "GET", Path: "/items/lamp"},
		{Method: "POST", Path: "/orders", Body: `{"item_id": "novel", "warehouse": "POZ"}`},
		{Method: "POST", Path: "/orders", Body: `{"item_id": "novel", "quantity": 500, "warehouse": "POZ"}`},
		{Method: "POST", Path: "/orders", Body: `{"item_id": "coat"}`},
		{Method: "POST", Path: "/orders", Body: `{"item_id": "walkman"}`},
		{Method: "POST", Path: "/orders", Body: `{"item_id": "poster"}`},
		{Method: "POST", Path: "/orders", Body: `{"item_id": "unicorn"}`},
		{Method: "POST", Path: "/orders", Body: `{"item_id": "pencil", "quantity": -1}`},
		{Method: "POST", Path: "/orders", Body: `{"item": "lamp"}`},
		{Method: "GET", Path: "/calls", Settle: true},
		{Method: "GET", Path: "/views"},
	},
)

// mix is what customers do, over and over.
var mix = []compare.Call{
	{Method: "GET", Path: "/items/lamp"},
	{Method: "GET", Path: "/items/novel"},
	{Method: "GET", Path: "/items?ids=lamp,desk,novel,coat"},
	{Method: "GET", Path: "/stock/lamp"},
	{Method: "GET", Path: "/items/workplace"},
	{Method: "POST", Path: "/orders", Body: `{"item_id": "pencil", "quantity": 2}`},
	{Method: "GET", Path: "/items/coat"},
	{Method: "GET", Path: "/items?ids=pencil,walkman&parts=attributes"},
	{Method: "GET", Path: "/items/desk"},
	{Method: "GET", Path: "/stock/workplace"},
}
