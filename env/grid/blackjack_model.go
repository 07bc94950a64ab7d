package grid

// The model of Blackjack has one state for each observation, (sum·11 + dealer)·2 + usable. Then
// follows one state for each dealer's card in which the player has a natural. Its observation is
// the same as for other hands with the sum 21 and a usable ace.
const (
	observedStates  = 32 * 11 * 2
	blackjackStates = observedStates + 11
)

// cardProbability returns the probability of a card.
func cardProbability(card int) float64 {
	if card == 10 {
		return 4.0 / 13
	}
	return 1.0 / 13
}

// observedState returns the state of an observation.
func observedState(sum, dealer int, usable bool) int {
	s := (sum*11 + dealer) * 2
	if usable {
		s++
	}
	return s
}

// addCard returns the sum after one more card, and whether the hand has a usable ace.
func addCard(sum int, usable bool, card int) (int, bool) {
	if usable {
		sum -= 10
	}
	sum += card
	if (usable || card == 1) && sum+10 <= 21 {
		return sum + 10, true
	}
	return sum, false
}

// A dealerOutcome is one final score of the dealer, with its probability.
type dealerOutcome struct {
	score       int // 0 if the sum is above 21
	natural     bool
	probability float64
}

// dealerOutcomes returns the final scores of a dealer. The argument up is the dealer's first
// card.
func dealerOutcomes(up int) []dealerOutcome {
	scores := map[dealerOutcome]float64{}
	var draw func(sum int, usable bool, cards int, p float64)
	draw = func(sum int, usable bool, cards int, p float64) {
		if cards >= 2 && sum >= 17 {
			f := dealerOutcome{score: sum, natural: cards == 2 && sum == 21}
			if sum > 21 {
				f.score = 0
			}
			scores[f] += p
			return
		}
		for card := 1; card <= 10; card++ {
			to, ace := addCard(sum, usable, card)
			draw(to, ace, cards+1, p*cardProbability(card))
		}
	}
	first, ace := addCard(0, false, up)
	draw(first, ace, 1, 1)
	var all []dealerOutcome
	for score := range 22 {
		for _, natural := range []bool{false, true} {
			f := dealerOutcome{score: score, natural: natural}
			if p := scores[f]; p > 0 {
				all = append(all, dealerOutcome{score, natural, p})
			}
		}
	}
	return all
}

// newModel returns the MDP of the game. A state that no hand reaches is terminal.
func (b *Blackjack) newModel() *MDP {
	m := newMDP(blackjackStates, 2, nil)
	for s := range m.States {
		m.setTerminal(s)
	}
	for dealer := 1; dealer <= 10; dealer++ {
		ends := dealerOutcomes(dealer)
		for sum := 2; sum <= 21; sum++ {
			for _, usable := range []bool{false, true} {
				s := observedState(sum, dealer, usable)
				b.setStick(m, s, sum, false, ends)
				setHit(m, s, sum, dealer, usable)
			}
		}
		natural := observedStates + dealer
		b.setStick(m, natural, 21, true, ends)
		setHit(m, natural, 21, dealer, true)
		for first := 1; first <= 10; first++ {
			for second := 1; second <= 10; second++ {
				sum, usable := addCard(0, false, first)
				sum, usable = addCard(sum, usable, second)
				s := observedState(sum, dealer, usable)
				if sum == 21 {
					s = natural
				}
				m.Start[s] += cardProbability(dealer) * cardProbability(first) * cardProbability(second)
			}
		}
	}
	return m
}

// setStick sets the transitions of sticking in state s, which all end the episode.
func (b *Blackjack) setStick(m *MDP, s, sum int, natural bool, ends []dealerOutcome) {
	var all []Transition
	for _, e := range ends {
		all = append(all, Transition{e.probability, s, b.stickReward(sum, natural, e.score, e.natural), true})
	}
	m.setTransitions(s, 0, all...)
}

// setHit sets the transitions of hitting in state s: another card, and the end if the sum is
// above 21.
func setHit(m *MDP, s, sum, dealer int, usable bool) {
	var all []Transition
	for card := 1; card <= 10; card++ {
		to, ace := addCard(sum, usable, card)
		t := Transition{cardProbability(card), observedState(min(to, 31), dealer, ace), 0, false}
		if to > 21 {
			t.Reward, t.Terminal = -1, true
		}
		all = append(all, t)
	}
	m.setTransitions(s, 1, all...)
}

// Model returns the MDP of the game. The caller must not change it.
func (b *Blackjack) Model() *MDP { return b.model }

// ObserveState writes the observation of state s of the model.
func (b *Blackjack) ObserveState(s int, obs []float32) {
	if s >= observedStates {
		s = observedState(21, s-observedStates, true)
	}
	obs[0], obs[1], obs[2] = float32(s/22), float32(s/2%11), float32(s%2)
}
