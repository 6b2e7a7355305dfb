package main

// static int number(void) { return 1; }
import "C"

func init() { C.number() }
