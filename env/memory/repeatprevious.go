package memory

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// The cards of a deck.
const (
	suits    = 4
	ranks    = 13
	deckSize = suits * ranks
)

// RepeatPrevious deals the cards of shuffled decks one after another and asks for the suit of an
// earlier card. It is Repeat Previous of Morad et al. 2023, "POPGym: Benchmarking partially observable
// reinforcement learning", and agrees with popgym's repeat_previous.py.
//
// Observation: the suit of the latest card, 0 to 3.
//
// Actions: the suit of the k-th latest card, 0 to 3. As in popgym, k = 1 asks for the latest card,
// and k = 4 for the card three steps before it. With c cards in all decks, the reward is 1/(c - k)
// for the right suit and -1/(c - k) for a wrong suit. It is 0 as long as fewer than k cards are
// dealt. An episode has c - 1 steps.
//
// A policy that remembers the latest k cards has the return 1, and a random policy has an expected return of
// -1/2. A suit is less frequent after it was dealt, so a policy without memory can do a little better: with
// one deck, another suit than the latest has an expected return of 26/51 - 1, which is -0.49.
type RepeatPrevious struct {
	Decks int `yaml:"decks"` // decks of 52 cards
	K     int `yaml:"k"`     // number of the card that is asked for: 1 for the latest card, 2 for the card before

	hand  []uint8    // suits of the dealt cards, then zeros
	dealt int        // number of dealt cards
	left  [suits]int // cards of each suit that are not dealt
	right int        // right answers
	reply int        // latest action, -1 before the first, for Draw
	rng   env.Rand
}

var (
	_ env.Snapshotter = (*RepeatPrevious)(nil)
	_ env.Physics     = (*RepeatPrevious)(nil)
	_ env.DrawSetter  = (*RepeatPrevious)(nil)
	_ env.Measured    = (*RepeatPrevious)(nil)
)

// NewRepeatPrevious returns a RepeatPrevious-v0. Its options are those of popgym's RepeatPreviousEasy. After
// its options are changed, call Validate.
func NewRepeatPrevious() *RepeatPrevious { return mustValidate(&RepeatPrevious{Decks: 1, K: 4}) }

// Validate returns an error if an option is not possible. Otherwise it makes room for the cards.
func (m *RepeatPrevious) Validate() error {
	if err := checkRange("decks", m.Decks, 1, 100); err != nil {
		return err
	}
	cards := deckSize * m.Decks
	if err := checkRange("k", m.K, 1, cards-1); err != nil {
		return err
	}
	m.hand = make([]uint8, cards)
	m.shuffle()
	m.add(0)
	return nil
}

// shuffle takes all cards back.
func (m *RepeatPrevious) shuffle() {
	clear(m.hand)
	m.dealt, m.right, m.reply = 0, 0, -1
	for s := range m.left {
		m.left[s] = ranks * m.Decks
	}
}

// add deals a card of the given suit.
func (m *RepeatPrevious) add(suit uint8) {
	m.hand[m.dealt] = suit
	m.dealt++
	m.left[suit]--
}

// deal deals a random card of those that are left.
func (m *RepeatPrevious) deal() {
	card := randomIndex(&m.rng, len(m.hand)-m.dealt)
	suit := 0
	for card >= m.left[suit] {
		card -= m.left[suit]
		suit++
	}
	m.add(uint8(suit))
}

// Spec returns the spaces and the threshold.
func (m *RepeatPrevious) Spec() env.Spec {
	solved := threshold
	return env.Spec{ID: "RepeatPrevious-v0", Obs: env.Discrete{N: suits}, Act: env.Discrete{N: suits}, RewardThreshold: &solved}
}

// Reset shuffles the decks and deals the first card.
func (m *RepeatPrevious) Reset(seed uint64, obs []float32) {
	m.rng.Seed(seed)
	m.shuffle()
	m.deal()
	m.Observe(obs)
}

