package grid

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// Blackjack is a hand of cards against a dealer. Cards are 1 (an ace) … 10, sampled with
// replacement; four in thirteen are 10. Sutton and Barto 2018, example 5.1.
//
// Actions: stick 0, hit 1. A hand with a sum above 21 loses. After the player sticks, the dealer
// draws cards up to a sum of 17 or more. The reward is 1 for winning, -1 for losing. A natural is
// an ace and a ten in the first two cards. With the rules of Sutton and Barto (SAB), a natural
// wins unless the dealer also has one. Without SAB but with Natural, winning with a natural has
// the reward 1.5.
//
// Observation: the player's sum 0 … 31, the dealer's first card 0 … 10, and 1 if the player has a
// usable ace, which counts 11.
//
// Blackjack agrees with Gymnasium's blackjack.py. The numbers for SetDraws are cards.
type Blackjack struct {
	Natural bool `yaml:"natural"` // true: the reward is 1.5 for winning with an ace and a ten in the first two cards; without effect if sab is true
	SAB     bool `yaml:"sab"`     // true: the rules of Sutton and Barto, where an ace and a ten in the first two cards beat all other hands

	dealer, player hand
	model          *MDP
	rng            env.Rand
	draws          []float64 // cards that are dealt before random cards
}

var (
	_ Tabular         = (*Blackjack)(nil)
	_ env.Snapshotter = (*Blackjack)(nil)
	_ env.Physics     = (*Blackjack)(nil)
	_ env.DrawSetter  = (*Blackjack)(nil)
	_ env.Copier      = (*Blackjack)(nil)
)

// NewBlackjack returns a Blackjack-v1. After its options are changed, call Validate.
func NewBlackjack() *Blackjack { return mustValidate(newBlackjack()) }

// newBlackjack returns a Blackjack with the default options and without a model.
func newBlackjack() *Blackjack { return &Blackjack{SAB: true} }

// Validate makes the model for the options.
func (b *Blackjack) Validate() error {
	b.model = b.newModel()
	b.dealer.cards, b.player.cards = []int{10, 10}, []int{10, 10}
	return nil
}

// A hand is the cards of the player or of the dealer.
type hand struct{ cards []int }

// sum returns the sum of the cards, and whether one of them is an ace that counts 11.
func (h hand) sum() (total int, usable bool) {
	for _, c := range h.cards {
		total += c
	}
	if slices.Contains(h.cards, 1) && total+10 <= 21 {
		return total + 10, true
	}
	return total, false
}

// score returns the sum, or 0 if it is above 21.
func (h hand) score() int {
	if total, _ := h.sum(); total <= 21 {
		return total
	}
	return 0
}

// isNatural reports whether the hand is an ace and a ten.
func (h hand) isNatural() bool {
	return len(h.cards) == 2 && h.cards[0]+h.cards[1] == 11 && h.score() == 21
}

// blackjackSpace is the observation space: the player's sum, the dealer's card, the usable ace.
var blackjackSpace env.Space = env.Tuple{env.Discrete{N: 32}, env.Discrete{N: 11}, env.Discrete{N: 2}}

// Spec returns the spaces. There is no time limit and no threshold.
func (*Blackjack) Spec() env.Spec {
	return env.Spec{ID: "Blackjack-v1", Obs: blackjackSpace, Act: env.Discrete{N: 2}}
}

// dealCard returns the next card.
func (b *Blackjack) dealCard() int {
	if len(b.draws) > 0 {
		c := int(b.draws[0])
		b.draws = b.draws[1:]
		return c
	}
	return min(int(13*b.rng.Float64())+1, 10)
}

// SetDraws gives the cards that the next Reset or Step deals, in this order.
func (b *Blackjack) SetDraws(cards []float64) error {
	for _, c := range cards {
		if !isCard(c) {
			return fmt.Errorf("draws: %v is no card, want whole numbers, 1 (an ace) … 10, in the order in which they are dealt", c)
		}
	}
	b.draws = cards
	return nil
}

// isCard reports whether x is a card: 1 … 10.
func isCard(x float64) bool { return x >= 1 && x <= 10 && x == math.Trunc(x) }

// Copy returns a Blackjack with the same options, which shares the model.
func (b *Blackjack) Copy() env.Env {
	copied := *b
	copied.dealer.cards, copied.player.cards = slices.Clone(b.dealer.cards), slices.Clone(b.player.cards)
	return &copied
}

