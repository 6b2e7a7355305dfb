//go:build of_alpha

package probe

const tag = "alpha"
