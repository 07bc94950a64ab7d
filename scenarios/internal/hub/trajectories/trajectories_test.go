package trajectories_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/scenarios/internal/hub/acting"
	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
	"github.com/rlrun/rlrun/scenarios/internal/hub/server"
	"github.com/rlrun/rlrun/scenarios/internal/hub/trajectories"
)

// connect starts a hub and returns a function that connects to it.
func connect(t testing.TB) func() *link.Link {
	t.Helper()
	h, err := server.Start(server.Options{Listen: "127.0.0.1:-1", Store: t.TempDir(), MaxStore: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Stop() })
	return func() *link.Link {
		l, err := link.Dial(context.Background(), link.Access{URL: h.URL()}, t.Name())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(l.Close)
		return l
	}
}

// settings returns settings of IMPALA with the given depth of the queue.
func settings(depth int) agents.IMPALAConfig {
	c := agents.DefaultIMPALA()
	c.Actors, c.NEnvs, c.NSteps, c.BatchSize, c.QueueDepth, c.MaxLag = 2, 2, 16, 2, depth, 50
	c.LearningRate, c.Network.NetArch = optim.Constant(3e-3), policy.Layers(32)
	return c
}

// A mortal is a Player that dies after some trajectories.
type mortal struct {
	*agents.Player
	left int // trajectories until it dies; below 0: it lives
}

var errDead = errors.New("killed")

func (m *mortal) Play() ([]byte, error) {
	data, err := m.Player.Play()
	if m.left--; m.left == 0 {
		return nil, errDead // between playing and sending
	}
	return data, err
}

// work plays trajectories of a run until ctx ends. If kills is not nil, players die at random, and
// others come in their place.
func work(ctx context.Context, t testing.TB, l *link.Link, run string, mk env.Maker, c agents.IMPALAConfig, kills *rand.Rand) {
	for ctx.Err() == nil {
		try, cancel := l.Request(ctx)
		id, _, err := trajectories.Join(try, l, run)
		if cancel(); err != nil {
			continue
		}
		k := c
		p, err := agents.NewPlayer(&k, id, func() (agents.Agent, error) { return agents.NewIMPALA(mk, k) })
		if err != nil {
			t.Error(err)
			return
		}
		m := &mortal{p, -1}
		if kills != nil {
			m.left = 1 + kills.IntN(30)
		}
		if err := trajectories.Act(ctx, l, run, m); err != nil && !errors.Is(err, errDead) {
			t.Error(err)
			return
		}
		p.Close()
	}
}

// A result is a trained IMPALA, what it has learned from, its metrics at the end, and its speed after the
// first iteration.
type result struct {
	agent   *agents.IMPALA
	learned []agents.Learned
	metrics map[string]float64
	speed   float64 // [steps/s]
}

// learn trains an IMPALA whose trajectories n workers play.
func learn(t testing.TB, run string, mk env.Maker, c agents.IMPALAConfig, n int, kill bool) (all result) {
	t.Helper()
	dial := connect(t)
	l, err := trajectories.NewLearner(t.Context(), dial(), acting.Announcement{Run: run}, nil, c.Actors, c.QueueDepth, func(text string) { t.Log(text) })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var working sync.WaitGroup
	for i := range n {
		var kills *rand.Rand
		if kill {
			kills = rand.New(rand.NewPCG(uint64(i), 7))
		}
		conn := dial()
		working.Go(func() { work(ctx, t, conn, run, mk, c, kills) })
	}
	a := agents.Must(agents.NewIMPALA(mk, c))
	if err := agents.TakeFrom(a, l); err != nil {
		t.Fatal(err)
	}
	r, err := a.Learn(1)
	first, start := r.Steps, time.Now()
	all.learned = append(all.learned, a.Learned()...)
	for r.Steps < c.Steps && err == nil {
		r, err = a.Learn(r.Steps + 1)
		all.learned = append(all.learned, a.Learned()...)
	}
	all.agent, all.speed = a, float64(r.Steps-first)/time.Since(start).Seconds()
	cancel()
	working.Wait()
	if err = errors.Join(err, l.Close()); err != nil {
		t.Fatal(err)
	}
	all.metrics = map[string]float64{}
	for _, m := range r.Losses {
		all.metrics[m.Name] = m.Value
	}
	return all
}

// TestKilled checks that a run ends and learns although its workers die at random, each after at most
// thirty trajectories, and that no trajectory is learned from twice.
func TestKilled(t *testing.T) {
	c := settings(4)
	c.Steps = 24_000
	if testing.Short() {
		c.Steps = 4000
	}
	mk := env.Each(classic.NewCartPole)
	r := learn(t, "killed", mk, c, 3, true)
	seen, actors := map[[2]int]bool{}, map[int]bool{}
	for _, l := range r.learned {
		if key := [2]int{l.Actor, l.Number}; seen[key] {
			t.Errorf("%+v was used twice", l)
		} else {
			seen[key], actors[l.Actor] = true, true
		}
	}
	if len(actors) < 4 {
		t.Errorf("trajectories of %d actors, want those of actors that came after others had died; metrics %v", len(actors), r.metrics)
	}
	if testing.Short() {
		return
	}
	s, err := agents.Evaluate(context.Background(), r.agent.Policy(), mk, agents.Evaluation{Episodes: 20, MaxSteps: 500, Seed: 1})
	if err != nil || s.Mean < 60 {
		t.Errorf("mean return %v, want 60, three times that of random actions; error %v", s.Mean, err)
	}
}

// TestSlowLearner checks that actors are refused when the learner is slower than they are, and that
// nothing is lost: the numbers of each actor's trajectories have no gap.
func TestSlowLearner(t *testing.T) {
	c := settings(2)
	c.Steps, c.MaxLag, c.Network.NetArch = 3000, 1000, policy.Layers(256, 256)
	r := learn(t, "slow", env.Each(classic.NewCartPole), c, 4, false)
	next := map[int]int{}
	for _, l := range r.learned {
		if l.Number != next[l.Actor] {
			t.Fatalf("%+v, want trajectory %d of this actor", l, next[l.Actor])
		}
		next[l.Actor]++
	}
	if r.metrics["trajectories_refused"] == 0 || r.metrics["trajectories_dropped"] > 0 {
		t.Errorf("metrics %v, want refusals and nothing dropped", r.metrics)
	}
}

// waiting is CartPole whose steps take a millisecond.
type waiting struct {
	env.Env
	late time.Duration // how much longer than wanted the steps before took
}

func (w *waiting) Step(act, obs []float32) env.Outcome {
	start, want := time.Now(), time.Millisecond-w.late
	<-time.After(want)
	w.late = time.Since(start) - want
	return w.Env.Step(act, obs)
}

// BenchmarkPlayers measures the steps per second with one to eight workers whose environments take a
// millisecond for a step, and the lag.
func BenchmarkPlayers(b *testing.B) {
	for _, n := range []int{1, 2, 4, 8} {
		b.Run(map[int]string{1: "1", 2: "2", 4: "4", 8: "8"}[n], func(b *testing.B) {
			c := settings(16)
			c.NEnvs, c.NSteps, c.BatchSize, c.Steps = 1, 20, 8, 1280+4000*n
			for b.Loop() {
				r := learn(b, "bench", env.Each(func() env.Env { return &waiting{Env: classic.NewCartPole()} }), c, n, false)
				b.ReportMetric(r.speed, "steps/s")
				b.ReportMetric(r.metrics["lag_p99"], "lag-p99")
				b.ReportMetric(r.metrics["lag_max"], "lag-max")
			}
		})
	}
}
