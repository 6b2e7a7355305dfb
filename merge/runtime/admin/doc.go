// Package admin answers requests about a merged binary on a unix socket: what its
// links and services do, and by which rules its calls are inline.
package admin
