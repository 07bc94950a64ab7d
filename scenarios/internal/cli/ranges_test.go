package cli

import "testing"

// TestRanges checks the text of lists of numbers.
func TestRanges(t *testing.T) {
	for _, c := range []struct {
		list []int
		want string
	}{{[]int{7}, "7"}, {[]int{1, 2}, "1–2"}, {[]int{0, 2, 3, 4, 9}, "0, 2–4, 9"}, {[]int{1, 3, 4}, "1, 3–4"}} {
		if got := ranges(c.list); got != c.want {
			t.Errorf("ranges(%v) = %q, want %q", c.list, got, c.want)
		}
	}
}
