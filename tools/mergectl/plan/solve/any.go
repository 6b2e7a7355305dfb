package solve

// Any is the exact choice until the search over all callers is here.
func Any(p *Problem) (*Solution, error) { return Exact(p) }
