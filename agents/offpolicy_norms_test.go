package agents

import (
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
)

// buffers returns the numbers of networks that are not learned: batch norm's averages.
func buffers(nets ...nn.Network) (all []float32) {
	for _, n := range nets {
		_, buffers := n.Tensors()
		for _, b := range buffers {
			all = append(all, b.Value...)
		}
	}
	return all
}

// smallSteps has settings for some updates with batch norm.
func smallSteps(r *Replay, k *policy.NetworkConfig) {
	r.LearningStarts, r.BufferSize, r.BatchSize, r.LearningRate = 64, 1000, 16, optim.Constant(1e-3)
	k.NetArch, k.Norm = policy.Layers(8), "batch"
}

// TestTargetsFollowAverages: the running averages of batch norm in target networks are
// those of the networks that they follow, in DQN, DDPG, TD3 and SAC.
func TestTargetsFollowAverages(t *testing.T) {
	numbers := env.Each(func() blank { return blank{env.NewBox(-9, 9, 3), env.NewBox(-1, 1, 2)} })
	choices := env.Each(func() blank { return blank{env.NewBox(-9, 9, 3), env.Discrete{N: 2}} })
	check := func(name string, target, source []nn.Network) {
		got, want := buffers(target...), buffers(source...)
		if len(got) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s: averages %v of the targets, want %v", name, got, want)
		}
		if fresh := slices.Repeat([]float32{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1}, len(got)/16); slices.Equal(got, fresh) {
			t.Errorf("%s: averages are those of the start", name)
		}
	}
	{
		c := DefaultDQN()
		smallSteps(&c.Replay, &c.Network)
		c.TargetUpdateInterval = 1
		a := Must(NewDQN(choices, c))
		Must(a.Learn(200))
		a.stepped(nil)
		check("DQN", []nn.Network{a.target.Net}, []nn.Network{a.q.Net})
	}
	{
		c := DefaultDDPG()
		smallSteps(&c.Replay, &c.Network)
		a := Must(NewDDPG(numbers, c))
		Must(a.Learn(200))
		check("DDPG's actor", []nn.Network{a.actorTarget.Mu}, []nn.Network{a.actor.Mu})
		check("DDPG's critic", a.critics.target.Q, a.critics.now.Q)
	}
	{
		c := DefaultTD3()
		smallSteps(&c.Replay, &c.Network)
		a := Must(NewTD3(numbers, c))
		Must(a.Learn(200))
		a.follow(c.Tau)
		check("TD3's actor", []nn.Network{a.actorTarget.Mu}, []nn.Network{a.actor.Mu})
		check("TD3's critics", a.critics.target.Q, a.critics.now.Q)
	}
	{
		c := DefaultSAC()
		smallSteps(&c.Replay, &c.Network)
		a := Must(NewSAC(numbers, c))
		Must(a.Learn(200))
		check("SAC's critics", a.critics.target.Q, a.critics.now.Q)
	}
}

// TestActorLeavesAverages: a step of the actor does not move the running averages of the
// critics, which a step of theirs does.
func TestActorLeavesAverages(t *testing.T) {
	numbers := env.Each(func() blank { return blank{env.NewBox(-9, 9, 3), env.NewBox(-1, 1, 2)} })
	c := DefaultTD3()
	smallSteps(&c.Replay, &c.Network)
	a := Must(NewTD3(numbers, c))
	Must(a.Learn(200))
	b := a.memory.sample(a.rng)
	before := buffers(a.critics.now.Q...)
	a.learnActor(b.Obs)
	if got := buffers(a.critics.now.Q...); !slices.Equal(got, before) {
		t.Errorf("the actor's step moves the critics' averages from %v to %v", before, got)
	}
	a.critics.learn(b, a.y)
	if slices.Equal(buffers(a.critics.now.Q...), before) {
		t.Error("the critics' step leaves their averages")
	}

	s := DefaultSAC()
	smallSteps(&s.Replay, &s.Network)
	soft := Must(NewSAC(numbers, s))
	Must(soft.Learn(200))
	b = soft.memory.sample(soft.rng)
	before = buffers(soft.critics.now.Q...)
	soft.actor.Tape.Reset()
	act, logp := soft.actor.Draw(b.Obs, soft.epsilon[:len(soft.epsilon)/2])
	soft.learnActor(b.Obs, act, logp, 0.1)
	if got := buffers(soft.critics.now.Q...); !slices.Equal(got, before) {
		t.Errorf("SAC's actor moves the critics' averages from %v to %v", before, got)
	}
}