// Step takes an answer and deals a card. The last card ends the episode.
func (m *RepeatPrevious) Step(act, obs []float32) (out env.Outcome) {
	m.reply = int(act[0])
	if m.dealt >= m.K && m.dealt < len(m.hand) {
		out.Reward = 1 / float64(len(m.hand)-m.K)
		if m.reply == m.asked() {
			m.right++
		} else {
			out.Reward = -out.Reward
		}
	}
	if m.dealt < len(m.hand) {
		m.deal()
	}
	out.Terminated = m.dealt == len(m.hand)
	m.Observe(obs)
	return out
}

// asked returns the suit of the k-th latest card. At least k cards must be dealt.
func (m *RepeatPrevious) asked() int { return int(m.hand[m.dealt-m.K]) }

// Observe writes the suit of the latest card.
func (m *RepeatPrevious) Observe(obs []float32) { obs[0] = float32(m.hand[m.dealt-1]) }

// State saves or loads the cards, the answers and the generator.
func (m *RepeatPrevious) State(s *state.State) {
	s.Bytes("repeatprevious/hand", m.hand)
	s.Int("repeatprevious/dealt", &m.dealt, len(m.hand))
	s.Int("repeatprevious/right", &m.right, len(m.hand))
	m.rng.State(s)
	if s.Loading() && s.Err() == nil {
		x, right := m.Physics(nil), m.right
		if err := m.SetPhysics(x); err != nil {
			s.Fail(err)
		}
		m.right = right
	}
}

// SetDraws gives uniform numbers for the next Reset or Step, one for each card. With n cards left, in
// the order of their suits, u deals the card number ⌊u n⌋, from 0.
func (m *RepeatPrevious) SetDraws(u []float64) error { return m.rng.SetDraws(u) }

// Physics appends the suits of all cards in the order in which they are dealt, -1 for a card that is not
// dealt yet.
func (m *RepeatPrevious) Physics(dst []float64) []float64 {
	for i, suit := range m.hand {
		if i < m.dealt {
			dst = append(dst, float64(suit))
		} else {
			dst = append(dst, -1)
		}
	}
	return dst
}

// SetPhysics sets the suits of the dealt cards, as Physics returns them. At least one card must be dealt.
func (m *RepeatPrevious) SetPhysics(x []float64) error {
	if len(x) != len(m.hand) {
		return fmt.Errorf("memory: want %d state variables, not %d", len(m.hand), len(x))
	}
	dealt, err := countShown(x, suits, "card")
	if err != nil {
		return err
	}
	var count [suits]int
	for _, suit := range x[:dealt] {
		if count[int(suit)]++; count[int(suit)] > ranks*m.Decks {
			return fmt.Errorf("memory: more than %d cards of suit %v, want as many as the decks have, or fewer", ranks*m.Decks, suit)
		}
	}
	m.shuffle()
	for _, suit := range x[:dealt] {
		m.add(uint8(suit))
	}
	return nil
}

// countShown returns the number of elements of x before the first -1, each one of 0, …, n-1. It
// returns an error if x is not of this form or begins with -1.
func countShown(x []float64, n int, what string) (shown int, err error) {
	for i, v := range x {
		switch {
		case v == -1:
		case !isCount(v, n-1):
			err = cmp.Or(err, fmt.Errorf("memory: a %s is never %v, want a whole number, 0 … %d, or -1 for none", what, v, n-1))
		case shown < i:
			err = cmp.Or(err, fmt.Errorf("memory: a %s after -1, want -1 to the end", what))
		default:
			shown++
		}
	}
	if shown == 0 {
		err = cmp.Or(err, errors.New("memory: no "+what+", want one or more"))
	}
	return shown, err
}

// Measures returns "right".
func (m *RepeatPrevious) Measures() []string { return []string{"right"} }

// Measure writes the share of right answers among those that count.
func (m *RepeatPrevious) Measure(dst []float64) {
	dst[0] = float64(m.right) / float64(max(1, m.dealt-m.K))
}
