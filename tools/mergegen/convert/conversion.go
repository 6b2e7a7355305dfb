package convert

import "fmt"

// Conversion is a generated function that converts *src to *dst.
type Conversion struct {
	plan     *Plan
	src, dst *loadedMessage
	deps     []*Conversion
	err      error // why this pair itself is not converted
	// fails reports whether the function can fail and thus returns an error.
	fails bool
	// shared reports whether both structs have one layout and hold no memory but
	// that of strings.
	shared bool
	// slabs reports whether the function allocates from slabs.
	slabs bool
	// repeated is set if the function is called for elements of a list or map.
	repeated bool
	// share reports whether the conversion is for links that share memory, and
	// same whether the struct is then handed over as it is.
	share, same bool
	// root is set for the arguments or result of a protobuf method.
	root *protobufRootPair
	// alone is set for what [Plan.AddMessage] adds, and the messages in it.
	alone bool
}

// Err reports why the conversion cannot be made; it is nil if it can. It is
// valid after all conversions are added.
func (c *Conversion) Err() error {
	c.plan.finish()
	if c.err == nil || c.root != nil || c.alone {
		return nil
	}
	return fmt.Errorf("not converted: %w", c.err)
}

// Layout of a [Conversion] in the manifest.
const (
	SameMemory   = "same-memory"
	SharedLayout = "shared-layout"
	ByField      = "field"
	// ThroughCodec is for protobuf messages that are encoded and decoded.
	ThroughCodec = "codec"
)

// Layout reports how the struct is copied.
func (c *Conversion) Layout() string {
	c.plan.finish()
	switch {
	case c.same:
		return SameMemory
	case c.shared:
		return SharedLayout
	case c.Detour() != "":
		return ThroughCodec
	}
	return ByField
}

// Detour reports why the struct is encoded and decoded, "" if it is not. It is
// valid after all conversions are added.
func (c *Conversion) Detour() string {
	c.plan.finish()
	if c.root == nil && !c.alone || c.err == nil {
		return ""
	}
	return c.err.Error()
}

// From and To are the compiled paths and names of both structs.
func (c *Conversion) From() string { return c.src.path() }
func (c *Conversion) To() string   { return c.dst.path() }

// uses returns the conversions that c's function calls.
func (c *Conversion) uses() []*Conversion {
	if c.Detour() != "" {
		return nil
	}
	return c.deps
}

// CanFail reports whether the receiver's decoder would refuse some values.
func (c *Conversion) CanFail() bool {
	return c.Detour() != "" || c.fails && !c.same
}

// returnsError reports whether the function returns an error. That of a
// protobuf method always does: its values may make the detour.
func (c *Conversion) returnsError() bool { return c.root != nil || c.fails }

// Closure returns roots and all conversions that they use, each once.
func Closure(roots []*Conversion) []*Conversion {
	var list []*Conversion
	seen := make(map[*Conversion]bool)
	var visit func(*Conversion)
	visit = func(c *Conversion) {
		if seen[c] {
			return
		}
		seen[c] = true
		list = append(list, c)
		for _, dep := range c.uses() {
			visit(dep)
		}
	}
	for _, c := range roots {
		visit(c)
	}
	return list
}
