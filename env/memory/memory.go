// Package memory has tasks that can only be solved by remembering an earlier observation: TMaze
// and MemoryLength. The best policy without memory is right half the time.
//
// Register adds both to a Registry, as in ExampleRegister. Each is also a type with options, made
// by NewTMaze and NewMemoryLength. Both can be saved (env.Snapshotter), their state can be set
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
}

// maxLength is the largest option length.
const maxLength = 10_000

// checkLength returns an error if the option length is not possible.
func checkLength(n int) error {
	if n < 1 || n > maxLength {
		return fmt.Errorf("length %d, want 1 … %d", n, maxLength)
	}
	return nil
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
