package suite

// MixedPair is a caller with Kitex whose callee calls it with grpc-go, as two binaries and
// as services of a merged one.
type MixedPair struct{ Caller, Callee, Merged string }

func (p MixedPair) environment() (front string, variables []string, err error) {
	free, err := freeAddresses(2)
	if err != nil {
		return "", nil, err
	}
	return free[0], []string{"CONFORMANCE_FRONT=" + free[0], "CONFORMANCE_BACK=" + free[1]}, nil
}

// Run runs the cases as two processes, and merged.
func (p MixedPair) Run() (separately, together []Observation, err error) {
	front, variables, err := p.environment()
	if err != nil {
		return nil, nil, err
	}
	if separately, err = separate(p.Caller, p.Callee, front, variables); err != nil {
		return nil, nil, err
	}
	if _, variables, err = p.environment(); err != nil {
		return nil, nil, err
	}
	together, err = merged(p.Merged, timeout, variables)
	return separately, together, err
}
