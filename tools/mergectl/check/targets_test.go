package check

import "testing"

func TestDeclares(t *testing.T) {
	for _, test := range []struct {
		pattern, target string
		want            bool
	}{
		{"stock:1", "stock:1", true},
		{"stock:1", "stock:10", false},
		{"stock:*", "stock:10", true},
		{"stock:*", "stock:*", true},
		{"*", "anything", true},
		{"*", "consul://a/srv-stock", true},
		{"*stock", "consul://a/srv-stock", false},
		{"*-stock:1", "eu-stock:1", true},
		{"*-stock:1", "eu-stock:1?x", false},
		{"consul://*/srv-stock", "consul://*/srv-stock", true},
		{"consul://*/srv-stock", "consul://a/b/srv-stock", true},
		{"consul://*/srv-*?dc=*", "consul://a/srv-stock?dc=eu", true},
		{"consul://*/srv-*?dc=*", "consul://a/srv-stock", false},
		{"dns:///stock:1", "stock:1", true},
		{"a*b*a", "aba", true},
		{"a*b*a", "ab", false},
		{"aa*aa", "aaa", false},
	} {
		if got := declares([]string{"other", test.pattern}, test.target); got != test.want {
			t.Errorf("%q covers %q: %v", test.pattern, test.target, got)
		}
	}
}
