//go:build alpha

package probe

const tag = "alpha"
