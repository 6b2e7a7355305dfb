//go:build !unix

package judge

import "os/exec"

// group does nothing where processes have no groups: the command ends alone.
func group(*exec.Cmd) (kill func()) { return func() {} }
