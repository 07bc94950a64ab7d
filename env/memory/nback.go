package memory

import (
	"cmp"
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// NBack shows one symbol after another and asks each time whether it is the same as the symbol n
// steps before. It is a test of people's working memory: Kirchner 1958, "Age differences in
// short-term retention of rapidly changing information". Eight symbols, and trials of 20 + n symbols,
// are from Jaeggi et al. 2008, "Improving fluid intelligence with training on working memory", whose
// rules have two such tests at the same time.
//
// Observation: the symbol, from 0.
//
// Actions: 0 says that the symbol is another, 1 says that it is the same as n steps before. The
// reward is 1/trials if that is right, and -1/trials if it is wrong. The first n answers do not
// count: their reward is 0. An episode has n + trials steps.
//
// The first n symbols are uniform. Each later symbol is the same as n steps before with the
// probability matches, and otherwise one of the others, all with the same probability. Jaeggi et al.
// have 6 matches in 20. Here, matches is 1/2, so that no policy without memory has an expected return
// above 0. A policy that remembers the latest n symbols has the return 1.
type NBack struct {
	N       int     `yaml:"n"`       // steps back to the symbol to compare with
	Trials  int     `yaml:"trials"`  // answers that count in an episode
	Symbols int     `yaml:"symbols"` // number of different symbols
	Matches float64 `yaml:"matches"` // probability that a symbol is the same as n steps before

	shown   []uint8 // symbols, then zeros
	now     int     // number of the present symbol, from 0
	done    bool    // the answer to the last symbol was given
	answers [2]int  // answers "the same", to symbols that are not and that are the same
	asked   [2]int  // symbols that are not and that are the same as n steps before, of those that were answered
	reply   int     // latest action, -1 before the first, for Draw
	rng     env.Rand
}

var (
	_ env.Snapshotter = (*NBack)(nil)
	_ env.Physics     = (*NBack)(nil)
	_ env.DrawSetter  = (*NBack)(nil)
	_ env.Measured    = (*NBack)(nil)
)

// NewNBack returns an NBack-v0. After its options are changed, call Validate.
func NewNBack() *NBack {
	return mustValidate(&NBack{N: 2, Trials: 20, Symbols: 8, Matches: 0.5})
}

// Validate returns an error if an option is not possible. Otherwise it makes room for the symbols.
func (m *NBack) Validate() error {
	if err := cmp.Or(checkRange("n", m.N, 1, 1000), checkRange("trials", m.Trials, 1, maxLength), checkRange("symbols", m.Symbols, 2, 26)); err != nil {
		return err
	}
	if !(0 <= m.Matches && m.Matches <= 1) {
		return fmt.Errorf("matches %v, want a probability", m.Matches)
	}
	m.shown = make([]uint8, m.N+m.Trials)
	m.begin()
	return nil
}

// begin begins an episode whose first symbol is 0.
func (m *NBack) begin() {
	clear(m.shown)
	m.now, m.done, m.reply = 0, false, -1
	m.answers, m.asked = [2]int{}, [2]int{}
}

// Spec returns the spaces and the threshold.
func (m *NBack) Spec() env.Spec {
	solved := threshold
	return env.Spec{ID: "NBack-v0", Obs: env.Discrete{N: m.Symbols}, Act: env.Discrete{N: 2}, RewardThreshold: &solved}
}

// Reset begins an episode with a random symbol.
func (m *NBack) Reset(seed uint64, obs []float32) {
	m.rng.Seed(seed)
	m.begin()
	m.show()
	m.Observe(obs)
}

// show draws the present symbol.
func (m *NBack) show() {
	u := m.rng.Float64()
	if m.now < m.N {
		m.shown[m.now] = uint8(min(int(u*float64(m.Symbols)), m.Symbols-1))
		return
	}
	before := m.shown[m.now-m.N]
	if u < m.Matches {
		m.shown[m.now] = before
		return
	}
	other := min(int((u-m.Matches)/(1-m.Matches)*float64(m.Symbols-1)), m.Symbols-2)
	if other >= int(before) {
		other++
	}
	m.shown[m.now] = uint8(other)
}

// same returns 1 if the present symbol is the same as n steps before, otherwise 0. At least n symbols
// must have been shown before it.
func (m *NBack) same() int {
	if m.shown[m.now] == m.shown[m.now-m.N] {
		return 1
	}
	return 0
}

// Step takes an answer and shows the next symbol. After the answer to the last symbol, the episode ends.
func (m *NBack) Step(act, obs []float32) (out env.Outcome) {
	m.reply = int(act[0])
	if m.now >= m.N && !m.done {
		same := m.same()
		m.asked[same]++
		m.answers[same] += m.reply
		out.Reward = 1 / float64(m.Trials)
		if m.reply != same {
			out.Reward = -out.Reward
		}
	}
	if m.now+1 < len(m.shown) {
		m.now++
		m.show()
	} else {
		m.done, out.Terminated = true, true
	}
	m.Observe(obs)
	return out
}

// Observe writes the present symbol.
func (m *NBack) Observe(obs []float32) { obs[0] = float32(m.shown[m.now]) }

// State saves or loads the symbols, the answers and the generator.
func (m *NBack) State(s *state.State) {
	s.Bytes("nback/shown", m.shown)
	s.Int("nback/now", &m.now, len(m.shown)-1)
	s.Bool("nback/done", &m.done)
	for i := range m.asked {
		s.Int([2]string{"nback/others", "nback/matches"}[i], &m.asked[i], m.Trials)
		s.Int([2]string{"nback/alarms", "nback/hits"}[i], &m.answers[i], m.Trials)
	}
	m.rng.State(s)
	if s.Loading() {
		m.reply = -1
		for _, symbol := range m.shown {
			if int(symbol) >= m.Symbols {
				s.Fail(fmt.Errorf("memory: a symbol is never %d, want 0 … %d", symbol, m.Symbols-1))
			}
		}
	}
}

// SetDraws gives uniform numbers for the next Reset or Step, one for each symbol. One of the first n
// symbols is ⌊u symbols⌋. A later symbol is the same as n steps before if u is below matches.
func (m *NBack) SetDraws(u []float64) error { return m.rng.SetDraws(u) }

// Physics appends all symbols in the order in which they are shown, -1 for a symbol that is not shown yet.
func (m *NBack) Physics(dst []float64) []float64 {
	for i, symbol := range m.shown {
		if i <= m.now {
			dst = append(dst, float64(symbol))
		} else {
			dst = append(dst, -1)
		}
	}
	return dst
}

// SetPhysics sets the symbols that have been shown, as Physics returns them. At least one must have
// been shown.
func (m *NBack) SetPhysics(x []float64) error {
	if len(x) != len(m.shown) {
		return fmt.Errorf("memory: want %d state variables, not %d", len(m.shown), len(x))
	}
	n, err := countShown(x, m.Symbols, "symbol")
	if err != nil {
		return err
	}
	m.begin()
	m.now = n - 1
	for i, symbol := range x[:n] {
		m.shown[i] = uint8(symbol)
	}
	return nil
}

// Measures returns "right", "hits" and "false_alarms".
func (m *NBack) Measures() []string { return []string{"right", "hits", "false_alarms"} }

// Measure writes the share of right answers; the share of symbols called the same, among those that are; and
// the same share among those that are not.
func (m *NBack) Measure(dst []float64) {
	right := m.answers[1] + m.asked[0] - m.answers[0]
	dst[0] = float64(right) / float64(max(1, m.asked[0]+m.asked[1]))
	dst[1] = float64(m.answers[1]) / float64(max(1, m.asked[1]))
	dst[2] = float64(m.answers[0]) / float64(max(1, m.asked[0]))
}
