package mujoco_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/mujoco"
	"github.com/rlrun/rlrun/internal/settings"
)

// FuzzState steps each task from any state, with positions and velocities of any size. It checks that
// a state is set exactly or refused, and that steps succeed or fail with a sentence, without a panic.
func FuzzState(f *testing.F) {
	ids := registry().IDs()
	for i := range ids {
		f.Add(uint8(i), uint64(i), 0.1, 1.0)
		f.Add(uint8(i), uint64(i), 10.0, 1e9)
		f.Add(uint8(i), uint64(i), 1e10, 1e10)
		f.Add(uint8(i), uint64(i), 1e11, 0.0)
		f.Add(uint8(i), uint64(i), math.NaN(), math.Inf(1))
		f.Add(uint8(i), uint64(i), 0.0, 5e-324)
	}
	var tasks []mujoco.Forcer
	for _, id := range ids {
		tasks = append(tasks, makeTask(f, id, nil))
	}
	f.Fuzz(func(t *testing.T, id uint8, seed uint64, position, velocity float64) {
		e := tasks[int(id)%len(tasks)]
		p, err := env.NewEpisode(e, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Reset(seed); err != nil {
			t.Fatal(err)
		}
		before, rng := e.Physics(nil), rand.New(rand.NewPCG(seed, 1))
		x, valid := make([]float64, len(before)), true
		for i := range x {
			x[i] = position * (2*rng.Float64() - 1)
			if i >= len(x)-e.Velocities() {
				x[i] = velocity * (2*rng.Float64() - 1)
			}
			valid = valid && math.Abs(x[i]) <= 1e10
		}
		err = p.SetPhysics(x)
		var failure *env.Error
		if refused := err != nil && !errors.As(err, &failure); refused == valid {
			t.Fatalf("%s: SetPhysics(%v) = %v, want it refused just if a number is above 1e10", p.Spec().ID, x, err)
		}
		if !valid {
			x = before
		}
		if got := e.Physics(nil); !slices.Equal(got, x) {
			t.Fatalf("%s: the state is %v, want %v", p.Spec().ID, got, x)
		}
		act := sampleActions(p.Spec().Act, 1, seed)
		for range 3 {
			if err != nil {
				break
			}
			err = p.Step(act)
		}
		if stack, ok := errors.AsType[*env.PanicError](err); ok {
			t.Fatalf("%s from %v: %v\n%s", p.Spec().ID, x, err, stack.Stack)
		}
	})
}

// FuzzRange decodes any two bounds and checks that a Range which is decoded is encoded so that it is
// decoded again.
func FuzzRange(f *testing.F) {
	for _, bounds := range [][2]string{{"0.2", "1"}, {".inf", "-.inf"}, {"Infinity", "-Infinity"}, {"'+inf'", "1e400"}, {".nan", "0x1p-2"}, {"[", "~"}} {
		f.Add(bounds[0], bounds[1])
	}
	type options struct {
		Range mujoco.Range `yaml:"range"`
	}
	decode := func(text string) (o options, err error) {
		tree, err := settings.Parse("options", []byte(text))
		if err == nil {
			err = tree.Root().Decode(&o)
		}
		return o, err
	}
	f.Fuzz(func(t *testing.T, low, high string) {
		o, err := decode(fmt.Sprintf("{range: [%s, %s]}", low, high))
		if err != nil {
			return
		}
		text, err := settings.Encode(o)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := decode(string(text)); err != nil || again != o {
			t.Errorf("%v is encoded as %s, and then decoded as %v, %v", o, text, again, err)
		}
	})
}

// TestAfterFailure checks that an episode has the same bits after an episode whose simulation became
// unstable.
func TestAfterFailure(t *testing.T) {
	for _, id := range registry().IDs() {
		e, fresh := makeTask(t, id, nil), makeTask(t, id, nil)
		p, err := env.NewEpisode(e, 0)
		if err != nil {
			t.Fatal(err)
		}
		x := e.Physics(nil)
		for i := range x {
			x[i] = 1e8
			if i >= len(x)-e.Velocities() {
				x[i] = float64(1-i%2*2) * 1e10
			}
		}
		err = p.SetPhysics(x)
		for i := 0; i < 100 && err == nil; i++ {
			err = p.Step(sampleActions(p.Spec().Act, 1, 1))
		}
		var failure *env.Error
		if !errors.As(err, &failure) {
			t.Errorf("%s: from velocities of 1e10: %v, want the simulation to be unstable", id, err)
		}
		obs, act := make([]float32, p.Spec().Obs.Size()), sampleActions(p.Spec().Act, 40, 1)
		e.Reset(5, obs)
		got := playActions(e, act)
		fresh.Reset(5, obs)
		if !slices.Equal(got, playActions(fresh, act)) {
			t.Errorf("%s: an episode after an unstable one has other bits", id)
		}
	}
}
