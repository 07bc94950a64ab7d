package acting_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/memory"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/scenarios/internal/hub/acting"
)

// An experiment is a PPO whose rollouts workers play.
type experiment struct {
	mk env.Maker
	c  agents.PPOConfig
}

// experiments returns a PPO with normalisers, and one with memory.
func experiments() map[string]experiment {
	c := agents.DefaultPPO()
	c.Seed, c.NEnvs, c.NSteps, c.BatchSize, c.NEpochs, c.Network.NetArch = 3, 8, 8, 32, 2, policy.Layers(8)
	c.Steps = 10 * c.NEnvs * c.NSteps
	normalised, recurrent := c, c
	normalised.Normalize.Obs, normalised.Normalize.Reward = true, true
	recurrent.Network.Layers = policy.OneList(policy.LayerList{Layers: nn.Layers{{Kind: "gru", Size: 4}}})
	return map[string]experiment{
		"normalised": {env.Each(classic.NewPendulum), normalised},
		"recurrent":  {env.Each(func() env.Env { return hidden{memory.NewRepeatPrevious()} }), recurrent},
	}
}

// hidden is an environment without its State, so that its actions are replayed.
type hidden struct{ env.Env }

// learn trains a PPO to its end and returns its state. Workers play the rollouts, if l is not nil.
func (e experiment) learn(t *testing.T, l *acting.Learner) []byte {
	t.Helper()
	p, err := agents.NewPPO(e.mk, e.c)
	if err == nil && l != nil {
		err = agents.Spread(p, l)
	}
	if err == nil {
		_, err = p.Learn(e.c.Steps)
	}
	var b bytes.Buffer
	if err == nil {
		err = state.Save(&b, p)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// work starts n workers of a run until the end of the test.
func (e experiment) work(t testing.TB, connect func() *nats.Conn, run string, n int) {
	ctx, cancel := context.WithCancel(t.Context())
	var working sync.WaitGroup
	for i := range n {
		c, conn := e.c, connect()
		a, err := agents.NewActor(e.mk, &c)
		if err != nil {
			t.Fatal(err)
		}
		working.Go(func() {
			if err := acting.Act(ctx, conn, run, fmt.Sprintf("worker-%d", i), a); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(func() {
		cancel()
		working.Wait()
	})
}

// TestWorkers checks that a PPO learns the same bytes whatever the number of workers.
func TestWorkers(t *testing.T) {
	connect := acting.Serve(t)
	for name, e := range experiments() {
		want := e.learn(t, nil)
		for _, workers := range []int{1, 2, 4, 8} {
			t.Run(fmt.Sprintf("%s, %d", name, workers), func(t *testing.T) {
				run := fmt.Sprintf("%s-%d", name, workers)
				l, err := acting.NewLearner(connect(), acting.Announcement{Run: run}, nil, 10*time.Second, func(text string) { t.Log(text) })
				if err != nil {
					t.Fatal(err)
				}
				defer l.Close()
				e.work(t, connect, run, workers)
				if !bytes.Equal(e.learn(t, l), want) || l.Counts().Rollouts != 10 || l.Counts().Bad > 0 {
					t.Errorf("%+v, and other bytes than alone, want 10 rollouts and the same bytes", l.Counts())
				}
			})
		}
	}
}

// TestLost checks that a PPO learns the same bytes if one message in ten gets lost: weights, requests and
// results.
func TestLost(t *testing.T) {
	connect := acting.Serve(t)
	e := experiments()["normalised"]
	want := e.learn(t, nil)
	relay, rng, lost := connect(), rand.New(rand.NewPCG(1, 1)), 0
	var mu sync.Mutex
	forward := func(from, to string) {
		_, err := relay.Subscribe(from, func(m *nats.Msg) {
			mu.Lock()
			defer mu.Unlock()
			if rng.IntN(10) == 0 {
				lost++
				return
			}
			relay.PublishMsg(&nats.Msg{Subject: to, Reply: m.Reply, Data: m.Data})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	forward("rl.collect.far", "rl.collect.near")
	forward("rl.weights.near", "rl.weights.far")
	if err := relay.Flush(); err != nil {
		t.Fatal(err)
	}
	l, err := acting.NewLearner(connect(), acting.Announcement{Run: "near"}, nil, 10*time.Second, func(text string) { t.Log(text) })
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	e.work(t, connect, "far", 3)
	if !bytes.Equal(e.learn(t, l), want) {
		t.Error("other bytes than alone, want the same")
	}
	mu.Lock()
	defer mu.Unlock()
	if lost == 0 || l.Counts().Again == 0 {
		t.Errorf("%d messages were lost, %+v; want some, and parts that were given again", lost, l.Counts())
	}
}
