package acting_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/replay"
	"github.com/rlrun/rlrun/scenarios/internal/hub/acting"
)

// BenchmarkRollout measures rollouts of 8 parts that nobody plays, with 4 workers: the time that the hub adds to
// an iteration. The metrics are the median and the 99th percentile.
func BenchmarkRollout(b *testing.B) {
	for _, c := range []struct{ weights, result int }{{40 << 10, 100}, {40 << 10, 50_000}, {1 << 20, 50_000}, {40 << 10, 200_000}, {40 << 10, 900_000}} {
		b.Run(fmt.Sprintf("weights=%d/result=%d", c.weights, c.result), func(b *testing.B) {
			connect := acting.Serve(b)
			for b.Loop() {
				load := acting.Load{Workers: 4, Parts: 8, Weights: c.weights, State: 400, Result: c.result, Rollouts: 300}
				times, err := acting.Measure(b.Context(), func() (*nats.Conn, error) { return connect(), nil }, load)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(times[len(times)/2].Seconds()*1000, "p50-ms")
				b.ReportMetric(times[len(times)*99/100].Seconds()*1000, "p99-ms")
			}
		})
	}
}

// A player plays nothing, and sends the same steps again and again.
type player struct{ steps []byte }

func (player) WeightsSize() int                                    { return 40 << 10 }
func (player) SetWeights([]byte) error                             { return nil }
func (p player) Play(context.Context, int, []byte) ([]byte, error) { return p.steps, nil }

// BenchmarkRows measures how many steps a second go through the hub from 4 workers into a rollout, decoded and
// checked, with rows as large as those of CartPole and HalfCheetah.
func BenchmarkRows(b *testing.B) {
	halfCheetah := env.Spec{ID: "rows", Obs: env.NewBox(-1, 1, 17), Act: env.NewBox(-1, 1, 6)}
	for name, spec := range map[string]env.Spec{"CartPole": classic.NewCartPole().Spec(), "HalfCheetah": halfCheetah} {
		for _, size := range []int{50_000, 900_000} {
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				const parts = 8
				row := 4*(spec.Obs.Size()+spec.Act.Size()+2) + 1
				steps := size / row
				connect := acting.Serve(b)
				roll := replay.NewRollout(spec, steps, parts, false)
				roll.Divide(1, 1, 1, 1, 1, 1, 1, 1)
				p := player{filled(spec, steps).Part(0).Append(nil)}
				l, err := acting.NewLearner(connect(), acting.Announcement{Run: "rows"}, nil, time.Minute, func(string) {})
				if err != nil {
					b.Fatal(err)
				}
				defer l.Close()
				ctx, cancel := context.WithCancel(b.Context())
				defer cancel()
				for i := range 4 {
					go acting.Act(ctx, connect(), "rows", fmt.Sprintf("worker-%d", i), p)
				}
				weights, states := make([]byte, 40<<10), make([][]byte, parts)
				for b.Loop() {
					if !l.Collect(weights, states, func(i int, result []byte) error {
						_, err := roll.Part(i).Decode(result)
						return err
					}) {
						b.Fatal("no worker plays")
					}
				}
				b.ReportMetric(float64(b.N*parts*steps)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}

// filled returns a full rollout of one environment.
func filled(spec env.Spec, steps int) *replay.Rollout {
	r := replay.NewRollout(spec, steps, 1, false)
	res := env.NewResult(1, spec.Obs.Size())
	r.Begin(res.Obs, nil, res.First)
	for range steps {
		r.Add(make([]float32, spec.Act.Size()), make([]float32, 1), res)
	}
	return r
}

// A slow environment waits in each step.
type slow struct {
	*classic.CartPole
	owed *time.Duration // wait that is missing
}

func (s slow) Step(act, obs []float32) env.Outcome {
	if *s.owed += time.Millisecond; *s.owed > 0 {
		from := time.Now()
		time.Sleep(*s.owed)
		*s.owed -= time.Since(from) // a wait is longer than asked for
	}
	return s.CartPole.Step(act, obs)
}

func (s slow) State(st *state.State) { s.CartPole.State(st) }

// BenchmarkWorkers measures PPO on CartPole whose steps wait for a millisecond, 8 environments × 128 steps, with
// 1, 2, 4 and 8 workers.
func BenchmarkWorkers(b *testing.B) {
	c := agents.DefaultPPO()
	c.Seed, c.Steps, c.NEnvs, c.NSteps, c.BatchSize, c.NEpochs = 1, 1<<30, 8, 128, 256, 6
	c.LearningRate = optim.Constant(0.0025)
	e := experiment{env.Each(func() slow { return slow{classic.NewCartPole(), new(time.Duration)} }), c}
	for _, workers := range []int{1, 2, 4, 8} {
		b.Run(fmt.Sprint(workers), func(b *testing.B) {
			connect, run := acting.Serve(b), fmt.Sprintf("slow-%d", workers)
			l, err := acting.NewLearner(connect(), acting.Announcement{Run: run}, nil, time.Minute, func(string) {})
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			e.work(b, connect, run, workers)
			p, err := agents.NewPPO(e.mk, e.c)
			if err == nil {
				err = agents.Spread(p, l)
			}
			if err == nil {
				_, err = p.Learn(1) // warms up, with all workers from here on
			}
			if err != nil {
				b.Fatal(err)
			}
			var r agents.Report
			for b.Loop() {
				if r, err = p.Learn(r.Steps + 2048); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(r.Steps-1024)/b.Elapsed().Seconds(), "steps/s")
		})
	}
}
