package agents

import (
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
)

// runningAverages returns the running averages of batch norm in the networks.
func runningAverages(nets ...nn.Network) (all []float32) {
	for _, n := range nets {
		_, buffers := n.Tensors()
		for _, b := range buffers {
			all = append(all, b.Value...)
		}
	}
	return all
}

// useSmallBatchNorm sets a small network with batch norm, and a small replay buffer.
func useSmallBatchNorm(r *Replay, k *policy.NetworkConfig) {
	r.LearningStarts, r.BufferSize, r.BatchSize, r.LearningRate = 64, 1000, 16, optim.Constant(1e-3)
	k.NetArch, k.Norm = policy.Layers(8), "batch"
}

// TestTargetAverages checks that the target networks of DQN, DDPG, TD3 and SAC have the same
// running averages of batch norm as their online networks.
func TestTargetAverages(t *testing.T) {
	numbers := env.Each(func() spacesOnly { return spacesOnly{env.NewBox(-9, 9, 3), env.NewBox(-1, 1, 2)} })
	choices := env.Each(func() spacesOnly { return spacesOnly{env.NewBox(-9, 9, 3), env.Discrete{N: 2}} })
	check := func(name string, target, online []nn.Network) {
		got, want := runningAverages(target...), runningAverages(online...)
		if len(got) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s: the target networks have the averages %v, want %v", name, got, want)
		}
		if initial := slices.Repeat([]float32{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1}, len(got)/16); slices.Equal(got, initial) {
			t.Errorf("%s: the averages have not changed since the start", name)
		}
	}
	{
		c := DefaultDQN()
		useSmallBatchNorm(&c.Replay, &c.Network)
		c.TargetUpdateInterval = 1
		a := Must(NewDQN(choices, c))
		Must(a.Learn(200))
		a.afterStep(nil)
		check("DQN", []nn.Network{a.target.Net}, []nn.Network{a.q.Net})
	}
	{
		c := DefaultDDPG()
		useSmallBatchNorm(&c.Replay, &c.Network)
		a := Must(NewDDPG(numbers, c))
		Must(a.Learn(200))
		check("DDPG's actor", []nn.Network{a.actorTarget.Mu}, []nn.Network{a.actor.Mu})
		check("DDPG's critic", a.critics.target.Q, a.critics.online.Q)
	}
	{
		c := DefaultTD3()
		useSmallBatchNorm(&c.Replay, &c.Network)
		a := Must(NewTD3(numbers, c))
		Must(a.Learn(200))
		a.updateTargets(c.Tau)
		check("TD3's actor", []nn.Network{a.actorTarget.Mu}, []nn.Network{a.actor.Mu})
		check("TD3's critics", a.critics.target.Q, a.critics.online.Q)
	}
	{
		c := DefaultSAC()
		useSmallBatchNorm(&c.Replay, &c.Network)
		a := Must(NewSAC(numbers, c))
		Must(a.Learn(200))
		check("SAC's critics", a.critics.target.Q, a.critics.online.Q)
	}
}

// TestActorStepKeepsAverages checks that an actor's gradient step does not change the running
// averages of the critics, and that a critics' gradient step does.
func TestActorStepKeepsAverages(t *testing.T) {
	numbers := env.Each(func() spacesOnly { return spacesOnly{env.NewBox(-9, 9, 3), env.NewBox(-1, 1, 2)} })
	c := DefaultTD3()
	useSmallBatchNorm(&c.Replay, &c.Network)
	a := Must(NewTD3(numbers, c))
	Must(a.Learn(200))
	b := a.experience.sample(a.rng)
	before := runningAverages(a.critics.online.Q...)
	a.updateActor(b.Obs)
	if got := runningAverages(a.critics.online.Q...); !slices.Equal(got, before) {
		t.Errorf("the actor's step changes the critics' averages from %v to %v", before, got)
	}
	a.critics.update(b, a.y)
	if slices.Equal(runningAverages(a.critics.online.Q...), before) {
		t.Error("the critics' step does not change their averages")
	}

	s := DefaultSAC()
	useSmallBatchNorm(&s.Replay, &s.Network)
	sac := Must(NewSAC(numbers, s))
	Must(sac.Learn(200))
	b = sac.experience.sample(sac.rng)
	before = runningAverages(sac.critics.online.Q...)
	sac.actor.Tape.Reset()
	act, logp := sac.actor.Draw(policy.Batch{Obs: b.Obs}, sac.epsilon[:len(sac.epsilon)/2])
	sac.updateActor(b.Obs, act, logp, 0.1)
	if got := runningAverages(sac.critics.online.Q...); !slices.Equal(got, before) {
		t.Errorf("SAC's actor step changes the critics' averages from %v to %v", before, got)
	}
}
