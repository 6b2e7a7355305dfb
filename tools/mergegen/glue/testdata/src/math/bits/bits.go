package bits

func Len64(x uint64) int
