// Package closure reads the standard library of a Go SDK, from its sources, and
// checks that the packages that services have of their own are closed: what is
// left to the standard library neither shows their types nor is imported by
// them without being known.
package closure
