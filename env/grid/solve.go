package grid

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// A Solution is the optimum of an MDP.
type Solution struct {
	V          []float64 // [S] optimal value of each state
	Q          []float64 // [S·A] optimal value of each action in each state
	Method     string    // value iteration or policy iteration
	Iterations int       // number of sweeps over all states, or number of improvements of the policy
}

// tieTolerance is the largest difference between the values of two actions that count as equal.
const tieTolerance = 1e-9

// Optimal returns the optimal actions of each state, [S]: the actions with values within 1e-9 of
// the state's largest action value.
func (s *Solution) Optimal() [][]int {
	n := len(s.Q) / len(s.V)
	all := make([][]int, len(s.V))
	for i := range all {
		q := s.Q[i*n : (i+1)*n]
		best := math.Inf(-1)
		for _, x := range q {
			best = max(best, x)
		}
		for a, x := range q {
			if x >= best-tieTolerance {
				all[i] = append(all[i], a)
			}
		}
	}
	return all
}

// errNoConvergence is the error for a discount of 1 when some episodes do not end.
var errNoConvergence = errors.New("grid: values do not converge: with gamma 1 every episode must end; want a gamma below 1")

// checkGamma returns an error if gamma is not a discount.
func checkGamma(gamma float64) error {
	if !(0 <= gamma && gamma <= 1) {
		return fmt.Errorf("grid: gamma is %v, want 0 … 1", gamma)
	}
	return nil
}

// backup returns the action value Σ p (r + γ V(s')), where V is 0 after a terminal transition.
// Sutton and Barto 2018, eq. 4.9.
func backup(outcomes []Transition, gamma float64, v []float64) (q float64) {
	for _, o := range outcomes {
		x := o.Reward
		if !o.Terminal {
			x += gamma * v[o.Next]
		}
		q += o.Probability * x
	}
	return q
}

// actionValues returns the action values Q, [S·A], for the state values v.
func (m *MDP) actionValues(gamma float64, v []float64) []float64 {
	q := make([]float64, len(m.Outcomes))
	for i, o := range m.Outcomes {
		q[i] = backup(o, gamma, v)
	}
	return q
}

// maxSweeps is the largest number of sweeps over all states.
const maxSweeps = 2_000_000

// sweepUntilConverged sweeps over the states in order and sets v[s] to update(s), which reads the
// newest values. It stops when the remaining error is at most tolerance times the largest value
// (at least 1), and returns the number of sweeps. If the largest change in a sweep is δ, the
// error is at most δ γ/(1-γ): Puterman 1994, "Markov decision processes", theorem 6.3.3. It
// returns the error of ctx when ctx is done.
func sweepUntilConverged(ctx context.Context, v []float64, gamma, tolerance float64, update func(s int) float64) (int, error) {
	for k := 1; k <= maxSweeps; k++ {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		change, size := 0.0, 1.0
		for s := range v {
			x := update(s)
			change, size = max(change, math.Abs(x-v[s])), max(size, math.Abs(x))
			v[s] = x
		}
		bound := change * gamma / (1 - gamma)
		if gamma == 1 {
			bound = change * 1e3 // a heuristic, not a theorem: it assumes that values converge at a constant rate
		}
		if change == 0 || bound <= tolerance*size {
			return k, nil
		}
		if size > 1e12 {
			break
		}
	}
	return 0, errNoConvergence
}

// relTolerance is the error of solutions, relative to the largest value.
const relTolerance = 1e-13

// ValueIteration returns the optimum by sweeps of the Bellman optimality equation, V(s) = max Σ p
// (r + γ V(s')), to a relative error of 1e-13. Sutton and Barto 2018, eq. 4.10. With a gamma of 1, a
// state from which no episode can end is an *EndlessError.
func (m *MDP) ValueIteration(gamma float64) (*Solution, error) {
	return m.valueIteration(context.Background(), gamma)
}

// valueIteration is ValueIteration with a context. It returns ctx's error when ctx is done.
func (m *MDP) valueIteration(ctx context.Context, gamma float64) (*Solution, error) {
	if err := checkGamma(gamma); err != nil {
		return nil, err
	}
	v := make([]float64, m.States)
	k, err := sweepUntilConverged(ctx, v, gamma, relTolerance, func(s int) float64 {
		best := math.Inf(-1)
		for a := range m.Actions {
			best = max(best, backup(m.Transitions(s, a), gamma, v))
		}
		return best
	})
	if gamma == 1 && err == errNoConvergence {
		if s := m.endless(); s >= 0 {
			err = &EndlessError{s}
		}
	}
	if err != nil {
		return nil, err
	}
	return &Solution{v, m.actionValues(gamma, v), "value iteration", k}, nil
}

