package envtest

import (
	"math/rand/v2"
	"slices"

	"github.com/rlrun/rlrun/env"
)

// checkUpdater checks that Update and Restart of an Updater give the results of Step and Reset, and that
// they return the indices of all that they change.
func (p *checker) checkUpdater(u env.Updater) {
	const steps = 200
	row := make([]float32, len(p.episode.Obs))
	type result struct {
		out env.Outcome
		obs []float32
	}
	playAll := func(reset func(seed uint64), step func() env.Outcome) (all []result) {
		rng, seed := rand.New(rand.NewPCG(1, 1)), uint64(1)
		reset(seed)
		for length := 1; len(all) < steps; length++ {
			p.spec.Act.Sample(rng, p.act)
			out := step()
			all = append(all, result{out, slices.Clone(row)})
			if out.Done() || length == p.longest {
				seed, length = seed+1, 0
				reset(seed)
				all = append(all, result{obs: slices.Clone(row)})
			}
		}
		return all
	}
	want := playAll(func(seed uint64) { u.Reset(seed, row) }, func() env.Outcome { return u.Step(p.act, row) })
	before := make([]float32, len(row))
	check := func(method string, changed []int32) {
		for _, k := range changed {
			before[k] = row[k]
		}
		if !slices.Equal(before, row) {
			p.reportAndStop("%s changes elements of the observation whose indices it does not return", method)
		}
	}
	got := playAll(func(seed uint64) {
		copy(before, row)
		check("Restart", u.Restart(seed, row))
	}, func() env.Outcome {
		copy(before, row)
		out, changed := u.Update(p.act, row)
		check("Update", changed)
		return out
	})
	for i := range want {
		if got[i].out != want[i].out || !slices.Equal(got[i].obs, want[i].obs) {
			p.reportAndStop("Update and Restart give other results than Step and Reset")
		}
	}
}
