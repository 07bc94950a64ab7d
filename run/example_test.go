package run_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
)

// This example trains in a run directory. Its own observer ends training after the third
// evaluation. Then the example loads the run from the directory.
func Example() {
	envs := env.Registry{}
	classic.Register(envs)
	catalog := scenario.Builtin(envs)
	text := `
env: {id: CartPole-v1}
agent: {name: ppo, n_steps: 128, batch_size: 128}
steps: 10000
eval: {episodes: 10, freq: 1000, freq_episodes: 2}
`
	s := agents.Must(scenario.Parse("pole.yaml", []byte(text), nil, catalog))
	dir := filepath.Join(agents.Must(os.MkdirTemp("", "example")), "run")
	defer os.RemoveAll(filepath.Dir(dir))

	ctx := context.Background()
	r := agents.Must(run.Create(s, dir))
	three := run.ObserverFunc(func(_ context.Context, _ *run.Run, st *run.Status) error {
		st.Stopped = st.Steps > 3000
		return nil
	})
	st := agents.Must(r.Train(ctx, three))
	res := agents.Must(r.Finish(ctx, st))
	fmt.Println(res.Scenario, res.Eval.Episodes, res.Steps < 5000, r.Close())

	again := agents.Must(run.Load(dir, catalog))
	best := agents.Must(again.Policy(true))
	judged := agents.Must(again.Evaluate(ctx, best, run.Evaluation{Episodes: 20, Seed: 7}))
	fmt.Println(judged.Eval.Episodes, judged.Eval.Mean > 0)
	// Output:
	// pole 10 true <nil>
	// 20 true
}
