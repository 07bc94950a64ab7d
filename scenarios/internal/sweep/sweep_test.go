package sweep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/crash"
)

// text is the YAML text of a scenario, as a Source.
type text string

// quick is a scenario with iterations of 8 steps.
const quick text = `
env: {id: CartPole-v1, n_envs: 2}
agent: {name: ppo, n_steps: 4, batch_size: 8, n_epochs: 1, policy_kwargs: {net_arch: [4]}}
steps: 64
eval: {episodes: 3, freq: 0}
`

// catalog returns the built-in agents and the classic environments.
func catalog() scenario.Catalog {
	envs := env.Registry{}
	classic.Register(envs)
	return scenario.Builtin(envs)
}

// Scenario parses the text with changes.
func (s text) Scenario(changes []scenario.Change) (*scenario.Scenario, error) {
	return scenario.Parse("quick.yaml", []byte(s), changes, catalog())
}

// reports is a Reporter that keeps the latest steps of each run.
type reports struct {
	mu    sync.Mutex
	steps map[*Run]int
}

// Report keeps the steps of the run.
func (p *reports) Report(r *Run, st *run.Status) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.steps[r] = st.Steps
}

// last returns the latest reported steps of a run.
func (p *reports) last(r *Run) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.steps[r]
}

// created returns a created sweep with this number of seeds, in a new directory.
func created(t *testing.T, source text, sweeps []string, seeds int) *Sweep {
	t.Helper()
	s, err := New(source, catalog(), nil, sweeps, seeds, filepath.Join(t.TempDir(), "runs"), time.Now())
	if err == nil {
		err = s.Create()
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestElements checks how lists are split into elements, and that other texts are errors.
func TestElements(t *testing.T) {
	for list, want := range map[string][]string{
		"[1, 2]": {"1", "2"}, "[[1, 2], [3]]": {"[1, 2]", "[3]"}, `["a,b", {x: 1, y: 2}]`: {`"a,b"`, "{x: 1, y: 2}"}, "[]": nil, "[ 1 ]": {"1"},
	} {
		if got, err := elements(list); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("elements(%q) = %q, %v, want %q", list, got, err, want)
		}
	}
	for _, bad := range []string{"", "1, 2", "[1", "[[1]", `["a]`} {
		if got, err := elements(bad); err == nil {
			t.Errorf("elements(%q) = %q, want an error", bad, got)
		}
	}
}

// TestShort checks that keys are shortened, but stay different from each other.
func TestShort(t *testing.T) {
	for _, c := range []struct {
		set  []string
		want string
	}{
		{nil, ""}, {[]string{"agent.gamma=0.9"}, "gamma=0.9"}, {[]string{"steps=9", "agent.policy_kwargs.net_arch=[2, 2]"}, "steps=9, net_arch=[2, 2]"},
		{[]string{"env.options.low=1", "agent.low=2"}, "options.low=1, agent.low=2"}, {[]string{"low=1", "agent.low=2"}, "low=1, agent.low=2"},
		{[]string{"env.wrappers=[{scale_reward: 1}]"}, "wrappers=[{scale_reward: 1}]"},
	} {
		if got := short(c.set); got != c.want {
			t.Errorf("short(%q) = %q, want %q", c.set, got, c.want)
		}
	}
}

// TestRanking checks that the best cell is first, that cells with equal interquartile means have
// equal ranks, and that cells without finished runs are last.
func TestRanking(t *testing.T) {
	s := &Sweep{}
	for _, means := range [][]float64{{1, 3}, {}, {9}, {2, 2, 2}, {-5}} {
		c := &Cell{Scenario: new(scenario.Scenario)}
		for _, m := range means {
			c.Runs = append(c.Runs, &Run{Result: &run.Result{Eval: run.EvalLine{Mean: m}}})
		}
		c.Runs = append(c.Runs, &Run{Err: errors.New("it broke")})
		s.Cells = append(s.Cells, c)
	}
	var got []string
	for _, r := range s.Ranking() {
		got = append(got, fmt.Sprint(r.Rank, " ", slices.Index(s.Cells, r.Cell)))
	}
	if want := []string{"1 2", "2 0", "2 3", "4 4", "0 1"}; !reflect.DeepEqual(got, want) {
		t.Errorf("ranks and cells are %q, want %q", got, want)
	}
}

// TestNew checks that there is a cell for every combination and a directory for every run, and
// the messages for wrong arguments.
func TestNew(t *testing.T) {
	at := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	for _, c := range []struct {
		sweeps []string
		out    string
		want   []string // label: directories
	}{
		{nil, "", []string{":  "}},
		{nil, "many", []string{": many/seed-1 many/seed-2"}},
		{[]string{"agent.gamma=[0.5, 0.9]"}, "", []string{
			"agent.gamma=0.5: runs/quick/sweep-20010203-040506/agent.gamma=0.5/seed-1 runs/quick/sweep-20010203-040506/agent.gamma=0.5/seed-2",
			"agent.gamma=0.9: runs/quick/sweep-20010203-040506/agent.gamma=0.9/seed-1 runs/quick/sweep-20010203-040506/agent.gamma=0.9/seed-2"}},
		{[]string{"agent.n_epochs=[1]", "agent.policy_kwargs.net_arch=[[2, 2]]"}, "o", []string{
			"agent.n_epochs=1, agent.policy_kwargs.net_arch=[2, 2]: o/agent.n_epochs=1,agent.policy_kwargs.net_arch=[2,2]/seed-1 o/agent.n_epochs=1,agent.policy_kwargs.net_arch=[2,2]/seed-2"}},
	} {
		s, err := New(quick, catalog(), nil, c.sweeps, 2, c.out, at)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, cell := range s.Cells {
			got = append(got, filepath.ToSlash(cell.Label+": "+cell.Runs[0].Dir+" "+cell.Runs[1].Dir))
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("New(%q, %q) = %q, want %q", c.sweeps, c.out, got, c.want)
		}
	}
	for _, c := range []struct {
		sweeps []string
		seeds  int
		out    string
		want   string
	}{
		{[]string{"agent.gamma"}, 1, "", "--sweep agent.gamma: want KEY=[a, b, …]"},
		{[]string{"agent.gamma=[0.9, 0.9]"}, 1, "", "0.9 occurs twice; want different values"},
		{[]string{"agent.gamma=[0.9]", "agent.gamma=[0.8]"}, 1, "", "--sweep agent.gamma=[0.8]: agent.gamma has another --sweep"},
		{[]string{`published=["a b", "ab"]`}, 1, "", `published="a b" and published="ab" have the same directory`},
		{[]string{`published=["` + strings.Repeat("a", 300) + `"]`}, 1, "", "has 310 bytes, want 255 at most"},
		{[]string{"agent.gama=[0.9]"}, 1, "", "--sweep agent.gama=0.9: agent.gama: unknown key; the nearest is gamma"},
		{[]string{"agent.gamma=[0.8, 0.9]"}, 9000, "", "--seeds 9000: want 1 … 5000"},
	} {
		if _, err := New(quick, catalog(), nil, c.sweeps, c.seeds, c.out, at); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("New(%q, %d seeds, %q): %v, want %q", c.sweeps, c.seeds, c.out, err, c.want)
		}
	}
}

