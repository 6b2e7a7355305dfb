//go:build !alpha

package probe

const tag = "none"
