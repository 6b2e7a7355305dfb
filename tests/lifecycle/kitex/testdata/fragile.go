package main

import "net/http"

// A page of the service's own makes one of its goroutines panic.
func init() {
	http.HandleFunc("/debug/panic", func(http.ResponseWriter, *http.Request) {
		go func() { panic("out of shelves") }()
	})
}