// TestTrain checks that Train yields every run once, in order and with its result, and reports
// its steps.
func TestTrain(t *testing.T) {
	s := created(t, quick, []string{"agent.gamma=[0.5, 0.9]"}, 2)
	to := &reports{steps: map[*Run]int{}}
	var order []string
	for c, r := range s.Train(context.Background(), 0, to) {
		if r.Err != nil || r.Result.Steps != 64 || to.last(r) != 64 {
			t.Errorf("%s, seed %d: %+v, %v, want 64 steps, also in the last report", c.Label, r.Seed, r.Result, r.Err)
		}
		order = append(order, fmt.Sprint(c.Scenario.Discount(), " ", r.Seed))
	}
	if want := []string{"0.5 1", "0.5 2", "0.9 1", "0.9 2"}; !reflect.DeepEqual(order, want) {
		t.Errorf("Train yields the runs %q, want %q", order, want)
	}
	sum := s.Cells[1].Summary()
	if sum.Sweep != "agent.gamma=0.9" || !reflect.DeepEqual(sum.Seeds, []uint64{1, 2}) || len(sum.Failed) != 0 || sum.Eval.Mean == nil {
		t.Errorf("Summary = %+v, want a summary of two seeds", sum)
	}
}

// TestTrainBreak checks that the remaining runs are interrupted when the loop over Train ends early,
// and that these runs can be resumed.
func TestTrainBreak(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	s := created(t, quick, nil, 40)
	for _, r := range s.Train(context.Background(), 0, &reports{steps: map[*Run]int{}}) {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		break
	}
	r := s.Cells[0].Runs[39]
	if !errors.Is(r.Err, context.Canceled) {
		t.Errorf("seed %d: %v, want %v", r.Seed, r.Err, context.Canceled)
	}
	again, err := run.Open(r.Dir, catalog())
	if err == nil {
		err = errors.Join(again.Resume(), again.Close())
	}
	if err != nil {
		t.Errorf("seed %d cannot be resumed: %v", r.Seed, err)
	}
}

