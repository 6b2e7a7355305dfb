package difftest

import "math/rand"

// byteSource makes random numbers of bytes, one of each, so that a fuzzer that
// changes a byte changes a choice. After the last one they are random.
type byteSource struct {
	bytes []byte
	rest  rand.Source
}

func newByteSource(bytes []byte) *byteSource { return &byteSource{bytes, rand.NewSource(1)} }

func (s *byteSource) Int63() int64 {
	if len(s.bytes) == 0 {
		return s.rest.Int63()
	}
	b := int64(s.bytes[0])
	s.bytes = s.bytes[1:]
	return b<<32 | b // the halves that Intn and Int63n look at
}

func (s *byteSource) Seed(int64) {}
