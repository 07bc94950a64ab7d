package multibody

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/internal/golden"
)

// tasks are Gymnasium's tasks, with their files in testdata/mjcf/gymnasium.
var tasks = []struct{ name, xml string }{
	{"InvertedPendulum-v5", "inverted_pendulum"}, {"InvertedDoublePendulum-v5", "inverted_double_pendulum"},
	{"Reacher-v5", "reacher"}, {"Swimmer-v5", "swimmer"}, {"Hopper-v5", "hopper"},
	{"HalfCheetah-v5", "half_cheetah"}, {"Walker2d-v5", "walker2d_v5"}, {"Ant-v5", "ant"},
	{"Humanoid-v5", "humanoid"}, {"HumanoidStandup-v5", "humanoidstandup"}, {"Pusher-v5", "pusher_v5"},
}

// load returns the model of a Gymnasium task.
func load(t testing.TB, xml string) *Model {
	t.Helper()
	return loadFile(t, "gymnasium/"+xml+".xml")
}

// loadFile returns the model of a file in testdata/mjcf.
func loadFile(t testing.TB, name string) *Model {
	t.Helper()
	b, err := LoadMJCF(os.DirFS("testdata/mjcf"), name)
	if err != nil {
		t.Fatal(err)
	}
	m, err := b.Build()
	if err != nil {
		t.Fatal(name, err)
	}
	return m
}

// worst returns the largest |a-b| / max(1, |b|).
func worst(a, b []float64) (w float64) {
	for i := range a {
		w = max(w, math.Abs(a[i]-b[i])/max(1, math.Abs(b[i])))
		if math.IsNaN(a[i]) {
			return math.Inf(1)
		}
	}
	return w
}

// An episode is a recorded episode of MuJoCo; see testdata/README.md.
type episode struct {
	Env  string
	Init struct {
		Qpos, Qvel []float64
		Warm       []float64 `json:"qacc_warmstart"`
	} `json:"init_state"`
	Actions [][]float64
	States  [][]float64 // after each action: positions, velocities
	Warm    [][]float64 // after each action: where the solver starts
	Ncon    []int       // contacts after each action
	Skip    int         `json:"frame_skip"`
	Slack   []float64   `json:"solver_slack"` // what MuJoCo's early stop changes in a state
}

// lines decodes each line of a gzipped file of JSON records.
func lines[T any](t testing.TB, name string) (all []T) {
	t.Helper()
	s := bufio.NewScanner(golden.Open(t, "testdata/"+name))
	s.Buffer(nil, 1<<26)
	for s.Scan() {
		var x T
		if err := json.Unmarshal(s.Bytes(), &x); err != nil {
			t.Fatal(name, err)
		}
		all = append(all, x)
	}
	if s.Err() != nil || len(all) == 0 {
		t.Fatalf("%s has %d records, %v, want some", name, len(all), s.Err())
	}
	return all
}

// start returns a Data in the initial state of an episode.
func (e *episode) start(m *Model) *Data {
	d := m.NewData()
	copy(d.Qpos, e.Init.Qpos)
	copy(d.Qvel, e.Init.Qvel)
	copy(d.Warmstart, e.Init.Warm)
	return d
}

// slack returns the difference that MuJoCo's early stop explains in step i.
func (e *episode) slack(i int) float64 {
	if i < len(e.Slack) {
		return 3 * e.Slack[i]
	}
	return 0
}

// TestGoldenSteps replays every recorded environment step of MuJoCo 4.0.0 from its recorded state.
// Pusher's arm touches a cylinder, whose contacts MuJoCo finds to 1e-6 only.
func TestGoldenSteps(t *testing.T) {
	for _, k := range tasks {
		m := load(t, k.xml)
		for n, e := range lines[episode](t, k.name+".jsonl.gz") {
			d := e.start(m)
			for i, action := range e.Actions {
				if i > 0 {
					copy(d.Qpos, e.States[i-1][:m.NQ])
					copy(d.Qvel, e.States[i-1][m.NQ:])
					copy(d.Warmstart, e.Warm[i-1])
				}
				copy(d.Ctrl, action)
				touching := false
				for range e.Skip {
					if err := d.Step(); err != nil {
						t.Fatal(err)
					}
					touching = touching || k.name == "Pusher-v5" && len(d.Contacts) > 1
				}
				limit := 1e-11
				if touching {
					limit = 5e-3
				}
				w := max(worst(d.Qpos, e.States[i][:m.NQ]), worst(d.Qvel, e.States[i][m.NQ:]))
				if w > limit+e.slack(i) || len(d.Contacts) != e.Ncon[i] {
					t.Errorf("%s, episode %d, step %d: the state differs by %.1e with %d contacts, want %.1e at most and %d",
						k.name, n, i, w, len(d.Contacts), limit+e.slack(i), e.Ncon[i])
				}
			}
		}
	}
}

// TestGoldenEpisodes plays recorded episodes from their initial states: 20 steps up to the first
// early stop of MuJoCo's solver, and whole episodes of the tasks whose motion is not chaotic.
func TestGoldenEpisodes(t *testing.T) {
	whole := []string{"InvertedPendulum-v5", "InvertedDoublePendulum-v5", "Reacher-v5", "Swimmer-v5"}
	for _, k := range tasks {
		m := load(t, k.xml)
		for n, e := range lines[episode](t, k.name+".jsonl.gz") {
			steps, limit := min(20, len(e.Actions)), 1e-9
			if slices.Contains(whole, k.name) {
				steps, limit = len(e.Actions), 1e-11
			}
			d := e.start(m)
			d.Forward()
			if !slices.Equal(d.Qpos, e.Init.Qpos) {
				t.Errorf("%s: Forward changes the positions", k.name)
			}
			copy(d.Warmstart, e.Init.Warm)
			for i, action := range e.Actions[:steps] {
				if e.slack(i) > 0 || k.name == "Pusher-v5" && e.Ncon[i] > 1 {
					break
				}
				copy(d.Ctrl, action)
				for range e.Skip {
					if err := d.Step(); err != nil {
						t.Fatal(err)
					}
				}
				if w := max(worst(d.Qpos, e.States[i][:m.NQ]), worst(d.Qvel, e.States[i][m.NQ:])); w > limit {
					t.Errorf("%s, episode %d: after %d steps the state differs by %.1e, want %.1e at most", k.name, n, i+1, w, limit)
					break
				}
			}
		}
	}
}

// BenchmarkStep plays the recorded actions of each task.
func BenchmarkStep(b *testing.B) {
	all := lines[episode](b, "bench.jsonl.gz")
	for _, k := range tasks {
		b.Run(k.name, func(b *testing.B) {
			m := load(b, k.xml)
			d, n := m.NewData(), 0
			b.ReportAllocs()
			for b.Loop() {
				for i := range all {
					e := &all[i]
					if e.Env != k.name {
						continue
					}
					d.Reset()
					copy(d.Qpos, e.Init.Qpos)
					copy(d.Qvel, e.Init.Qvel)
					copy(d.Warmstart, e.Init.Warm)
					for _, action := range e.Actions {
						copy(d.Ctrl, action)
						for range e.Skip {
							if err := d.Step(); err != nil {
								b.Fatal(err)
							}
							n++
						}
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/mjstep")
		})
	}
}
