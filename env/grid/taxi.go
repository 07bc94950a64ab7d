package grid

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
)

// Taxi takes a passenger from one of four places to another, on 5×5 cells with walls between some
// cells. Dietterich 2000, "Hierarchical reinforcement learning with the MAXQ value function
// decomposition", section 2.1.
//
// Actions: south 0, north 1, east 2, west 3, pick up 4, drop off 5. A step has the reward -1.
// Picking up or dropping off in a wrong place has the reward -10. Dropping off at the destination
// has the reward 20 and ends the episode.
//
// In rain, a move goes in the chosen direction with probability RainyProbability, and otherwise
// to the left or right of it. With probability FickleProbability, an episode has a fickle
// passenger, who changes the destination once: in the first move with the passenger in the taxi.
//
// Observation: ((row·5 + column)·5 + passenger)·4 + destination, where passenger 4 is in the
// taxi. As coordinates: these four numbers.
//
// Taxi agrees with Gymnasium's taxi.py, but its model has states for the fickle passenger.
type Taxi struct {
	Rainy             bool        `yaml:"is_rainy"`           // moves may go to the left or right of their direction
	RainyProbability  float64     `yaml:"rainy_probability"`  // probability that a move in the rain goes in the chosen direction
	Fickle            bool        `yaml:"fickle_passenger"`   // the passenger may change the destination once, after getting in
	FickleProbability float64     `yaml:"fickle_probability"` // probability that a fickle passenger changes the destination
	Observation       Observation `yaml:"observation"`        // how the agent observes the state

	Table // steps the environment
	masks [taxiStates][6]bool
}

var (
	_ Tabular    = (*Taxi)(nil)
	_ env.Masker = (*Taxi)(nil)
)

// NewTaxi returns a Taxi-v4. After its options are changed, call Validate.
func NewTaxi() *Taxi { return mustValidate(newTaxi()) }

// newTaxi returns a Taxi with the default options and without a model.
func newTaxi() *Taxi { return &Taxi{RainyProbability: 0.8, FickleProbability: 0.3, Observation: Index} }

const (
	taxiSide   = 5
	taxiStates = taxiSide * taxiSide * 5 * 4
	inTaxi     = 4 // value of fare.passenger for a passenger in the taxi
)

// taxiPlaces has the row and the column of the red, green, yellow and blue place.
var taxiPlaces = [4][2]int{{0, 0}, {0, 4}, {4, 0}, {4, 3}}

// taxiWalls[r][c] is true if there is a wall to the right of the cell in row r and column c.
var taxiWalls = [taxiSide][taxiSide]bool{
	{false, true}, {false, true}, {}, {true, false, true}, {true, false, true},
}

// A fare is a state of Taxi in its four parts.
type fare struct{ row, col, passenger, destination int }

// state returns the index of the state.
func (f fare) state() int {
	return ((f.row*taxiSide+f.col)*5+f.passenger)*4 + f.destination
}

// fareOf returns the parts of state s.
func fareOf(s int) fare { return fare{s / 100 % taxiSide, s / 20 % taxiSide, s / 4 % 5, s % 4} }

// place returns the index of the place that the taxi is at, or -1.
func (f fare) place() int {
	for i, p := range taxiPlaces {
		if p == [2]int{f.row, f.col} {
			return i
		}
	}
	return -1
}

// move returns f after a move to the south, north, east or west. It returns false if the way is
// blocked.
func (f fare) move(a int) (fare, bool) {
	switch {
	case a == 0 && f.row < taxiSide-1:
		f.row++
	case a == 1 && f.row > 0:
		f.row--
	case a == 2 && f.col < taxiSide-1 && !taxiWalls[f.row][f.col]:
		f.col++
	case a == 3 && f.col > 0 && !taxiWalls[f.row][f.col-1]:
		f.col--
	default:
		return f, false
	}
	return f, true
}

// serve returns f after picking up or dropping off. It also returns the reward, and whether the
// passenger has arrived at the destination.
func (f fare) serve(a int) (next fare, reward float64, home bool) {
	place := f.place()
	switch {
	case a == 4 && f.passenger < inTaxi && place == f.passenger:
		f.passenger = inTaxi
		return f, -1, false
	case a == 5 && f.passenger == inTaxi && place == f.destination:
		f.passenger = place
		return f, 20, true
	case a == 5 && f.passenger == inTaxi && place >= 0:
		f.passenger = place
		return f, -1, false
	}
	return f, -10, false
}

