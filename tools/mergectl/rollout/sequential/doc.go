// Package sequential has statistical tests that may be looked at after each call, as
// often as one likes, and stopped at any time. A test with a fixed number of calls would
// find a difference sooner or later where there is none, if somebody looked each minute.
//
// [Ratio] compares two arms, to which calls were drawn at random. [Rate] compares one
// rate with a limit. Both are mixture martingales: an e-value, which is 1 on average as
// long as there is no difference, so that it exceeds 1/alpha at any time with a
// probability of alpha at most. docs/rollout.md explains them.
package sequential
