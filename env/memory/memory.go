// Package memory has tasks for policies with memory. TMaze, MemoryLength, MemorySize, RepeatPrevious
// and NBack can only be solved by remembering earlier observations: the best policy without memory
// guesses. Umbrella, from the same suite as MemoryLength and MemorySize, has a decision whose effect
// comes late.
//
// Register adds them to a Registry, as in ExampleRegister. Each is also a type with options, for
// example TMaze, made by NewTMaze. All can be saved (env.Snapshotter), their state can be set
// (env.Physics), and they draw themselves in the window (render.Scene).
package memory

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
)

// Register adds the memory tasks to r.
func Register(r env.Registry) {
	r["TMaze-v0"] = env.Entry(NewTMaze)
	r["MemoryLength-v0"] = env.Entry(NewMemoryLength)
	r["MemorySize-v0"] = env.Entry(NewMemorySize)
	r["Umbrella-v0"] = env.Entry(NewUmbrella)
	r["RepeatPrevious-v0"] = env.Entry(NewRepeatPrevious)
	r["NBack-v0"] = env.Entry(NewNBack)
}

const (
	maxLength = 10_000 // largest option length
	maxBits   = 1000   // largest number of elements that an option adds to observations
)

// checkLength returns an error if the option length is not possible.
func checkLength(n int) error { return checkRange("length", n, 1, maxLength) }

// checkRange returns an error if the option called name is not from low to high.
func checkRange(name string, n, low, high int) error {
	if n < low || n > high {
		return fmt.Errorf("%s %d, want %d … %d", name, n, low, high)
	}
	return nil
}

// mustValidate makes what e needs for its default options and returns e. It panics if an option is not
// possible.
func mustValidate[E interface{ Validate() error }](e E) E {
	if err := e.Validate(); err != nil {
		panic(err)
	}
	return e
}

// threshold is the return from which an episode counts as solved. The return of a right answer is
// 1, and of a wrong answer -1.
const threshold = 0.95

// unitBox returns a Box whose elements are in [low[i], 1].
func unitBox(low []float32, names ...string) env.Space {
	high := make([]float32, len(low))
	for i := range high {
		high[i] = 1
	}
	return env.Box{Low: low, High: high, Names: names}
}

// randomSign returns -1 or 1: -1 if the next uniform number is below 1/2.
func randomSign(rng *env.Rand) float64 {
	if rng.Float64() < 0.5 {
		return -1
	}
	return 1
}

// randomBit returns 0 or 1: 0 if the next uniform number is below 1/2.
func randomBit(rng *env.Rand) float64 { return float64(randomIndex(rng, 2)) }

// randomIndex returns one of 0, …, n-1, each with the same probability.
func randomIndex(rng *env.Rand, n int) int { return min(int(rng.Float64()*float64(n)), n-1) }

// zeroOrOne returns 1 for true and 0 for false.
func zeroOrOne(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// setState copies x to the two state variables: a count from 0 to limit, and a sign. It returns an
// error if x is not a possible state.
func setState(state *[2]float64, x []float64, count string, limit int, sign string) error {
	if len(x) != 2 {
		return fmt.Errorf("memory: want 2 state variables, not %d", len(x))
	}
	if !isCount(x[0], limit) {
		return fmt.Errorf("memory: the %s is never %v, want a whole number, 0 … %d", count, x[0], limit)
	}
	if x[1] != -1 && x[1] != 1 {
		return fmt.Errorf("memory: the %s is never %v, want -1 or 1", sign, x[1])
	}
	*state = [2]float64(x)
	return nil
}

// isCount reports whether x is one of 0, …, limit.
func isCount(x float64, limit int) bool { return 0 <= x && x <= float64(limit) && x == float64(int(x)) }
