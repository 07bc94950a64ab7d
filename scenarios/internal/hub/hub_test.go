package hub_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/hub"
	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
	"github.com/rlrun/rlrun/scenarios/internal/hub/server"
)

// ppo, sac and gated are scenarios with small iterations. Training of sac uses up its replay buffer
// several times.
const (
	ppo = `
env: {id: CartPole-v1, n_envs: 2}
agent: {name: ppo, n_steps: 16, batch_size: 32, n_epochs: 1, policy_kwargs: {net_arch: [4]}}
steps: 1600
log_interval: 100
eval: {episodes: 3, freq: 400, freq_episodes: 2}
`
	sac = `
env: {id: Pendulum-v1, n_envs: 1}
agent: {name: sac, buffer_size: 150, learning_starts: 50, batch_size: 16, train_freq: 16, policy_kwargs: {net_arch: [4]}}
steps: 800
log_interval: 100
eval: {episodes: 2, freq: 300, freq_episodes: 1}
`
	gated = `
env: {id: acme/Gate-v0, n_envs: 2}
agent: {name: ppo, n_steps: 4, batch_size: 8, n_epochs: 1, policy_kwargs: {net_arch: [4]}}
steps: 400
log_interval: 40
eval: {episodes: 3, max_steps: 20, freq: 0}
`
	// every is the number of steps between two checkpoints.
	every = 40
)

// gate is an environment whose reward is the action. After some steps of all gates, the function wait
// is called once.
type gate struct {
	wait  func()
	steps *atomic.Int32
}

func (*gate) Spec() env.Spec {
	return env.Spec{ID: "acme/Gate-v0", Obs: env.NewBox(0, 9, 1), Act: env.Discrete{N: 2}}
}

func (*gate) Reset(seed uint64, obs []float32) { obs[0] = float32(seed % 10) }

func (g *gate) Step(act, obs []float32) env.Outcome {
	if g.steps.Add(1) == 100 {
		g.wait()
	}
	obs[0] = act[0]
	return env.Outcome{Reward: float64(act[0])}
}

func (*gate) State(*state.State) {}

// plain is a gate whose state cannot be saved. It is restored by its actions.
type plain struct{ g gate }

func (p *plain) Spec() env.Spec {
	spec := p.g.Spec()
	spec.ID = "acme/Plain-v0"
	return spec
}

func (p *plain) Reset(seed uint64, obs []float32)    { p.g.Reset(seed, obs) }
func (p *plain) Step(act, obs []float32) env.Outcome { return p.g.Step(act, obs) }

// catalog returns the environments and agents of the tests. A gate calls the function wait.
func catalog(wait func()) scenario.Catalog {
	envs, steps := env.Registry{}, new(atomic.Int32)
	classic.Register(envs)
	envs["acme/Gate-v0"] = env.Entry(func() *gate { return &gate{wait, steps} })
	envs["acme/Plain-v0"] = env.Entry(func() *plain { return &plain{gate{wait, steps}} })
	return scenario.Builtin(envs)
}

// open is a gate's wait that does not wait.
func open() {}

// version is the version of the tests' programs.
var version = hub.Version{Code: "test", Kernels: "any"}

// serve starts a hub.
func serve(t testing.TB) *server.Hub {
	t.Helper()
	h, err := server.Start(server.Options{Listen: "127.0.0.1:-1", Store: t.TempDir(), MaxStore: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Stop() })
	return h
}

// connect connects to a hub. Its workers are given up after a second.
func connect(ctx context.Context, url string) (*journal.Store, error) {
	l, err := link.Dial(ctx, link.Access{URL: url}, "test")
	if err != nil {
		return nil, err
	}
	s, err := journal.Open(ctx, l)
	if err == nil {
		s.AckWait = time.Second
	}
	return s, err
}

// store connects to a hub until the end of the test.
func store(t testing.TB, url string) *journal.Store {
	t.Helper()
	s, err := connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Link.Close)
	return s
}

// events is a Teller that keeps everything.
type events struct {
	mu      sync.Mutex
	lines   []string
	changed chan struct{} // closed and replaced at each new line
}

func (e *events) Began(j journal.Job, steps int) {
	e.Say(fmt.Sprintf("began %s after %d", j.Name, steps))
}
func (e *events) Ended(j journal.Job, err error) { e.Say(fmt.Sprintf("ended %s: %v", j.Name, err)) }

func (e *events) Say(text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lines = append(e.lines, text)
	close(e.changed)
	e.changed = make(chan struct{})
}

// all returns the lines so far.
func (e *events) all() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.lines)
}

