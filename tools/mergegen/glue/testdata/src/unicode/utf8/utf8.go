package utf8

func Valid(p []byte) bool
func ValidString(s string) bool
