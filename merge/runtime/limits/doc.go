// Package limits holds services to their limits: how many inline calls one runs
// at a time, and how many cores it uses on average. Calls of a service that is
// above one of them wait, or are refused.
package limits
