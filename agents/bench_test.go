package agents_test

import (
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
)

// benchmarkLearn measures whole iterations of a warm agent.
func benchmarkLearn(b *testing.B, a agents.Agent) {
	r := agents.Must(a.Learn(20_000))
	first := r.Steps
	b.ReportAllocs()
	for b.Loop() {
		r = agents.Must(a.Learn(r.Steps + 1))
	}
	b.ReportMetric(float64(r.Steps-first)/b.Elapsed().Seconds(), "steps/s")
}

// BenchmarkPPOLearn measures PPO with default settings on CartPole.
func BenchmarkPPOLearn(b *testing.B) {
	benchmarkLearn(b, agents.Must(agents.NewPPO(env.Each(classic.NewCartPole), agents.DefaultPPO())))
}