// TestCrash checks that a panic of the program ends only its own run, with an error that names
// the run. The nil Reporter panics.
func TestCrash(t *testing.T) {
	s := created(t, quick, nil, 2)
	for _, r := range s.Train(context.Background(), 0, nil) {
		want := fmt.Sprintf("ppo on CartPole-v1, seed %d, after 8 steps: a mistake in the program: runtime error: ", r.Seed)
		if _, ok := errors.AsType[*crash.Error](r.Err); !ok || !strings.HasPrefix(r.Err.Error(), want) {
			t.Errorf("Train with no Reporter = %v, want %s…", r.Err, want)
		}
	}
	if sum := s.Cells[0].Summary(); len(sum.Failed) != 2 || sum.Eval.Mean != nil {
		t.Errorf("Summary = %+v, want two failed runs and no mean", sum)
	}
}

// TestParallelRuns checks the number of runs that train at the same time. It is limited by the
// cores, by the number of runs, and by the memory for replay buffers of 24,000 bytes each.
func TestParallelRuns(t *testing.T) {
	const sac text = "env: {id: Pendulum-v1}\nsteps: 10\nagent: {name: sac, buffer_size: 1000}\n"
	for _, c := range []struct {
		source       text
		seeds, cores int
		memory       int64
		want         int
	}{
		{quick, 8, 4, 1 << 62, 4}, {quick, 3, 4, 1 << 62, 3}, {quick, 8, 4, 1000, 4},
		{sac, 8, 4, 1 << 62, 4}, {sac, 8, 4, 60_000, 2}, {sac, 8, 4, 1000, 1},
	} {
		s, err := New(c.source, catalog(), nil, nil, c.seeds, "", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if got := s.parallelRuns(c.cores, c.memory); got != c.want {
			t.Errorf("parallelRuns(%d, %d) of %d seeds of %q = %d, want %d", c.cores, c.memory, c.seeds, c.source, got, c.want)
		}
	}
}

// TestCreateFails checks that Create writes nothing if an agent refuses its settings.
func TestCreateFails(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "runs")
	s, err := New(quick, catalog(), nil, []string{"agent.batch_size=[8, 0]"}, 1, dir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Create(); err == nil || !strings.Contains(err.Error(), "batch_size") {
		t.Errorf("Create = %v, want an error that names batch_size", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a failing Create left %s: %v", dir, err)
	}
}
