package agents_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/policy"
)

// BenchmarkCheckpoint measures the pause of training for a checkpoint when the replay buffer has a
// million transitions. The name of the benchmark is the number of transitions since the last
// checkpoint. ms/first is the pause of the first checkpoint, which writes the whole buffer.
func BenchmarkCheckpoint(b *testing.B) {
	for _, fresh := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(fresh), func(b *testing.B) {
			c := agents.DefaultDDPG()
			c.NEnvs, c.BufferSize, c.LearningStarts, c.Network.NetArch = 1, 1_000_000, math.MaxInt32, policy.Layers(64, 64)
			a := agents.Must(agents.NewDDPG(env.Each(classic.NewPendulum), c))
			steps := agents.Must(a.Learn(1_000_000)).Steps
			at := agents.NewCheckpoint(b.TempDir())
			var longest time.Duration
			save := func() {
				start := time.Now()
				if err := at.Save(a); err != nil {
					b.Fatal(err)
				}
				longest = max(longest, time.Since(start))
			}
			save()
			first := longest
			longest = 0
			for b.Loop() {
				b.StopTimer()
				steps = agents.Must(a.Learn(steps + fresh)).Steps
				b.StartTimer()
				save()
			}
			b.ReportMetric(float64(first.Microseconds())/1000, "ms/first")
			b.ReportMetric(float64(longest.Microseconds())/1000, "ms/longest")
		})
	}
}
