package calls

import (
	"fmt"
	"testing"
	"unsafe"
)

// manyMethods has more methods than there are recent bindings.
func manyMethods() map[string]Method {
	methods := map[string]Method{}
	for i := range 3 << recentBits {
		methods[fmt.Sprint("Get", i)] = getMethod()
	}
	return methods
}

// TestBindingsByName binds methods whose names are in the same memory, one after the
// other. No generated code does so.
func TestBindingsByName(t *testing.T) {
	shop := newShop()
	shop.AddLink(Link{Caller: "api", Callee: "stock", RPCService: "StockService", Methods: manyMethods()})
	defer shop.Serve("stock", "StockService", "stock", greet)()
	client := shop.NewClient("api", "StockService", "stock")
	memory := make([]byte, 10)
	for range 3 {
		for name := range manyMethods() {
			call, ok := client.Bind(unsafe.String(&memory[0], copy(memory, name)))
			if _, bound := call.Method(); !ok || bound != name {
				t.Errorf("%s is bound to %q", name, bound)
			}
		}
	}
}

// TestBindingIsMadeOnce counts allocations, also of methods that have one place among
// the recent bindings.
func TestBindingIsMadeOnce(t *testing.T) {
	shop, methods := newShop(), manyMethods()
	shop.AddLink(Link{Caller: "api", Callee: "stock", RPCService: "StockService", Methods: methods})
	client := shop.NewClient("api", "StockService", "stock")
	for range 2 { // also after the callee has started again
		stop := shop.Serve("stock", "StockService", "stock", greet)
		bind := func() {
			for name := range methods {
				if _, ok := client.Bind(name); !ok {
					t.Errorf("%s is not bound", name)
				}
			}
		}
		bind()
		if n := testing.AllocsPerRun(10, bind); n > 0 {
			t.Errorf("methods that were bound allocate %v times", n)
		}
		stop()
	}
}
