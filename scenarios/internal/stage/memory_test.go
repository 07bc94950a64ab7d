package stage

import (
	"slices"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/pixels"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

// recurrent returns an untrained policy with memory for a CartPole without velocities, and its agent.
func recurrent(t *testing.T) (policy.Policy, agents.Agent) {
	t.Helper()
	c := agents.DefaultPPO()
	c.NSteps, c.BatchSize = 16, 16
	c.Network.Layers = policy.OneList(policy.LayerList{Layers: nn.Layers{{Kind: "lstm", Size: 8}}})
	a, err := agents.NewPPO(env.Each(func() *classic.CartPoleNoVel { return classic.NewCartPoleNoVel() }), c)
	if err != nil {
		t.Fatal(err)
	}
	return a.Policy(), a
}

// forgetful returns a Screen of a policy with memory.
func forgetful(t *testing.T) *Screen {
	p, _ := recurrent(t)
	return screen(t, func(c *Config) { c.Policy, c.Player = p, player(classic.NewCartPoleNoVel(), 500) })
}

// TestMemory checks that the policy remembers each observation once: values and actions are those of
// an Actor, also after steps back and forward, and after another action at an earlier step.
func TestMemory(t *testing.T) {
	s := forgetful(t)
	actor := policy.NewActor(s.policy)
	actor.Begin(false, 0)
	follow := func(step string) {
		t.Helper()
		s.askPolicy() // asking again must not change the memory
		want := slices.Clone(actor.Act(s.Player.Obs, s.Player.Mask))
		if got := s.nextAction(); !slices.Equal(got, want) {
			t.Fatalf("%s: action %v, want %v", step, got, want)
		}
		if !slices.Equal(s.memory.after, actor.Memory()) {
			t.Fatalf("%s: another memory than that of an Actor", step)
		}
	}
	follow("first step")
	for range 5 {
		s.press(".")
		follow("forward")
	}
	for range 3 {
		s.press(",")
	}
	if s.Player.Steps != 2 || s.memory.strip.Len() != 3 {
		t.Fatalf("step %d with %d columns, want step 2 with 3", s.Player.Steps, s.memory.strip.Len())
	}
	actor.Begin(false, 0)
	again := env.Env(classic.NewCartPoleNoVel())
	obs := make([]float32, 4)
	again.Reset(s.Player.Seed, obs)
	for range 2 {
		again.Step(actor.Act(obs, nil), obs)
	}
	follow("back")
	s.press("1")
	follow("another action")
}

// TestMemoryOfNewPolicy checks that a policy that replaces another one during an episode sees this
// episode from its start, if it has another memory: a policy with critics remembers more.
func TestMemoryOfNewPolicy(t *testing.T) {
	s := screen(t, nil)
	for range 4 {
		s.press(".")
	}
	p, _ := recurrent(t)
	s.usePolicy(p)
	if s.err != nil || s.Player.Steps != 4 || s.memory.size() != p.Spec().Memory || s.memory.strip.Len() != 5 {
		t.Errorf("step %d, %d columns of %d floats, error %v; want step 4, 5 columns of %d floats",
			s.Player.Steps, s.memory.strip.Len(), s.memory.size(), s.err, p.Spec().Memory)
	}
}

// TestSightAndMemory draws the panels of the image and of the memory, and hides them with M.
func TestSightAndMemory(t *testing.T) {
	s := forgetful(t)
	for range 30 {
		s.press(".")
	}
	shown := picture(t, s, "memory", 800, 600)
	s.press("m")
	if hidden := picture(t, s, "memory-hidden", 800, 600); slices.Equal(shown.Pix, hidden.Pix) {
		t.Error("M does not hide the memory")
	}
	e, err := pixels.New(classic.NewCartPole(), pixels.Settings{Size: "42x42", Gray: true})
	if err != nil {
		t.Fatal(err)
	}
	stacked, err := env.NewFrameStack(e, 4, false)
	if err != nil {
		t.Fatal(err)
	}
	c := agents.DefaultPPO()
	c.NSteps = 64
	a, err := agents.NewPPO(env.Factory(func() (env.Env, error) { return env.NewFrameStack(e, 4, false) }).Maker(), c)
	if err != nil {
		t.Fatal(err)
	}
	s = screen(t, func(c *Config) { c.Policy, c.Player, c.Dark = a.Policy(), player(stacked, 500), true })
	for range 9 {
		s.press(".")
	}
	shown = picture(t, s, "sight", 800, 600)
	s.press("m")
	if hidden := picture(t, s, "sight-hidden", 800, 600); slices.Equal(shown.Pix, hidden.Pix) {
		t.Error("M does not hide the image")
	}
}
