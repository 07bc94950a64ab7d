package envtest

import (
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// checkHeuristic plays an episode with the heuristic of the environment. It checks that its actions are
// in the action space, depend on the observation and the memory alone, and leave the observation as it is,
// and that Act allocates nothing.
func (p *checker) checkHeuristic(d env.Demonstrator) {
	h := d.Heuristic()
	if h == nil || h.Memory() < 0 {
		p.reportAndStop("Heuristic() = %v, want a heuristic with a memory of 0 floats or more", h)
	}
	p.reset(1)
	memory := make([]float32, h.Memory())
	for p.episode.Running() && p.episode.Steps < p.longest {
		obs, before, again := slices.Clone(p.episode.Obs), slices.Clone(memory), slices.Clone(p.act)
		d.Heuristic().Act(p.episode.Obs, before, again)
		h.Act(p.episode.Obs, memory, p.act)
		switch {
		case !slices.Equal(p.episode.Obs, obs):
			p.reportAndStop("step %d: the heuristic changes the observation", p.episode.Steps)
		case !p.spec.Act.Contains(p.act):
			p.reportAndStop("step %d: the heuristic's action is %v, outside Spec().Act", p.episode.Steps, p.act)
		case !slices.Equal(again, p.act) || !slices.Equal(before, memory):
			p.reportAndStop("step %d: two heuristics with the same observation and memory have the actions %v and %v", p.episode.Steps, again, p.act)
		}
		p.stopOnError(p.episode.Step(p.act))
	}
	if n := testing.AllocsPerRun(100, func() { h.Act(p.episode.Obs, memory, p.act) }); n > 0 {
		p.report("the heuristic's Act allocates %v times, want 0", n)
	}
}