// await waits until there is a line that contains text.
func (e *events) await(t testing.TB, text string) {
	t.Helper()
	late := time.After(time.Minute)
	for {
		e.mu.Lock()
		there, changed := slices.ContainsFunc(e.lines, func(line string) bool { return strings.Contains(line, text) }), e.changed
		e.mu.Unlock()
		if there {
			return
		}
		select {
		case <-changed:
		case <-late:
			t.Fatalf("the worker said %q, want %q", e.all(), text)
		}
	}
}

// A running is a worker that works.
type running struct {
	*hub.Worker
	told *events
	end  func() // tells it to end
	stop func() // tells it to end and waits until it has ended
}

// worker starts a worker.
func worker(t testing.TB, s *journal.Store, c scenario.Catalog, v hub.Version) running {
	t.Helper()
	e := &events{changed: make(chan struct{})}
	w, err := hub.NewWorker(s, c, v, "host.example.org", t.TempDir(), 2, e)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Work(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(<-done, w.Close()); err != nil {
			t.Errorf("Work: %v", err)
		}
	})
	t.Cleanup(stop)
	return running{w, e, cancel, stop}
}

// create creates a run in a new directory.
func create(t testing.TB, text string, seed int) string {
	t.Helper()
	return createWith(t, text, fmt.Sprint("seed=", seed))
}

// createWith creates a run of a changed scenario in a new directory.
func createWith(t testing.TB, text, assignment string) string {
	t.Helper()
	s, err := scenario.Parse("quick.yaml", []byte(text), []scenario.Change{{Assignment: assignment}}, catalog(open))
	if err != nil {
		t.Fatal(err)
	}
	r, err := run.Create(s, filepath.Join(t.TempDir(), "run"))
	if err == nil {
		err = r.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return r.Dir
}

// alone trains a run in this process and returns its directory.
func alone(t testing.TB, text string, seed int) string {
	t.Helper()
	return trained(t, create(t, text, seed))
}

// trained trains the created run in dir in this process and returns dir.
func trained(t testing.TB, dir string) string {
	t.Helper()
	r, err := run.Open(dir, catalog(open))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.Resume(); err != nil {
		t.Fatal(err)
	}
	r.CheckpointEvery = every
	st, err := r.Train(t.Context())
	if err == nil {
		_, err = r.Finish(t.Context(), st)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r.Dir
}

// newHead returns a head.
func newHead(t testing.TB, s *journal.Store) *hub.Head {
	return hub.NewHead(s, catalog(open), version, every, func(text string) { t.Log(text) })
}

// submit submits a run and returns its job.
func submit(t testing.TB, h *hub.Head, dir string) string {
	t.Helper()
	id, err := h.Submit(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// receive receives a run.
func receive(t testing.TB, h *hub.Head, dir, id string) {
	t.Helper()
	res, err := h.Receive(t.Context(), dir, id, func(hub.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	if res.Run != dir {
		t.Errorf("the result names the run %s, want %s", res.Run, dir)
	}
}

// same checks that two finished runs have the same files, except times.
func same(t testing.TB, got, want string) {
	t.Helper()
	for _, dir := range []string{"", "checkpoint"} {
		if g, w := names(t, filepath.Join(got, dir)), names(t, filepath.Join(want, dir)); !slices.Equal(g, w) {
			t.Errorf("files in %q: %q, want %q", dir, g, w)
		}
	}
	for _, name := range []string{"config.yaml", "policy.safetensors", "policy-best.safetensors"} {
		g, err := os.ReadFile(filepath.Join(got, name))
		w, err2 := os.ReadFile(filepath.Join(want, name))
		if !errors.Is(err2, os.ErrNotExist) && (err != nil || err2 != nil || string(g) != string(w)) {
			t.Errorf("%s differs: %v, %v", name, err, err2)
		}
	}
	for _, name := range []string{"episodes.csv", "progress.csv"} {
		if g, w := table(t, filepath.Join(got, name)), table(t, filepath.Join(want, name)); !slices.Equal(g, w) {
			t.Errorf("%s = %.300q, want %.300q", name, g, w)
		}
	}
}

// names returns the names of the files in a directory, without the numbers of the files of records:
// an id of an old file may be used again.
func names(t testing.TB, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		if base, _, ok := strings.Cut(name, "."); ok && filepath.Base(dir) == "checkpoint" {
			name = base
		}
		all = append(all, name)
	}
	return all
}

// table returns the rows of a log without the columns of times.
func table(t testing.TB, name string) (rows []string) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, row := range all {
		var kept []string
		for i, cell := range row {
			if !slices.Contains([]string{"t", "time/fps", "time/time_elapsed"}, all[0][i]) {
				kept = append(kept, cell)
			}
		}
		rows = append(rows, strings.Join(kept, ","))
	}
	return rows
}
