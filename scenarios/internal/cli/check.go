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

// checkCommand returns the command rlrun check.
func (a *App) checkCommand() *cobra.Command {
	var sets []string
	var seed uint64
	var episodes int
	var asJSON bool
	cmd := &cobra.Command{
		Use: "check ENV", Short: "check that an environment keeps its contract, and print statistics of random actions", Args: oneArg("an environment"),
		Long: `rlrun check ENV checks that an environment keeps its contract: an episode depends only on
its seed and its actions, observations are in the observation space, numbers are finite,
a saved state can be restored, and a step allocates no memory. Then it plays episodes of
random actions, prints statistics, and gives advice about properties that make learning
hard. The exit status is 1 if the environment breaks the contract.`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.Envs.IDs(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			e, err := a.makeEnv(args[0], sets)
			if err == nil && (episodes < 1 || episodes > 1e6) {
				err = fmt.Errorf("--episodes %d: want a whole number, 1 … 1000000", episodes)
			}
			if err == nil && seed > math.MaxInt64 {
				err = fmt.Errorf("--seed %d: want a whole number, 0 … 2⁶³-1", seed)
			}
			if err != nil {
				return badInput{err}
			}
			r := newCheck(e, episodes)
			if len(r.Breaches) == 0 {
				if e, err = a.makeEnv(args[0], sets); err == nil { // newCheck closed the first environment
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
	flags.StringArrayVar(&sets, "set", nil, "change an option of the environment: `options.KEY=VALUE`; may be repeated")
	flags.Uint64Var(&seed, "seed", 1, "use `N` as the seed of the episodes")
	flags.IntVar(&episodes, "episodes", 100, "play `N` episodes of random actions")
	flags.BoolVar(&asJSON, "json", false, "print one JSON object on standard output")
	return cmd
}

// A check is the report of rlrun check about an environment.
type check struct {
	Env          string      `json:"env"`
	Breaches     []string    `json:"breaches"` // violations of the contract, each a sentence
	Episodes     int         `json:"episodes"`
	Return       summary     `json:"return"`
	Length       summary     `json:"length"`             // steps of an episode
	Reward       summary     `json:"reward"`             // reward of a step
	Truncated    float64     `json:"truncated"`          // share of truncated episodes
	Observations []summary   `json:"observations"`       // one for each element of an observation
	Metrics      []envMetric `json:"measures,omitempty"` // see env.Measured
	Advice       []string    `json:"advice"`

	names []string // names of the elements of an observation
}

// An envMetric summarises a metric that the environment reports at the end of each episode.
type envMetric struct {
	Name string `json:"name"`
	summary
}

// A summary contains the mean, the standard deviation and the range of numbers.
type summary struct {
	Mean float64 `json:"mean"`
	Std  float64 `json:"std"`
	Min  float64 `json:"min"`
	Max  float64 `json:"max"`

	n       float64 // count of numbers
	squares float64 // sum of squared deviations from the mean, by Welford's method
}

// add adds the number x to the summary.
func (s *summary) add(x float64) {
	if s.n++; s.n == 1 {
		s.Min, s.Max = x, x
	}
	d := x - s.Mean
	s.Mean += d / s.n
	s.squares += d * (x - s.Mean)
	s.Std, s.Min, s.Max = math.Sqrt(s.squares/s.n), min(s.Min, x), max(s.Max, x)
}

// magnitude returns the largest absolute value.
func (s *summary) magnitude() float64 { return max(math.Abs(s.Min), math.Abs(s.Max)) }

// String returns two columns of a table: mean ± deviation, and the range.
func (s summary) String() string {
	return figure.MeanDeviation(s.Mean, s.Std, int(s.n)) + "\t" + figure.Range(s.Min, s.Max)
}

// checkLimit is the step after which a random episode ends in an environment without a
// time limit.
const checkLimit = 10_000

// newCheck checks that e keeps its contract, and closes e.
func newCheck(e env.Env, episodes int) *check {
	return &check{
		Env: e.Spec().ID, Breaches: append([]string{}, envtest.Breaches(e)...), Episodes: episodes,
		Observations: []summary{}, Advice: []string{},
	}
}

// play plays episodes of random actions in e, and closes e. It stops after an episode in
// which e breaks the contract.
func (c *check) play(e env.Env, seed uint64) (err error) {
	limit := e.Spec().MaxSteps
	if limit == 0 {
		limit = checkLimit
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
	c.Observations, c.names = make([]summary, obs.Size), elementNames(&obs)
	for _, name := range p.Measures() {
		c.Metrics = append(c.Metrics, envMetric{Name: name})
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

// elementNames returns a name for each element of an observation: its index, and its own
// name if it has one.
func elementNames(l *env.Layout) (names []string) {
	for i := range l.Parts {
		p := &l.Parts[i]
		for k := range p.Size() {
			name := fmt.Sprint(p.From + k)
			if strings.Trim(p.Name, "/0123456789") != "" { // a key of a Dict
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
	c.addObs(p.Obs)
	for !p.Done() {
		if space.Sample(rng, act); p.Mask != nil {
			sampleAllowed(rng, sizes, p.Mask, act)
		}
		if err := p.Step(act); err != nil {
			return err
		}
		c.addObs(p.Obs)
		c.Reward.add(p.Reward)
	}
	c.Return.add(p.Return)
	c.Length.add(float64(p.Steps))
	for i, x := range p.Metrics {
		c.Metrics[i].add(x)
	}
	if !p.Terminated {
		c.Truncated++
	}
	return nil
}

// sampleAllowed samples an allowed action and writes it to act: for each choice, one of the
// values that mask allows. Choice i has sizes[i] values.
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

// addObs adds an observation to the statistics.
func (c *check) addObs(obs []float32) {
	for i, x := range obs {
		c.Observations[i].add(float64(x))
	}
}

// addAdvice adds a sentence of advice.
func (c *check) addAdvice(format string, args ...any) {
	c.Advice = append(c.Advice, fmt.Sprintf(format, args...))
}

// advise adds advice about properties that make learning hard.
func (c *check) advise(e env.Env, obs *env.Layout) {
	spec := e.Spec()
	for i := range obs.Parts {
		if p := &obs.Parts[i]; p.Kind == env.Numbers {
			c.adviseNumbers(p)
		}
	}
	c.adviseActions(spec.Act)
	switch size := c.Reward.magnitude(); {
	case c.Return.Min == c.Return.Max && c.Episodes > 1:
		c.addAdvice("every random episode returned %s, so random actions find nothing to learn from: intermediate rewards or more exploration may help", figure.Number(c.Return.Min))
	case size > 10:
		c.addAdvice("rewards have magnitudes up to %s: agent.normalize.norm_reward or the wrapper scale_reward keeps the critic's loss small", figure.Number(size))
	}
	if spec.MaxSteps == 0 && c.Truncated > 0 {
		c.addAdvice("%s of the random episodes did not end within %s steps, and there is no time limit: the wrapper max_steps sets one", figure.Share(c.Truncated, c.Episodes), figure.Whole(checkLimit))
	}
	if !env.Snapshots(e) {
		c.addAdvice("the environment has no State method, so a checkpoint stores the actions of the current episode, and rlrun resume plays them again")
	}
}

// adviseNumbers adds advice about numbers of an observation that never change, or whose
// magnitude is far from 1.
func (c *check) adviseNumbers(p *env.Part) {
	var constant, large, small []int
	for k := range p.Size() {
		f, i := c.Observations[p.From+k], p.From+k
		switch size := f.magnitude(); {
		case f.Min == f.Max && p.Low[k] != p.High[k]:
			constant = append(constant, i)
		case size > 10:
			large = append(large, i)
		case size < 0.1:
			small = append(small, i)
		}
	}
	switch n := len(constant); {
	case n == 1:
		c.addAdvice("element %d of the observations was always %s: does it carry information?", constant[0], figure.Number(c.Observations[constant[0]].Min))
	case n > 1:
		c.addAdvice("elements %s of the observations never changed: do they carry information?", ranges(constant))
	}
	for _, list := range [][]int{large, small} {
		if len(list) == 0 {
			continue
		}
		size := 0.0
		for _, i := range list {
			size = max(size, c.Observations[i].magnitude())
		}
		which := fmt.Sprintf("elements %s of the observations have", ranges(list))
		if len(list) == 1 {
			which = fmt.Sprintf("element %d of the observations has", list[0])
		}
		c.addAdvice("%s magnitudes up to %s: networks learn best from numbers of magnitude about 1; agent.normalize.norm_obs scales them",
			which, figure.Number(size))
	}
}

// ranges returns ascending numbers as text, with a first and a last number for each run: 1, 4–6.
func ranges(list []int) string {
	var text strings.Builder
	for i := 0; i < len(list); i++ {
		from := i
		for i+1 < len(list) && list[i+1] == list[i]+1 {
			i++
		}
		if from > 0 {
			text.WriteString(", ")
		}
		fmt.Fprint(&text, list[from])
		if i > from {
			fmt.Fprintf(&text, "–%d", list[i])
		}
	}
	return text.String()
}

// adviseActions adds advice about the first continuous action whose range is not -1 … 1.
func (c *check) adviseActions(space env.Space) {
	act, err := env.LayoutOf(space)
	if err != nil {
		return
	}
	for i := range act.Parts {
		p := &act.Parts[i]
		for k := range p.Low {
			if p.Low[k] != -1 || p.High[k] != 1 {
				c.addAdvice("element %d of the actions has the range %s … %s: the wrapper rescale_action: [-1, 1] fits a policy that starts with actions 0 ± 1",
					p.From+k, figure.Number(float64(p.Low[k])), figure.Number(float64(p.High[k])))
				return
			}
		}
	}
}

// printCheck prints the report as text.
func (a *App) printCheck(c *check) error {
	if len(c.Breaches) > 0 {
		for _, b := range c.Breaches {
			fmt.Fprintf(a.Out, "broken: %s\n", b)
		}
		return nil
	}
	fmt.Fprintf(a.Out, "%s keeps the contract. Statistics of %s:\n\n", c.Env, figure.Count(c.Episodes, "random episode"))
	w := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "  return\t%v\n  length\t%v\n  reward\t%v\n", c.Return, c.Length, c.Reward)
	for i, f := range c.Observations {
		if i == 16 {
			fmt.Fprintf(w, "  …\tand %d more\n", len(c.Observations)-i)
			break
		}
		fmt.Fprintf(w, "  observation %s\t%v\n", c.names[i], f)
	}
	for _, m := range c.Metrics {
		fmt.Fprintf(w, "  %s\t%v\n", m.Name, m.summary)
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
