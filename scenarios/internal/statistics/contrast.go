package statistics

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A Contrast compares the scores of two sets of runs.
type Contrast struct {
	Difference  float64  // interquartile mean of the first set minus interquartile mean of the second
	Interval    Interval // bootstrap interval of Difference
	Improvement float64  // probability that a run of the first set scores more than a run of the second set
	Improved    Interval // bootstrap interval of Improvement
	P           float64  // two-sided p-value of Difference: see PermutationTest
}

// Compare compares the scores x of one set of runs with the scores y of another set.
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
	// maxExact is the largest number of divisions of the runs into two sets for which
	// PermutationTest tries every division. There are 184,756 divisions of 20 runs into
	// 10 and 10.
	maxExact = 200_000

	// sampledDivisions is the number of random divisions if there are more than maxExact.
	sampledDivisions = 50_000
)

// PermutationTest returns the two-sided p-value of the difference between the interquartile
// means of x and y. It divides the runs in every possible way into two sets of the same
// sizes as x and y. The p-value is the share of divisions with a difference at least as
// large as the observed one. Fisher 1935, "The design of experiments".
//
// If there are too many divisions, PermutationTest samples some, with a fixed seed, and
// adds the observed division: Phipson and Smyth 2010, "Permutation p-values should never
// be zero".
func PermutationTest(x, y []float64) float64 {
	pool := slices.Sorted(slices.Values(slices.Concat(x, y)))
	observed := math.Abs(IQM(x)-IQM(y)) * (1 - 1e-12) // the same numbers summed in another order have another rounding error
	inFirst := make([]bool, len(pool))
	first, second := make([]float64, 0, len(x)), make([]float64, 0, len(y))
	asLarge := func() bool {
		first, second = first[:0], second[:0]
		for i, v := range pool {
			if inFirst[i] {
				first = append(first, v)
			} else {
				second = append(second, v)
			}
		}
		return math.Abs(iqmSorted(first)-iqmSorted(second)) >= observed
	}
	if binomial(len(pool), len(x)) <= maxExact {
		return exactShare(inFirst, len(x), asLarge)
	}
	rng, count := rand.New(rand.NewPCG(4, 0)), 1
	for range sampledDivisions {
		clear(inFirst)
		for _, i := range rng.Perm(len(pool))[:len(x)] {
			inFirst[i] = true
		}
		if asLarge() {
			count++
		}
	}
	return float64(count) / (sampledDivisions + 1)
}

// exactShare sets n elements of chosen to true in every possible way. It returns the
// share of these choices for which condition returns true.
func exactShare(chosen []bool, n int, condition func() bool) float64 {
	total, count := 0, 0
	var choose func(from, left int)
	choose = func(from, left int) {
		if left == 0 {
			total++
			if condition() {
				count++
			}
			return
		}
		for i := from; i <= len(chosen)-left; i++ {
			chosen[i] = true
			choose(i+1, left-1)
			chosen[i] = false
		}
	}
	choose(0, n)
	return float64(count) / float64(total)
}

// binomial returns the binomial coefficient C(n, k), the number of ways to choose k of n.
func binomial(n, k int) float64 {
	ways := 1.0
	for i := range k {
		ways *= float64(n-i) / float64(i+1)
	}
	return math.Round(ways)
}

// Holm returns the p-values p, corrected for the number of comparisons. If every comparison
// with a corrected p-value below 0.05 is called a difference, the probability of at least
// one false claim is at most 5 %. Holm 1979, "A simple sequentially rejective multiple
// test procedure": the smallest of m p-values is multiplied by m, the second smallest by
// m - 1, and so on; a corrected p-value is never smaller than the corrected p-value before
// it in this order, and never larger than 1.
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
	corrected, previous := make([]float64, len(p)), 0.0
	for k, i := range order {
		previous = max(previous, min(1, p[i]*float64(len(p)-k)))
		corrected[i] = previous
	}
	return corrected
}

// RunsNeeded estimates the number of runs in each of two sets that would show a difference
// at a significance level, for example 0.05. So far n runs in each set have this difference
// and this interval. The estimate assumes that the interval's width falls with the square
// root of the number of runs. RunsNeeded returns -1 if the difference is too small for
// any practical number of runs.
func RunsNeeded(n int, difference float64, i Interval, level float64) int {
	stderr := (i.High - i.Low) / (2 * 1.96)
	if difference == 0 || stderr/math.Abs(difference) > 50 {
		return -1
	}
	z := math.Sqrt2 * math.Erfinv(1-level)
	needed := max(n+1, int(math.Ceil(float64(n)*math.Pow(z*stderr/difference, 2))))
	for needed < 20 && minP(needed) > level {
		needed++
	}
	return needed
}

// minP returns the smallest p-value that PermutationTest can have for two sets of n different
// scores. The observed difference is largest if every score of one set is above every score of
// the other set. But other divisions have the same difference, and PermutationTest counts them. The
// interquartile mean ignores the smallest c = n/4 scores of a set, and the largest c. So k
// of the c smallest scores of the upper set can be exchanged with k of the c largest scores of the
// lower set, in Σ C(c, k)² = C(2c, c) ways. With the two sets exchanged there are as many
// ways again.
func minP(n int) float64 {
	cut := n / 4
	return 2 * binomial(2*cut, cut) / binomial(2*n, n)
}
