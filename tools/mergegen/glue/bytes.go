package glue

// bytesMethod writes a method whose arguments and result cross as the bytes that
// the adapters' codecs read and write: []byte, and *[]byte for the result. Each
// side may do with its bytes what it likes, also after the call, so that they are
// copied unless the link shares memory.
func (f *file) bytesMethod(m *method) {
	if m.share {
		f.printf("SharesArgs: true,\n")
	}
	f.printf("Args: func(src any) (any, error) {\nif src, ok := src.([]byte); ok {\nreturn %s, nil\n}\nreturn nil, wrongType(src)\n},\n", m.crossing("src"))
	if m.oneway {
		return
	}
	f.printf("NewResult: func() any { return new([]byte) },\n")
	if m.share {
		f.printf("SharesResult: true,\n")
	}
	f.printf(`Result: func(dst, src any) error {
from, ok := src.(*[]byte)
if !ok {
return wrongType(src)
}
to, ok := dst.(*[]byte)
if !ok {
return wrongType(dst)
}
*to = %s
return nil
},
`, m.crossing("*from"))
}

// crossing returns the expression for bytes on the other side.
func (m *method) crossing(bytes string) string {
	if m.share {
		return bytes
	}
	return "bytes.Clone(" + bytes + ")"
}
