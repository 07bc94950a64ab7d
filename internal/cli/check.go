package cli

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/envtest"
	"github.com/rlrun/rlrun/internal/figure"
)

// checkCommand looks an environment over before anyone learns in it.
func (a *App) checkCommand() *cobra.Command {
	var sets []string
	var seed uint64
	var episodes int
	var asJSON bool
	cmd := &cobra.Command{
		Use: "check ENV", Short: "does an environment keep the contract; statistics of a random policy", Args: oneArg("an environment"),
		Long: `rlrun check ENV holds an environment to its contract: an episode is a function of
its seed and actions, observations are in their space, numbers are finite, what
is saved is restored, no step allocates. Then it plays episodes of random actions,
and says what may make learning hard. The exit status is 1 where the contract is
broken.`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.Envs.IDs(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			e, err := a.makeEnv(args[0], sets)
			if err == nil && (episodes < 1 || episodes > 1e6) {
				err = fmt.Errorf("--episodes is %d, want 1 … 1000000", episodes)
			}
			if err == nil && seed > math.MaxInt64 {
				err = fmt.Errorf("--seed is %d, want 0 … 2⁶³-1", seed)
			}
			if err != nil {
				return badInput{err}
			}
			r := checked(e, seed, episodes)
			if asJSON {
				err = json.NewEncoder(a.Out).Encode(r)
			} else {
				err = a.printCheck(r)
			}
			if err == nil && len(r.Breaches) > 0 {
				err = fmt.Errorf("%s breaks the contract in %s, first: %s", r.Env, figure.Count(len(r.Breaches), "way"), r.Breaches[0])
			}
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&sets, "set", nil, "change an option of the environment `options.KEY=VALUE`; may be repeated")
	flags.Uint64Var(&seed, "seed", 1, "the episodes' `seed`")
	flags.IntVar(&episodes, "episodes", 100, "random episodes to play")
	flags.BoolVar(&asJSON, "json", false, "one JSON object on standard output")
	return cmd
}

// A check is what there is to say of an environment.
type check struct {
	Env          string    `json:"env"`
	Breaches     []string  `json:"breaches"`
	Episodes     int       `json:"episodes"`
	Return       figures   `json:"return"`
	Length       figures   `json:"length"`
	Reward       figures   `json:"reward"`       // of a step
	Truncated    float64   `json:"truncated"`    // share of episodes
	Observations []figures `json:"observations"` // of each element
	Advice       []string  `json:"advice"`
}

// figures sum numbers up.
type figures struct {
	Mean float64 `json:"mean"`
	Std  float64 `json:"std"`
	Min  float64 `json:"min"`
	Max  float64 `json:"max"`

	n, squares float64 // of Welford's method: Mean and these, for Std
}

// add takes x into account.
func (f *figures) add(x float64) {
	if f.n++; f.n == 1 {
		f.Min, f.Max = x, x
	}
	d := x - f.Mean
	f.Mean += d / f.n
	f.squares += d * (x - f.Mean)
	f.Std, f.Min, f.Max = math.Sqrt(f.squares/f.n), min(f.Min, x), max(f.Max, x)
}

func (f figures) String() string {
	return figure.MeanDeviation(f.Mean, f.Std, int(f.n)) + "\t" + figure.Range(f.Min, f.Max)
}

// longestCheck ends a random episode that has no end of its own.
const longestCheck = 10_000

// checked checks e, and plays episodes in it if they can be played.
func checked(e env.Env, seed uint64, episodes int) *check {
	spec := e.Spec()
	c := &check{Env: spec.ID, Breaches: append([]string{}, envtest.Breaches(e)...), Episodes: episodes, Observations: []figures{}, Advice: []string{}}
	if len(c.Breaches) == 0 {
		c.Observations = make([]figures, spec.Obs.Size())
		for i := range episodes {
			c.play(e, spec, env.Split(seed, uint64(i)))
		}
		c.Truncated /= float64(episodes)
		c.advise(e, spec)
	}
	return c
}

// play plays one episode of random actions.
func (c *check) play(e env.Env, spec env.Spec, seed uint64) {
	obs, act := make([]float32, spec.Obs.Size()), make([]float32, spec.Act.Size())
	rng := rand.New(rand.NewPCG(env.Split(seed, 1), 0))
	look := func() {
		for i, x := range obs {
			c.Observations[i].add(float64(x))
		}
	}
	limit := spec.MaxSteps
	if limit == 0 {
		limit = longestCheck
	}
	e.Reset(env.Split(seed, 0), obs)
	look()
	sum := 0.
	for step := 1; ; step++ {
		spec.Act.Sample(rng, act)
		out := e.Step(act, obs)
		look()
		sum += out.Reward
		c.Reward.add(out.Reward)
		if out.Done() || step == limit {
			c.Return.add(sum)
			c.Length.add(float64(step))
			if !out.Terminated {
				c.Truncated++
			}
			return
		}
	}
}

// advise says what may make learning hard, and what helps.
func (c *check) advise(e env.Env, spec env.Spec) {
	say := func(format string, args ...any) { c.Advice = append(c.Advice, fmt.Sprintf(format, args...)) }
	if box, ok := spec.Obs.(env.Box); ok {
		for i, f := range c.Observations {
			switch size := max(math.Abs(f.Min), math.Abs(f.Max)); {
			case f.Min == f.Max && box.Low[i] != box.High[i]:
				say("element %d of the observations was always %s: does it say anything?", i, figure.Number(f.Min))
			case size > 10 || size < 0.1:
				say("element %d of the observations is up to %s: networks learn best from numbers about 1; agent.normalize.norm_obs brings them there", i, figure.Number(size))
			}
		}
	}
	if box, ok := spec.Act.(env.Box); ok {
		for i := range box.Low {
			if box.Low[i] != -1 || box.High[i] != 1 {
				say("element %d of the actions is in %s … %s: the wrapper rescale_action: [-1, 1] suits a policy that begins at 0 ± 1", i, figure.Number(float64(box.Low[i])), figure.Number(float64(box.High[i])))
				break
			}
		}
	}
	switch size := max(math.Abs(c.Reward.Min), math.Abs(c.Reward.Max)); {
	case c.Return.Min == c.Return.Max && c.Episodes > 1:
		say("every random episode returned %s: chance finds nothing to learn from; rewards on the way, or more exploration, may help", figure.Number(c.Return.Min))
	case size > 10:
		say("rewards are up to %s in size: agent.normalize.norm_reward, or the wrapper scale_reward, keeps the critic's loss small", figure.Number(size))
	}
	if spec.MaxSteps == 0 && c.Truncated > 0 {
		say("%s of random episodes had no end in %s steps, and there is no time limit: the wrapper max_steps sets one", figure.Share(c.Truncated, c.Episodes), figure.Whole(longestCheck))
	}
	if !env.Snapshots(e) {
		say("it has no State method: checkpoints keep an episode's actions and play them again")
	}
}

// printCheck shows a person what was found.
func (a *App) printCheck(c *check) error {
	if len(c.Breaches) > 0 {
		for _, b := range c.Breaches {
			fmt.Fprintf(a.Out, "broken: %s\n", b)
		}
		return nil
	}
	fmt.Fprintf(a.Out, "%s keeps the contract. Of %s:\n\n", c.Env, figure.Count(c.Episodes, "random episode"))
	w := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "  return\t%v\n  length\t%v\n  reward\t%v\n", c.Return, c.Length, c.Reward)
	for i, f := range c.Observations {
		if i == 16 {
			fmt.Fprintf(w, "  …\tand %d more\n", len(c.Observations)-i)
			break
		}
		fmt.Fprintf(w, "  observation %d\t%v\n", i, f)
	}
	err := w.Flush()
	fmt.Fprintf(a.Out, "  truncated %s\n", figure.Share(c.Truncated, c.Episodes))
	for i, s := range c.Advice {
		if i == 0 {
			fmt.Fprintln(a.Out)
		}
		fmt.Fprintf(a.Out, "* %s\n", s)
	}
	return err
}
