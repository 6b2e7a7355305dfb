package units

import "testing"

func TestNumbers(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{Duration(0), "0s"},
		{Duration(999), "999ns"},
		{Duration(1234567), "1.23ms"},
		{Duration(61_500_000_000), "1m1.5s"},
		{Bytes(0), "0 B"},
		{Bytes(1023), "1023 B"},
		{Bytes(1536), "1.5 KiB"},
		{Bytes(1 << 60), "1048576 TiB"},
		{Count(0), "0"},
		{Count(999), "999"},
		{Count(1000), "1,000"},
		{Count(18446744073709551615), "18,446,744,073,709,551,615"},
		{Rate(0), "0"},
		{Rate(0.04321), "0.043"},
		{Rate(0.5), "0.500"},
		{Rate(1), "1.00"},
		{Rate(12.34), "12.3"},
		{Rate(99.99), "100.0"},
		{Rate(12345.6), "12,346"},
		{Percent(0, 0), "-"},
		{Percent(0, 7), "0 %"},
		{Percent(7, 7), "100 %"},
		{Percent(1, 1_000_000), "<0.01 %"},
		{Percent(1, 1000), "0.10 %"},
		{Percent(1, 3), "33.3 %"},
		{Percent(999_999, 1_000_000), "99.9 %"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %s, want %s", tt.got, tt.want)
		}
	}
}
