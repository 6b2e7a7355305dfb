package main

import "github.com/gomerge/rules_go_merge/examples/compare"

// mix is what customers do, over and over. Each view of an item asks for its stock.
var mix = []compare.Call{
	{Method: "GET", Path: "/items/lamp"},
	{Method: "GET", Path: "/items/novel"},
	{Method: "GET", Path: "/items/desk"},
	{Method: "GET", Path: "/items/coat"},
	{Method: "GET", Path: "/items?ids=lamp,desk,novel,coat"},
}
