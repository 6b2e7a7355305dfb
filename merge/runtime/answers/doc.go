// Package answers takes copies of what calls are answered with, and compares them field
// by field. It is for answers that were made in two ways and should be the same.
package answers
