package math

func Float32bits(f float32) uint32
func Float64bits(f float64) uint64
