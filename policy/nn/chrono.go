package nn

import (
	"math"
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/tape"
)

// chronoKey is the setting of lstm and gru for a memory of many steps.
const chronoKey = "chrono"

// maxChrono is the largest number of steps of chrono.
const maxChrono = 1 << 20

// readChrono returns the setting chrono of a layer, or 0 if the layer does not set it.
func readChrono(r *Reader, l Layer, cell tape.Cell) int {
	if _, ok := l.Settings[chronoKey]; !ok || cell == tape.RNN {
		return 0 // an rnn has no gates, so chrono is an unknown setting
	}
	return r.Whole(chronoKey, 0, 2, maxChrono)
}

// chrono changes the initial biases so that the units remember for 1 to steps steps at first, each for
// a different time: Tallec and Ollivier 2018, "Can recurrent neural networks warp time?",
// arXiv:1804.11188, the chrono initialisation. With the usual biases a unit forgets half of its state in
// each step, and no gradient reaches an observation many steps before.
//
//	b_f ~ log U(1, T - 1),  b_i = -b_f
//
// A GRU has one gate for both, whose bias gets b_f: in PyTorch, the gate z keeps the old state.
func (w recurrentWeights) chrono(rng *rand.Rand, cell tape.Cell, steps int) {
	h := w.wh.Rows
	forget := h // the gates of an LSTM are i, f, g, o, and of a GRU r, z, n
	for k := range h {
		bias := float32(math.Log(1 + float64(float64(steps-2)*rng.Float64())))
		w.bx.Value[forget+k], w.bh.Value[forget+k] = bias, 0
		if cell == tape.LSTM {
			w.bx.Value[k], w.bh.Value[k] = -bias, 0
		}
	}
}
