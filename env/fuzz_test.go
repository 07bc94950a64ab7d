package env_test

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// A soloEpisode plays the episodes of one environment without a Vec, in the way that the
// documentation of Vec describes. Each episode has a new environment. It is the reference for
// FuzzVec.
type soloEpisode struct {
	newEnv  func() env.Env
	seed    uint64 // Split(seed of the Vec, index)
	max     int
	episode uint64
	e       env.Env
	ret     float64
	length  int
	obs     [4]float32
}

func (l *soloEpisode) reset() {
	l.episode++
	l.e, l.ret, l.length = l.newEnv(), 0, 0
	l.e.Reset(env.Split(l.seed, l.episode), l.obs[:])
}

// step checks that row i of r is the result of act.
func (l *soloEpisode) step(t *testing.T, r *env.Result, i int, act []float32) {
	t.Helper()
	out := l.e.Step(act, l.obs[:])
	l.length++
	l.ret += out.Reward
	next := l.obs
	want := env.Outcome{Reward: out.Reward, Terminated: out.Terminated, Truncated: out.Truncated || l.length == l.max}
	length, ret := l.length, l.ret
	if want.Done() {
		l.reset()
	}
	if got := r.Next[4*i : 4*i+4]; !sameBits(got, next[:]) {
		t.Fatalf("Next of row %d = %v, want %v", i, got, next)
	}
	if got := r.Obs[4*i : 4*i+4]; !sameBits(got, l.obs[:]) {
		t.Fatalf("Obs of row %d = %v, want %v", i, got, l.obs)
	}
	got := env.Outcome{Reward: r.Reward[i], Terminated: r.Terminated[i], Truncated: r.Truncated[i]}
	if got != want || r.Done(i) != want.Done() {
		t.Fatalf("outcome of row %d = %+v, want %+v", i, got, want)
	}
	if math.Float64bits(r.Return[i]) != math.Float64bits(ret) || r.Length[i] != length {
		t.Fatalf("Return and Length of row %d = %v and %d, want %v and %d", i, r.Return[i], r.Length[i], ret, length)
	}
}

func sameBits(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}

// vecKind returns the constructor of environment i in FuzzVec. If limitTo is not 0, it replaces
// CartPole's time limit. Flag 1 gives every second environment sticky actions; flag 2 hides the
// State of all environments.
func vecKind(limitTo, flags uint8, i int) func() env.Env {
	return func() env.Env {
		e := cartPole()
		if limitTo %= 16; limitTo > 0 {
			e = limit(e, int(limitTo))
		}
		if flags&1 != 0 && i%2 == 1 {
			e = env.NewStickyAction(e, 0.25)
		}
		if flags&2 != 0 {
			e = onlyEnv{e}
		}
		return e
	}
}

// FuzzVec checks that a Vec, which is saved and loaded in the middle of episodes, gives the same
// bits as episodes that are played one by one.
func FuzzVec(f *testing.F) {
	f.Add(uint64(1), uint8(0), uint8(0), uint8(0), uint8(3), []byte("010011010101110"))
	f.Add(uint64(2), uint8(2), uint8(5), uint8(1), uint8(9), bytes.Repeat([]byte("01001101"), 30))
	f.Add(uint64(3), uint8(4), uint8(1), uint8(2), uint8(0), bytes.Repeat([]byte("0110"), 50))
	f.Add(uint64(4), uint8(3), uint8(0), uint8(3), uint8(200), bytes.Repeat([]byte("1"), 999))
	f.Fuzz(func(t *testing.T, seed uint64, n, limitTo, flags, cut uint8, acts []byte) {
		n = 1 + n%5
		newVec := func() *env.Vec {
			envs := make([]env.Env, n)
			for i := range envs {
				envs[i] = vecKind(limitTo, flags, i)()
			}
			return env.NewVec(envs...)
		}
		v := newVec()
		r := reset(t, v, seed)
		alone := make([]soloEpisode, n)
		for i := range alone {
			alone[i] = soloEpisode{newEnv: vecKind(limitTo, flags, i), seed: env.Split(seed, uint64(i)), max: v.Spec().MaxSteps}
			alone[i].reset()
			if got := r.Obs[4*i : 4*i+4]; !sameBits(got, alone[i].obs[:]) {
				t.Fatalf("Obs of row %d after Reset = %v, want %v", i, got, alone[i].obs)
			}
		}
		act := make([]float32, n)
		for step := 0; len(acts) >= int(n); step++ {
			if step == int(cut) {
				data := save(t, v)
				v = newVec()
				if err := state.Load(bytes.NewReader(data), v); err != nil {
					t.Fatalf("Load at step %d: %v", step, err)
				}
			}
			for i := range act {
				act[i] = float32(acts[i] & 1)
			}
			acts = acts[n:]
			r, err := v.Step(act)
			if err != nil {
				t.Fatalf("Step %d: %v", step, err)
			}
			for i := range alone {
				alone[i].step(t, r, i, act[i:i+1])
			}
		}
	})
}
