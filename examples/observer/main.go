// Observer trains in a run's directory with its own observer, which ends training when evaluations
// no longer improve. If the program is interrupted and started again, it resumes the run.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math"
	"os"
	"os/signal"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
)

const text = `
env: {id: CartPole-v1, n_envs: 8}
agent: {name: ppo, n_steps: 32, batch_size: 256, n_epochs: 20, learning_rate: 0.001, gae_lambda: 0.8, gamma: 0.98}
steps: 200000
eval: {freq: 5000, freq_episodes: 20}
`

// A plateau is a run.Observer that ends training when the best return has not improved for some
// evaluations. The field patience is the number of evaluations. A return counts as an improvement
// if it is larger than the best return by more than the field gain. A plateau is a state.Stater,
// so checkpoints save it.
type plateau struct {
	gain     float64
	patience int
	best     float64 // best return so far
	waited   int     // evaluations since the best return
}

func (p *plateau) Observe(_ context.Context, _ *run.Run, st *run.Status) error {
	if !st.Evaluated {
		return nil
	}
	p.waited++
	if st.EvalReturn > p.best+p.gain {
		p.best, p.waited = st.EvalReturn, 0
	}
	st.Stopped = st.Stopped || p.waited >= p.patience
	log.Printf("%6d steps  return %5.1f  best %5.1f", st.Steps, st.EvalReturn, p.best)
	return nil
}

func (p *plateau) State(s *state.State) {
	s.Double("best", &p.best)
	s.Int("waited", &p.waited, p.patience)
}

// open resumes the run in dir, or creates it if it does not exist.
func open(dir string) (*run.Run, error) {
	envs := env.Registry{}
	classic.Register(envs)
	catalog := scenario.Builtin(envs)
	r, err := run.Open(dir, catalog)
	switch {
	case err == nil:
		return r, r.Resume()
	case !errors.Is(err, os.ErrNotExist):
		return nil, err
	}
	s, err := scenario.Parse("plateau.yaml", []byte(text), nil, catalog)
	if err != nil {
		return nil, err
	}
	return run.Create(s, dir)
}

// train trains the run in dir to its end and returns the result.
func train(ctx context.Context, dir string) (*run.Result, error) {
	r, err := open(dir)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	st, err := r.Train(ctx, &plateau{gain: 5, patience: 4, best: math.Inf(-1)})
	if err != nil {
		return nil, err
	}
	return r.Finish(ctx, st)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	dir := "plateau"
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	res, err := train(ctx, dir)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d steps, return %.1f, in %s\n", res.Steps, res.Eval.Mean, dir)
}
