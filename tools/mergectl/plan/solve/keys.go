package solve

import "fmt"

// keys numbers what the services of a group have to agree on: the zone and the
// agreements of owners that are left.
type keys struct {
	list    []compatible
	numbers map[string]int32
	joined  map[[2]int32]int32
}

// compatible is what services of one group have in common. 0 is any zone, and nil
// any owner.
type compatible struct {
	zone   int
	owners []int
}

// apartKey is the number for services that cannot be together.
const apartKey = -1

func newKeys() *keys {
	return &keys{numbers: make(map[string]int32), joined: make(map[[2]int32]int32)}
}

func (k *keys) of(s *Service) int32 { return k.number(compatible{s.Zone, s.Owners}) }

func (k *keys) number(c compatible) int32 {
	text := fmt.Sprint(c.zone, c.owners == nil, c.owners)
	n, ok := k.numbers[text]
	if !ok {
		n = int32(len(k.list))
		k.list = append(k.list, c)
		k.numbers[text] = n
	}
	return n
}

// join returns the number for services of both, unless there can be none.
func (k *keys) join(a, b int32) (int32, bool) {
	if a == b {
		return a, true
	}
	pair := pairOf(a, b)
	n, ok := k.joined[pair]
	if !ok {
		n = k.compute(k.list[pair[0]], k.list[pair[1]])
		k.joined[pair] = n
	}
	return n, n != apartKey
}

func (k *keys) compute(x, y compatible) int32 {
	c := compatible{max(x.zone, y.zone), x.owners}
	if x.zone != 0 && y.zone != 0 && x.zone != y.zone {
		return apartKey
	}
	switch {
	case x.owners == nil:
		c.owners = y.owners
	case y.owners != nil:
		c.owners = common(x.owners, y.owners)
		if len(c.owners) == 0 {
			return apartKey
		}
	}
	return k.number(c)
}
