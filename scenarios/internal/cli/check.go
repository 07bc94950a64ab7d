package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/envtest"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
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
			r := newCheck(e, episodes)
			if len(r.Breaches) == 0 {
				if e, err = a.makeEnv(args[0], sets); err == nil { // the one that was checked is closed
					err = r.play(e, seed)
				}
			}
			if err == nil && asJSON {
				err = json.NewEncoder(a.Out).Encode(r)
			} else if err == nil {
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
	Env          string      `json:"env"`
	Breaches     []string    `json:"breaches"`
	Episodes     int         `json:"episodes"`
	Return       figures     `json:"return"`
	Length       figures     `json:"length"`
	Reward       figures     `json:"reward"`       // of a step
	Truncated    float64     `json:"truncated"`    // share of episodes
	Observations []figures   `json:"observations"` // of each element
	Measures     []ownFigure `json:"measures,omitempty"`
	Advice       []string    `json:"advice"`

	names []string // of the elements of observations
}

// An ownFigure is what an environment measured itself, at the end of each episode.
type ownFigure struct {
	Name string `json:"name"`
	figures
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

// String returns the figures in two columns of a table.
func (f figures) String() string {
	return figure.MeanDeviation(f.Mean, f.Std, int(f.n)) + "\t" + figure.Range(f.Min, f.Max)
}

// longestCheck ends a random episode that has no end of its own.
const longestCheck = 10_000

// newCheck checks e, and closes it.
func newCheck(e env.Env, episodes int) *check {
	return &check{
		Env: e.Spec().ID, Breaches: append([]string{}, envtest.Breaches(e)...), Episodes: episodes,
		Observations: []figures{}, Advice: []string{},
	}
}

// play plays episodes of random actions in e, and closes it. An episode in which e breaks
// the contract is the last.
func (c *check) play(e env.Env, seed uint64) (err error) {
	limit := e.Spec().MaxSteps
	if limit == 0 {
		limit = longestCheck
	}
	p, err := env.NewEpisode(e, limit)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	obs, err := env.LayoutOf(p.Spec().Obs)
	if err != nil {
		return err
	}
	c.Observations, c.names = make([]figures, obs.Size), elements(&obs)
	for _, name := range p.Measures() {
		c.Measures = append(c.Measures, ownFigure{Name: name})
	}
	for i := range c.Episodes {
		if err := c.playOne(p, env.Split(seed, uint64(i))); err != nil {
			c.Breaches = append(c.Breaches, err.Error())
			return nil
		}
	}
	c.Truncated /= float64(c.Episodes)
	c.advise(e, &obs)
	return nil
}

// elements returns what each element of an observation is called: its number, and its
// name if it has one.
func elements(l *env.Layout) (names []string) {
	for i := range l.Parts {
		p := &l.Parts[i]
		for k := range p.Size() {
			name := fmt.Sprint(p.From + k)
			if strings.Trim(p.Name, "/0123456789") != "" { // of a Dict
				name += ", " + p.Name
			}
			if own := p.Element(k); own != "" {
				name += ", " + own
			}
			names = append(names, name)
		}
	}
	return names
}

// playOne plays one episode of random actions.
func (c *check) playOne(p *env.Episode, seed uint64) error {
	space := p.Spec().Act
	actions, err := env.LayoutOf(space)
	if err != nil {
		return err
	}
	sizes, _ := actions.Choices()
	act, rng := make([]float32, space.Size()), rand.New(rand.NewPCG(env.Split(seed, 1), 0))
	if err := p.Reset(env.Split(seed, 0)); err != nil {
		return err
	}
	c.look(p.Obs)
	for !p.Done() {
		if space.Sample(rng, act); p.Mask != nil {
			sampleAllowed(rng, sizes, p.Mask, act)
		}
		if err := p.Step(act); err != nil {
			return err
		}
		c.look(p.Obs)
		c.Reward.add(p.Reward)
	}
	c.Return.add(p.Return)
	c.Length.add(float64(p.Steps))
	for i, x := range p.Metrics {
		c.Measures[i].add(x)
	}
	if !p.Terminated {
		c.Truncated++
	}
	return nil
}

// sampleAllowed writes a random action that mask allows to act: of each choice, which has a
// number of values, any allowed one.
func sampleAllowed(rng *rand.Rand, sizes []int, mask []bool, act []float32) {
	var allowed []int
	for i, n := range sizes {
		allowed = allowed[:0]
		for v, ok := range mask[:n] {
			if ok {
				allowed = append(allowed, v)
			}
		}
		act[i], mask = float32(allowed[rng.IntN(len(allowed))]), mask[n:]
	}
}

// look takes an observation into account.
func (c *check) look(obs []float32) {
	for i, x := range obs {
		c.Observations[i].add(float64(x))
	}
}

// say adds a piece of advice.
func (c *check) say(format string, args ...any) {
	c.Advice = append(c.Advice, fmt.Sprintf(format, args...))
}

// advise says what may make learning hard, and what helps.
func (c *check) advise(e env.Env, obs *env.Layout) {
	spec := e.Spec()
	for i := range obs.Parts {
		if p := &obs.Parts[i]; p.Kind == env.Numbers {
			c.adviseNumbers(p)
		}
	}
	c.adviseActions(spec.Act)
	switch size := max(math.Abs(c.Reward.Min), math.Abs(c.Reward.Max)); {
	case c.Return.Min == c.Return.Max && c.Episodes > 1:
		c.say("every random episode returned %s: chance finds nothing to learn from; rewards on the way, or more exploration, may help", figure.Number(c.Return.Min))
	case size > 10:
		c.say("rewards are up to %s in size: agent.normalize.norm_reward, or the wrapper scale_reward, keeps the critic's loss small", figure.Number(size))
	}
	if spec.MaxSteps == 0 && c.Truncated > 0 {
		c.say("%s of random episodes had no end in %s steps, and there is no time limit: the wrapper max_steps sets one", figure.Share(c.Truncated, c.Episodes), figure.Whole(longestCheck))
	}
	if !env.Snapshots(e) {
		c.say("it has no State method: checkpoints keep an episode's actions and play them again")
	}
}

// adviseNumbers says which numbers of a part are always the same, or not about 1.
func (c *check) adviseNumbers(p *env.Part) {
	for k := range p.Size() {
		f, i := c.Observations[p.From+k], p.From+k
		switch size := max(math.Abs(f.Min), math.Abs(f.Max)); {
		case f.Min == f.Max && p.Low[k] != p.High[k]:
			c.say("element %d of the observations was always %s: does it say anything?", i, figure.Number(f.Min))
		case size > 10 || size < 0.1:
			c.say("element %d of the observations is up to %s: networks learn best from numbers about 1; agent.normalize.norm_obs brings them there", i, figure.Number(size))
		}
	}
}

// adviseActions says which of an action's numbers are not in -1 … 1.
func (c *check) adviseActions(space env.Space) {
	act, err := env.LayoutOf(space)
	if err != nil {
		return
	}
	for i := range act.Parts {
		p := &act.Parts[i]
		for k := range p.Low {
			if p.Low[k] != -1 || p.High[k] != 1 {
				c.say("element %d of the actions is in %s … %s: the wrapper rescale_action: [-1, 1] suits a policy that begins at 0 ± 1",
					p.From+k, figure.Number(float64(p.Low[k])), figure.Number(float64(p.High[k])))
				return
			}
		}
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
		fmt.Fprintf(w, "  observation %s\t%v\n", c.names[i], f)
	}
	for _, m := range c.Measures {
		fmt.Fprintf(w, "  %s\t%v\n", m.Name, m.figures)
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
