package grid

// The model of Blackjack has a state for each observation, (sum·11 + dealer)·2 +
// usable, and behind those one for each dealer's card with an ace and a ten in the
// player's first two cards, which looks like any other 21.
const (
	seenStates      = 32 * 11 * 2
	blackjackStates = seenStates + 11
)

// cardProbability is that of a card.
func cardProbability(card int) float64 {
	if card == 10 {
		return 4.0 / 13
	}
	return 1.0 / 13
}

func seenState(sum, dealer int, usable bool) int {
	s := (sum*11 + dealer) * 2
	if usable {
		s++
	}
	return s
}

// with is a sum after another card.
func with(sum int, usable bool, card int) (int, bool) {
	if usable {
		sum -= 10
	}
	sum += card
	if (usable || card == 1) && sum+10 <= 21 {
		return sum + 10, true
	}
	return sum, false
}

// A final is how a dealer may end, and how likely.
type final struct {
	score       int // 0 beyond 21
	natural     bool
	probability float64
}

// dealt returns how a dealer with the given card ends.
func dealt(up int) []final {
	scores := map[final]float64{}
	var draw func(sum int, usable bool, cards int, p float64)
	draw = func(sum int, usable bool, cards int, p float64) {
		if cards >= 2 && sum >= 17 {
			f := final{score: sum, natural: cards == 2 && sum == 21}
			if sum > 21 {
				f.score = 0
			}
			scores[f] += p
			return
		}
		for card := 1; card <= 10; card++ {
			to, ace := with(sum, usable, card)
			draw(to, ace, cards+1, p*cardProbability(card))
		}
	}
	first, ace := with(0, false, up)
	draw(first, ace, 1, 1)
	var all []final
	for score := range 22 {
		for _, natural := range []bool{false, true} {
			f := final{score: score, natural: natural}
			if p := scores[f]; p > 0 {
				all = append(all, final{score, natural, p})
			}
		}
	}
	return all
}

// newModel returns the MDP of the game. States that no hand comes to stay as they
// are.
func (b *Blackjack) newModel() *MDP {
	m := newMDP(blackjackStates, 2, nil)
	for s := range m.States {
		m.stay(s)
	}
	for dealer := 1; dealer <= 10; dealer++ {
		ends := dealt(dealer)
		for sum := 2; sum <= 21; sum++ {
			for _, usable := range []bool{false, true} {
				s := seenState(sum, dealer, usable)
				b.stick(m, s, sum, false, ends)
				hit(m, s, sum, dealer, usable)
			}
		}
		natural := seenStates + dealer
		b.stick(m, natural, 21, true, ends)
		hit(m, natural, 21, dealer, true)
		for first := 1; first <= 10; first++ {
			for second := 1; second <= 10; second++ {
				sum, usable := with(0, false, first)
				sum, usable = with(sum, usable, second)
				s := seenState(sum, dealer, usable)
				if sum == 21 {
					s = natural
				}
				m.Start[s] += cardProbability(dealer) * cardProbability(first) * cardProbability(second)
			}
		}
	}
	return m
}

// stick is what sticking leads to: the end.
func (b *Blackjack) stick(m *MDP, s, sum int, natural bool, ends []final) {
	var all []Transition
	for _, e := range ends {
		all = append(all, Transition{e.probability, s, b.pays(sum, natural, e.score, e.natural), true})
	}
	m.set(s, 0, all...)
}

// hit is what hitting leads to: another card, or the end beyond 21.
func hit(m *MDP, s, sum, dealer int, usable bool) {
	var all []Transition
	for card := 1; card <= 10; card++ {
		to, ace := with(sum, usable, card)
		t := Transition{cardProbability(card), seenState(min(to, 31), dealer, ace), 0, false}
		if to > 21 {
			t.Reward, t.Terminal = -1, true
		}
		all = append(all, t)
	}
	m.set(s, 1, all...)
}

// Model returns the MDP of the game. It must not be changed.
func (b *Blackjack) Model() *MDP { return b.model }

// ObserveState writes the observation of a state of the model.
func (b *Blackjack) ObserveState(s int, obs []float32) {
	if s >= seenStates {
		s = seenState(21, s-seenStates, true)
	}
	obs[0], obs[1], obs[2] = float32(s/22), float32(s/2%11), float32(s%2)
}
