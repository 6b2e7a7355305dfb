//go:build !linux

package main

// listening is known on Linux only.
func listening(int) (addresses []string, ok bool) { return nil, false }