// Validate builds the environment for the options. It returns an error if an option is not
// possible.
func (t *Taxi) Validate() error {
	for _, r := range []struct {
		key   string
		value float64
	}{{"rainy_probability", t.RainyProbability}, {"fickle_probability", t.FickleProbability}} {
		if !(0 <= r.value && r.value <= 1) {
			return fmt.Errorf("%s %v, want a probability", r.key, r.value)
		}
	}
	v := view{observation: t.Observation, sizes: []int{taxiSide, taxiSide, 5, 4}}
	if t.Fickle {
		v.hiddenStates = taxiStates
	}
	for s := range t.masks {
		t.masks[s] = fareOf(s).mask()
	}
	return t.build(env.Spec{ID: "Taxi-v4", MaxSteps: 200, RewardThreshold: new(8.)}, t.newModel(), v)
}

// newModel returns the MDP. With a fickle passenger every state exists twice: in states from
// taxiStates on, the change of the destination is still to come. The observations are the same.
func (t *Taxi) newModel() *MDP {
	var starts []int
	for s := range taxiStates {
		if f := fareOf(s); f.passenger < inTaxi && f.passenger != f.destination {
			starts = append(starts, s)
		}
	}
	states := taxiStates
	if t.Fickle {
		states *= 2
	}
	m := newMDP(states, 6, starts)
	if t.Fickle {
		for _, s := range starts {
			p := m.Start[s]
			m.Start[s], m.Start[s+taxiStates] = p*(1-t.FickleProbability), p*t.FickleProbability
		}
	}
	for s := range states {
		f := fareOf(s % taxiStates)
		for a := range 4 {
			m.setTransitions(s, a, t.moveTransitions(f, a, s >= taxiStates)...)
		}
		for a := 4; a < 6; a++ {
			next, reward, home := f.serve(a)
			m.setTransitions(s, a, Transition{1, next.state() + s/taxiStates*taxiStates, reward, home})
		}
	}
	return m
}

// moveTransitions returns the transitions of a move. In rain, the sides of south are east and
// west, and the sides of north are west and east, as in Gymnasium. If the chosen direction is
// blocked, the taxi stays in its cell for all three transitions.
func (t *Taxi) moveTransitions(f fare, a int, fickle bool) (all []Transition) {
	add := func(p float64, to fare) {
		if !fickle || f.passenger != inTaxi || to == f {
			next := to.state()
			if fickle {
				next += taxiStates
			}
			all = append(all, Transition{p, next, -1, false})
			return
		}
		for other := range taxiPlaces {
			if other != f.destination {
				to.destination = other
				all = append(all, Transition{p / 3, to.state(), -1, false})
			}
		}
	}
	to, free := f.move(a)
	if !t.Rainy {
		add(1, to)
		return all
	}
	aside := (1 - t.RainyProbability) / 2
	add(t.RainyProbability, to)
	for _, side := range [4][2]int{{2, 3}, {3, 2}, {1, 0}, {0, 1}}[a] {
		astray := f
		if free {
			astray, _ = f.move(side)
		}
		add(aside, astray)
	}
	return all
}

// mask returns which actions have an effect: moves that no wall blocks, and picking up or
// dropping off where it is possible.
func (f fare) mask() (allowed [6]bool) {
	for a := range 4 {
		_, allowed[a] = f.move(a)
	}
	place := f.place()
	allowed[4] = f.passenger < inTaxi && place == f.passenger
	allowed[5] = f.passenger == inTaxi && place >= 0
	return allowed
}

// Mask writes which actions have an effect in the current state.
func (t *Taxi) Mask(allowed []bool) { *(*[6]bool)(allowed) = t.masks[t.observedState()] }

// Copy returns a Taxi with the same options, which shares the model.
func (t *Taxi) Copy() env.Env {
	copied := *t
	return &copied
}

// observedState returns the index of the state as it is observed: it does not say whether the
// passenger will change the destination.
func (t *Taxi) observedState() int {
	if t.s >= taxiStates {
		return t.s - taxiStates
	}
	return t.s
}
