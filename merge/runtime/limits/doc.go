// Package limits holds services to their limits: how many inline calls one runs
// at a time, and how many cores it uses on average. Calls of a service that is
// above one of them wait, or are refused.
package limits

// FalseSharing is the distance in bytes at which two values cannot slow each
// other down: two cache lines of most processors, which fetch them in pairs,
// and one of Apple's.
const FalseSharing = 128
