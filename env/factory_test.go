package env_test

import (
	"slices"
	"sync/atomic"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/grid"
)

// A sharingEnv is a probe with data that is expensive to make. Its copies share the data.
type sharingEnv struct {
	probe
	data *int
}

func (l *sharingEnv) Copy() env.Env { return &sharingEnv{data: l.data} }

// An embeddingEnv embeds a Copier and has a field that Copy would lose.
type embeddingEnv struct {
	sharingEnv
	own bool
}

// TestFactoryCopies checks that all environments of a Factory share the data of a Copier, and
// that an environment that only embeds a Copier is made by its constructor each time.
func TestFactoryCopies(t *testing.T) {
	var printed atomic.Int32
	print := func() sharingEnv {
		printed.Add(1)
		return sharingEnv{data: new(int)}
	}
	r := env.Registry{
		"acme/Library-v0": env.Entry(func() *sharingEnv { l := print(); return &l }),
		"acme/Branch-v0":  env.Entry(func() *embeddingEnv { return &embeddingEnv{print(), true} }),
	}
	made := func(id string) (all []env.Env) {
		printed.Store(0)
		f, err := r.Factory(id, nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			e, err := f()
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, e)
		}
		return all
	}
	all := made("acme/Library-v0")
	for i, e := range all {
		if l := e.(*sharingEnv); l.data != all[0].(*sharingEnv).data || i > 0 && l == all[0] {
			t.Errorf("environment %d has books of its own, or is the first", i)
		}
	}
	if n := printed.Load(); n != 1 {
		t.Errorf("5 libraries print %d times, want 1", n)
	}
	for i, e := range made("acme/Branch-v0") {
		if b, ok := e.(*embeddingEnv); !ok || !b.own {
			t.Errorf("environment %d is a %T, want a branch that is open", i, e)
		}
	}
	if n := printed.Load(); n != 5 {
		t.Errorf("5 branches, of which the first was checked, print %d times, want 5", n)
	}
}

// TestMakersShareAModel checks that tabular environments of several Vectors share one MDP in
// memory, and that a Parallel of such copies has the same results as a Vec.
func TestMakersShareAModel(t *testing.T) {
	r := env.Registry{}
	grid.Register(r)
	for _, id := range r.IDs() {
		f, err := r.Factory(id, nil)
		if err != nil {
			t.Fatal(err)
		}
		one, err := f.Maker()(3)
		two, err2 := f.Maker()(1)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		first := one.(*env.Vec).Env(0).(grid.Tabular)
		for i, e := range []env.Env{one.(*env.Vec).Env(1), one.(*env.Vec).Env(2), two.(*env.Vec).Env(0)} {
			if e.(grid.Tabular).Model() != first.Model() || e == env.Env(first) {
				t.Errorf("%s: environment %d has a model of its own, or is the first", id, i)
			}
		}
		wide, err := f.ParallelMaker(2)(4)
		if err != nil {
			t.Fatal(err)
		}
		play := func(v env.Vector) (bits []uint64) {
			bits = resultBits(nil, reset(t, v, 3))
			for range 50 {
				res, err := v.Step(make([]float32, v.Len()))
				if err != nil {
					t.Fatal(err)
				}
				bits = resultBits(bits, res)
			}
			return bits
		}
		plain, err := f.Maker()(4)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := play(wide), play(plain); !slices.Equal(a, b) {
			t.Errorf("%s: copies that are stepped on two goroutines have other results", id)
		}
	}
}

// TestAsIs checks that AsIs finds a model through wrappers of rewards and time limits, and
// through no other wrapper.
func TestAsIs(t *testing.T) {
	lake := grid.NewFrozenLake()
	skip, err := env.NewFrameSkip(lake, 2)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		e    env.Env
		want bool
	}{
		"itself":        {lake, true},
		"max_steps":     {env.NewWithMaxSteps(lake, 7), true},
		"rewards":       {env.NewClipReward(env.ScaleReward{Env: lake, K: 2}, -1, 1), true},
		"all of them":   {env.NewWithMaxSteps(env.NewClipReward(env.ScaleReward{Env: lake, K: 2}, -1, 1), 9), true},
		"sticky_action": {env.NewWithMaxSteps(env.NewStickyAction(lake, 0.1), 7), false},
		"frame_skip":    {skip, false},
		"flatten":       {env.NewWithMaxSteps(env.NewFlattenObservation(lake), 7), false},
		"what embeds":   {limit(lake, 5), false},
	} {
		got, ok := env.AsIs[grid.Tabular](c.e)
		if ok != c.want || ok && got != grid.Tabular(lake) {
			t.Errorf("AsIs[Tabular] through %s = %v, %v, want it found: %v", name, got, ok, c.want)
		}
	}
}

// TestConstructions checks how often an environment is made: the environment that Peek returns is
// also the first environment of the Vector.
func TestConstructions(t *testing.T) {
	made := 0
	r := env.Registry{"acme/Probe-v0": env.Entry(func() *probe { made++; return newProbe() })}
	f, err := r.Factory("acme/Probe-v0", nil)
	if err != nil {
		t.Fatal(err)
	}
	e, f, err := f.Peek()
	if err != nil || e.Spec().ID != "Probe-v0" || made != 1 {
		t.Fatalf("Peek = %v, %v, and %d made, want 1", e, err, made)
	}
	v, err := f.Maker()(3)
	if err != nil || made != 3 || v.(*env.Vec).Env(0) != e {
		t.Errorf("a Vec of 3: %v, and %d made, want 3, the first of which was looked at", err, made)
	}
	if _, err := f.Maker()(2); err != nil || made != 5 {
		t.Errorf("another of 2: %v, and %d made, want 5", err, made)
	}
}