// Reset deals two cards to the dealer, then two to the player.
func (b *Blackjack) Reset(seed uint64, obs []float32) {
	b.rng.Seed(seed)
	b.dealer.cards, b.player.cards = b.dealer.cards[:0], b.player.cards[:0]
	for _, h := range []*hand{&b.dealer, &b.player} {
		for range 2 {
			h.cards = append(h.cards, b.dealCard())
		}
	}
	b.Observe(obs)
}

// Step sticks or hits.
func (b *Blackjack) Step(act, obs []float32) (out env.Outcome) {
	if act[0] == 1 {
		b.player.cards = append(b.player.cards, b.dealCard())
		if b.player.score() == 0 {
			out = env.Outcome{Reward: -1, Terminated: true}
		}
	} else {
		for total, _ := b.dealer.sum(); total < 17; total, _ = b.dealer.sum() {
			b.dealer.cards = append(b.dealer.cards, b.dealCard())
		}
		out = env.Outcome{Reward: b.stickReward(b.player.score(), b.player.isNatural(), b.dealer.score(), b.dealer.isNatural()), Terminated: true}
	}
	b.Observe(obs)
	return out
}

// stickReward returns the reward of sticking. The arguments are the final scores of the player
// and the dealer, and whether their hands are naturals.
func (b *Blackjack) stickReward(player int, natural bool, dealer int, dealerNatural bool) float64 {
	reward := 0.0
	switch {
	case player > dealer:
		reward = 1
	case player < dealer:
		reward = -1
	}
	switch {
	case b.SAB && natural && !dealerNatural:
		return 1
	case !b.SAB && b.Natural && natural && reward == 1:
		return 1.5
	}
	return reward
}

// Observe writes the observation: the player's sum, the dealer's first card, the usable ace.
func (b *Blackjack) Observe(obs []float32) {
	total, usable := b.player.sum()
	obs[0], obs[1], obs[2] = float32(total), float32(b.dealer.cards[0]), 0
	if usable {
		obs[2] = 1
	}
}

// Physics appends the number of the dealer's cards and the cards, then the same for the player.
func (b *Blackjack) Physics(dst []float64) []float64 {
	for _, h := range []*hand{&b.dealer, &b.player} {
		dst = append(dst, float64(len(h.cards)))
		for _, c := range h.cards {
			dst = append(dst, float64(c))
		}
	}
	return dst
}

var errCards = errors.New("grid: want the number of the dealer's cards, 2 or more, then the cards, 1 … 10 each, then the same for the player, whose sum is no more than 21")

// SetPhysics sets the cards. They have the same order as the numbers of Physics. It returns an
// error if the game cannot have these cards before the player sticks.
func (b *Blackjack) SetPhysics(x []float64) error {
	var hands [2]hand
	for i := range hands {
		if len(x) == 0 || !(x[0] >= 2 && x[0] <= 21) || x[0] != float64(int(x[0])) || len(x) < 1+int(x[0]) {
			return errCards
		}
		n := 1 + int(x[0])
		for _, c := range x[1:n] {
			if !isCard(c) {
				return errCards
			}
			hands[i].cards = append(hands[i].cards, int(c))
		}
		x = x[n:]
	}
	if len(x) > 0 || hands[1].score() == 0 {
		return errCards
	}
	if n := len(hands[0].cards); n > 2 {
		if total, _ := (hand{hands[0].cards[:n-1]}).sum(); total >= 17 {
			return fmt.Errorf("grid: the dealer, who has drawn %v, stops at 17", hands[0].cards)
		}
	}
	b.dealer, b.player = hands[0], hands[1]
	return nil
}

// State saves or loads the cards and the generator.
func (b *Blackjack) State(s *state.State) {
	for i, h := range []*hand{&b.dealer, &b.player} {
		name := [2]string{"dealer", "player"}[i]
		cards := make([]float64, 24)
		n := copyCards(cards, h.cards)
		s.Int("blackjack/"+name+"/cards", &n, 22)
		s.Doubles("blackjack/"+name, cards)
		if s.Loading() {
			h.cards = h.cards[:0]
			for _, c := range cards[:n] {
				h.cards = append(h.cards, min(max(int(c), 1), 10))
			}
		}
	}
	if s.Loading() && (len(b.dealer.cards) < 2 || len(b.player.cards) < 2) {
		s.Fail(fmt.Errorf("%w, not %d and %d", errCards, len(b.dealer.cards), len(b.player.cards)))
	}
	b.rng.State(s)
}

// copyCards copies cards to dst and returns their number.
func copyCards(dst []float64, cards []int) int {
	for i, c := range cards {
		dst[i] = float64(c)
	}
	return len(cards)
}
