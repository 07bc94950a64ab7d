package statistics

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A Contrast compares the scores of two sets of runs.
type Contrast struct {
	Difference  float64  // of the interquartile means, the first less the second
	Interval    Interval // of Difference, by bootstrap
	Improvement float64  // probability that a run of the first scores more than a run of the second
	Improved    Interval // of Improvement, by bootstrap
	P           float64  // two-sided p-value of Difference: see PermutationTest
}

// Compare compares the scores x of some runs with the scores y of others.
func Compare(x, y []float64) Contrast {
	difference := func(s ...[]float64) float64 { return IQM(s[0]) - IQM(s[1]) }
	improvement := func(s ...[]float64) float64 { return Improvement(s[0], s[1]) }
	return Contrast{
		Difference:  difference(x, y),
		Interval:    Bootstrap(2, difference, x, y),
		Improvement: improvement(x, y),
		Improved:    Bootstrap(3, improvement, x, y),
		P:           PermutationTest(x, y),
	}
}

const (
	// mostExact is the most divisions of the runs into two sets that are all tried. There
	// are 184,756 divisions of 20 runs into 10 and 10.
	mostExact = 200_000

	// divisions is the number of divisions that are drawn if there are more.
	divisions = 50_000
)

// PermutationTest returns the two-sided p-value of the difference of the interquartile
// means of x and y: the share of all divisions of the runs into two sets of these sizes
// whose difference is as large or larger. Fisher 1935, "The design of experiments".
// If there are too many divisions, it draws some, always the same ones, and counts x and
// y as one of them: Phipson and Smyth 2010, "Permutation p-values should never be zero".
func PermutationTest(x, y []float64) float64 {
	pool := slices.Sorted(slices.Values(slices.Concat(x, y)))
	least := math.Abs(IQM(x)-IQM(y)) * (1 - 1e-12) // sums of other orders are rounded otherwise
	first := make([]bool, len(pool))
	one, other := make([]float64, 0, len(x)), make([]float64, 0, len(y))
	asLarge := func() bool {
		one, other = one[:0], other[:0]
		for i, v := range pool {
			if first[i] {
				one = append(one, v)
			} else {
				other = append(other, v)
			}
		}
		return math.Abs(iqmSorted(one)-iqmSorted(other)) >= least
	}
	if choose(len(pool), len(x)) <= mostExact {
		return exactShare(first, len(x), asLarge)
	}
	rng, count := rand.New(rand.NewPCG(4, 0)), 1
	for range divisions {
		clear(first)
		for _, i := range rng.Perm(len(pool))[:len(x)] {
			first[i] = true
		}
		if asLarge() {
			count++
		}
	}
	return float64(count) / (divisions + 1)
}

// exactShare goes through all choices of n of the places of first, and returns the
// share for which ok holds.
func exactShare(first []bool, n int, ok func() bool) float64 {
	total, count := 0, 0
	var choose func(from, left int)
	choose = func(from, left int) {
		if left == 0 {
			total++
			if ok() {
				count++
			}
			return
		}
		for i := from; i <= len(first)-left; i++ {
			first[i] = true
			choose(i+1, left-1)
			first[i] = false
		}
	}
	choose(0, n)
	return float64(count) / float64(total)
}

// choose returns the number of ways to choose k of n.
func choose(n, k int) float64 {
	ways := 1.0
	for i := range k {
		ways *= float64(n-i) / float64(i+1)
	}
	return math.Round(ways)
}

// Holm returns p-values corrected for their number: if every corrected value below 0.05
// is called a difference, the probability of any false claim is at most 5 %. Holm 1979,
// "A simple sequentially rejective multiple test procedure": the least of m is multiplied
// by m, the next by m - 1, and so on, and none is less than the one before.
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	adjusted, least := make([]float64, len(p)), 0.0
	for k, i := range order {
		least = max(least, min(1, p[i]*float64(len(p)-k)))
		adjusted[i] = least
	}
	return adjusted
}

// RunsNeeded returns how many runs of each of two sets are likely to show a difference at
// a level, for example 0.05, if n runs of each have this difference and this interval. The
// interval's width falls with the root of the number of runs. RunsNeeded returns -1 if no
// number is likely to show it.
func RunsNeeded(n int, difference float64, i Interval, level float64) int {
	stderr := (i.High - i.Low) / (2 * 1.96)
	if difference == 0 || stderr/math.Abs(difference) > 50 {
		return -1
	}
	z := math.Sqrt2 * math.Erfinv(1-level)
	needed := max(n+1, int(math.Ceil(float64(n)*math.Pow(z*stderr/difference, 2))))
	for needed < 20 && leastP(needed) > level {
		needed++
	}
	return needed
}

// leastP returns the least p-value of PermutationTest for n and n different numbers.
// Where the lower n stand apart, those that the interquartile mean cuts off at the one
// end and at the other can change places, which leaves the difference as it is: in
// Σ C(cut, k)² = C(2 cut, cut) ways, and as many mirrored.
func leastP(n int) float64 {
	cut := n / 4
	return 2 * choose(2*cut, cut) / choose(2*n, n)
}
