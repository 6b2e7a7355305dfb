// Package closure reads the standard library of a Go SDK, from its sources, and
// checks that the packages of which each service has its own are closed: what is
// left to the standard library neither shows their types nor is imported by
// them without being known.
package closure
