package bytes

func Clone(b []byte) []byte { return append([]byte{}, b...) }