// PolicyIteration returns the optimum by policy iteration: it evaluates a policy, makes it greedy
// with respect to its values, and repeats this until the policy does not change. Sutton and Barto
// 2018, section 4.3. The first policy takes the actions with the largest expected immediate
// rewards. Gamma should be below 1: with a gamma of 1, episodes of an intermediate policy may not
// end, which is an error.
func (m *MDP) PolicyIteration(gamma float64) (*Solution, error) {
	if err := checkGamma(gamma); err != nil {
		return nil, err
	}
	v, act := make([]float64, m.States), make([]int, m.States)
	for k := 1; k <= maxSweeps; k++ {
		stable := true
		for s := range act {
			best := backup(m.Transitions(s, act[s]), gamma, v)
			for a := range m.Actions {
				if q := backup(m.Transitions(s, a), gamma, v); q > best+tieTolerance*max(1, math.Abs(best))/1e3 {
					best, act[s], stable = q, a, false
				}
			}
		}
		if stable && k > 1 {
			return &Solution{v, m.actionValues(gamma, v), "policy iteration", k - 1}, nil
		}
		var err error
		if v, err = m.Evaluate(m.Deterministic(act), gamma); err != nil {
			return nil, err
		}
	}
	return nil, errNoConvergence
}

// maxDenseStates is the largest number of states for which the linear equations are solved
// directly. With more states most coefficients are 0, and sweeps are faster.
const maxDenseStates = 200

// Evaluate returns the value of each state under a policy, [S], the solution of (I - γP) V = R.
// Sutton and Barto 2018, eq. 4.4.
func (m *MDP) Evaluate(p Policy, gamma float64) ([]float64, error) {
	return m.evaluate(context.Background(), p, gamma)
}

// evaluate is Evaluate with a context. It returns ctx's error when ctx is done.
func (m *MDP) evaluate(ctx context.Context, p Policy, gamma float64) ([]float64, error) {
	if err := errors.Join(checkGamma(gamma), m.validatePolicy(p)); err != nil {
		return nil, err
	}
	if m.States > maxDenseStates {
		v := make([]float64, m.States)
		_, err := sweepUntilConverged(ctx, v, gamma, relTolerance, func(s int) (x float64) {
			for a := range m.Actions {
				if q := p[s*m.Actions+a]; q > 0 {
					x += q * backup(m.Transitions(s, a), gamma, v)
				}
			}
			return x
		})
		return v, err
	}
	rewards := mat.NewVecDense(m.States, nil)
	leftSide := mat.NewDense(m.States, m.States, nil)
	for s := range m.States {
		leftSide.Set(s, s, 1)
	}
	m.eachTransition(p, func(s int, q float64, o Transition) {
		rewards.SetVec(s, rewards.AtVec(s)+q*o.Reward)
		if !o.Terminal {
			leftSide.Set(s, o.Next, leftSide.At(s, o.Next)-gamma*q)
		}
	})
	var v mat.VecDense
	if err := v.SolveVec(leftSide, rewards); err != nil {
		return nil, errNoConvergence
	}
	return v.RawVector().Data, nil
}

// eachTransition calls f with each transition that a policy may take, and its probability q in
// state s.
func (m *MDP) eachTransition(p Policy, f func(s int, q float64, o Transition)) {
	for i, outcomes := range m.Outcomes {
		if p[i] == 0 {
			continue
		}
		for _, o := range outcomes {
			f(i/m.Actions, p[i]*o.Probability, o)
		}
	}
}

// BackwardInduction returns the optimum for episodes of a fixed number of steps. With h steps
// left, v[h] has the value of each state and act[h] an optimal action in each state. act[0] is
// nil. Puterman 1994, section 4.5.
func (m *MDP) BackwardInduction(steps int, gamma float64) (v [][]float64, act [][]int, err error) {
	if err := checkGamma(gamma); err != nil || steps < 0 {
		return nil, nil, errors.Join(err, fmt.Errorf("grid: %d steps, want 0 or more", steps))
	}
	v, act = [][]float64{make([]float64, m.States)}, [][]int{nil}
	for h := 1; h <= steps; h++ {
		values, best := make([]float64, m.States), make([]int, m.States)
		for s := range values {
			values[s] = math.Inf(-1)
			for a := range m.Actions {
				if q := backup(m.Transitions(s, a), gamma, v[h-1]); q > values[s] {
					values[s], best[s] = q, a
				}
			}
		}
		v, act = append(v, values), append(act, best)
	}
	return v, act, nil
}

// Stationary returns the fraction of time that a policy spends in each state, [S], if each
// episode is followed by another. It is the solution d of d = dP with Σ d = 1.
func (m *MDP) Stationary(p Policy) ([]float64, error) {
	const limit = 2048
	if err := m.validatePolicy(p); err != nil {
		return nil, err
	}
	if m.States > limit {
		return nil, fmt.Errorf("grid: the stationary distribution of %d states, want at most %d", m.States, limit)
	}
	// (Pᵀ - I) d = 0 and Σ d = 1. There is one equation more than unknowns, but one of the
	// equations follows from the others.
	equations, rightSide := mat.NewDense(m.States+1, m.States, nil), mat.NewVecDense(m.States+1, nil)
	add := func(from, to int, q float64) { equations.Set(to, from, equations.At(to, from)+q) }
	for s := range m.States {
		add(s, s, -1)
		equations.Set(m.States, s, 1)
	}
	rightSide.SetVec(m.States, 1)
	m.eachTransition(p, func(s int, q float64, o Transition) {
		if !o.Terminal {
			add(s, o.Next, q)
			return
		}
		for first, start := range m.Start {
			if start > 0 {
				add(s, first, q*start)
			}
		}
	})
	var d mat.VecDense
	if err := d.SolveVec(equations, rightSide); err != nil {
		return nil, fmt.Errorf("grid: the policy has more than one stationary distribution: %w", err)
	}
	return d.RawVector().Data, nil
}
