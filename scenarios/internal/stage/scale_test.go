package stage

import (
	"math"
	"testing"
)

// TestRounded checks the ends of axes against ends that were computed by hand.
func TestRounded(t *testing.T) {
	for _, c := range []struct{ low, high, from, to float64 }{
		{0, 0, 0, 1}, {0, 1, 0, 1}, {8, 500, 0, 500}, {-19.8, -12.12, -20, -12}, {1.7, 1.7, 1.5, 1.9},
		{63.83, 63.87, 55, 75}, {0.5059, 0.5168, 0.45, 0.6}, {-500, -500, -560, -440}, {-0.08188, -0.02619, -0.1, -0.02},
		{-1e6, 2e6, -1e6, 2e6}, {1e-9, 1e-9, 9e-10, 1.1e-9}, {0.3, 0.6, 0.3, 0.6},
	} {
		got := span{c.low, c.high, true}.rounded()
		if near := func(x, y float64) bool { return math.Abs(x-y) <= 1e-9*max(math.Abs(y), 1e-9) }; !near(got.low, c.from) || !near(got.high, c.to) {
			t.Errorf("the axis of %v … %v is %v … %v, want %v … %v", c.low, c.high, got.low, got.high, c.from, c.to)
		}
	}
	if got := (span{}).rounded(); got.low != 0 || got.high != 1 {
		t.Errorf("the axis of no numbers is %v, want 0 … 1", got)
	}
}

// TestAxis checks that an axis never becomes narrower within an episode, that small noise does not
// change it, and that the next episode begins with an axis that fits this episode's numbers.
func TestAxis(t *testing.T) {
	var a axis
	if s := a.span(); s.low != 0 || s.high != 1 {
		t.Errorf("an axis without numbers is %v, want 0 … 1", s)
	}
	for _, v := range []float64{0, math.NaN(), 50, 49.99, 50.003, 49.7} {
		a.add(v)
	}
	before := a.span()
	for i := range 1000 {
		a.add(49 + math.Sin(float64(i)))
	}
	if got := a.span(); got != before {
		t.Errorf("noise changes an axis from %v to %v", before, got)
	}
	for i := range 400 {
		before := a.span()
		a.add(-math.Exp(float64(i) / 40))
		if got := a.span(); got.low > before.low || got.high < before.high {
			t.Fatalf("an axis shrinks from %v to %v", before, got)
		}
	}
	b := axis{}
	b.add(3)
	b.add(1000)
	if next := b.next(); next.span() != b.span() || next.numbers.some {
		t.Errorf("the next episode has axis %v, want %v, and no numbers yet", next.span(), b.span())
	}
	c := b.next()
	c.add(10)
	if last := c.next(); last.span().high > 20 {
		t.Errorf("after an episode of 10 the axis is %v, want one for 10", last.span())
	}
}
