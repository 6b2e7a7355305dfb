//go:build !go1.26

package main

func dialers(string) []way { return nil }
