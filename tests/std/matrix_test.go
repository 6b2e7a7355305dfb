package std

import "testing"

// TestCompile compiles views and copies for several platforms, as they are
// selected with and without cgo, and with goroutines contained.
func TestCompile(t *testing.T) {
	table := readTable(t)
	forSDKs(t, func(t *testing.T, s sdk) {
		for _, platform := range []target{
			{goos: "linux", goarch: "amd64"},
			{goos: "linux", goarch: "arm64"},
			{goos: "darwin", goarch: "arm64"},
		} {
			t.Run(platform.goos+"_"+platform.goarch, func(t *testing.T) {
				originals := s.exports(t, table, platform)
				for name, mode := range map[string]struct{ cgo, contain bool }{
					"pure": {}, "cgo": {cgo: true}, "contained": {cgo: true, contain: true},
				} {
					t.Run(name, func(t *testing.T) {
						t.Parallel()
						to := platform
						to.cgo = mode.cgo
						compiled := newService(t, service{
							sdk: s, to: to, table: table, originals: originals,
							namespace: "stock", main: "example.com/stock", contain: mode.contain,
						}).std()
						if compiled < 45 {
							t.Errorf("only %d packages were compiled", compiled)
						}
					})
				}
			})
		}
	})
}
