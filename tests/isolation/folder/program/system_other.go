//go:build !linux

package main

var platform []way
