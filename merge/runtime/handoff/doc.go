// Package handoff runs functions on other goroutines than their callers', which
// can leave before the function returns. It keeps goroutines for that, whose
// stacks have grown already. A process that makes no calls keeps none.
package handoff
