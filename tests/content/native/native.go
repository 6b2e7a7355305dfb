// Package native calls a static C function.
package native

/*
static int triple(int n) { return 3 * n; }
*/
import "C"

// Triple returns 3n, computed in C.
func Triple(n int) int { return int(C.triple(C.int(n))) }
