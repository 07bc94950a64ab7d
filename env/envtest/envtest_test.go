package envtest_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/envtest"
)

// A recorder is a testing.TB that keeps the errors reported to it.
type recorder struct {
	testing.TB
	reports []string
}

type fatal struct{} // value of Fatal's panic

func (b *recorder) Helper() {}

func (b *recorder) Errorf(format string, args ...any) {
	b.reports = append(b.reports, fmt.Sprintf(format, args...))
}

func (b *recorder) Fatalf(format string, args ...any) {
	b.Errorf(format, args...)
	panic(fatal{})
}

func (b *recorder) Fatal(args ...any) { b.Fatalf("%s", fmt.Sprint(args...)) }

// breaches returns the errors that Check reports for e.
func breaches(t testing.TB, e env.Env) []string {
	rec := &recorder{TB: t}
	func() {
		defer func() {
			if p := recover(); p != nil && p != (fatal{}) {
				panic(p)
			}
		}()
		envtest.Check(rec, e)
	}()
	return rec.reports
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		e    env.Env
		want string // part of the first report
	}{
		"malformed id":              {new(badID), `Spec(): its id is "drift, my own", want [namespace/]Name-vN`},
		"negative limit":            {new(badLimit), "Spec(): a time limit of -1 steps"},
		"changing Spec":             {new(newSpec), "and then"},
		"state of an old episode":   {new(startsAtOldEnd), "the same actions give other results"},
		"generator not seeded":      {new(unseeded), "the same actions give other results; usual causes: Reset does not set a field, or random numbers do not come from the seed"},
		"observation outside":       {new(outside), "outside Spec().Obs: want 0 … 1e+09"},
		"named element outside":     {new(leavesRange), "step 100: observation element 1 (left, speed) is 100, outside Spec().Obs: want 0 … 99"},
		"NaN observation":           {new(nanObs), "step 0: observation"},
		"NaN reward":                {&constantReward{reward: math.NaN()}, "reward NaN"},
		"infinite reward":           {&constantReward{reward: math.Inf(1)}, "reward +Inf"},
		"State without a field":     {new(stateWithoutSpeed), "a restored state goes on otherwise"},
		"State without a generator": {new(stateWithoutRNG), "a restored state goes on otherwise"},
		"State that fails":          {new(saveFails), "saving the state: no State today"},
		"State that fails to load":  {new(loadFails), "loading the state: no way back"},
		"SetPhysics by half":        {new(setLosesSpeed), "and then Physics is"},
		"SetPhysics that refuses":   {new(setFails), "not today"},
		"SetPhysics of too many":    {new(setTakesTooMany), "a number too many"},
		"Observe of the past":       {new(observesOldStep), "and then the observation is"},
		"Step that allocates":       {&allocating{step: true}, "Reset and Step allocate 1 times"},
		"Reset that allocates":      {&allocating{reset: true}, "Reset and Step allocate 1 times"},
		"action overwritten":        {new(writesAction), "Step changed the action"},
		"no spaces":                 {new(noSpaces), "Spec(): the observation space: there is none"},
		"panic":                     {&constantReward{reward: 1, panics: true}, "seed 0, step 1: a panic: no more"},
		"mask of all":               {new(masksAll), "the mask allows no action"},
		"mask of several":           {new(masksSecondChoice), "seed 0, step 0: the mask allows no action"},
		"mask by mood":              {new(changingMask), "the same actions give other results"},
		"heuristic out of range":    {&guided{x: 2}, "step 0: the heuristic's action is [2], outside Spec().Act"},
		"heuristic of no size":      {&guided{memory: -1}, "want a heuristic with a memory of 0 floats or more"},
		"heuristic that writes":     {&guided{writes: true}, "step 0: the heuristic changes the observation"},
		"heuristic by mood":         {&guided{x: 1, forget: true}, "step 0: two heuristics with the same observation and memory have the actions [1] and [0.5]"},
		"measure without a name":    {&metricEnv{name: "how far"}, `it measures "how far", want a name`},
		"measure that is NaN":       {&metricEnv{name: "x", value: math.NaN()}, "step 10: x, which it measures, is NaN: not a finite number"},
		"measure of old episodes":   {&metricEnv{name: "x", grows: 1}, "give other metrics"},
		"Close that fails":          {new(closeFails), "Close: the lid is stuck"},
		"Close that panics":         {new(closePanics), "Close: env: Close: panic: no lid"},
		"Update without an index":   {&updating{silent: true}, "Update changes elements of the observation whose indices"},
		"Restart of the past":       {&updating{stuck: true}, "Update and Restart give other results than Step and Reset"},
		"mask of numbers":           {new(masksNumbers), "it masks actions that are a Box of 1 number, want a choice"},
	} {
		t.Run(name, func(t *testing.T) {
			said := breaches(t, c.e)
			if len(said) == 0 {
				t.Fatalf("Check(%T) reports nothing, want %q", c.e, c.want)
			}
			if !strings.Contains(said[0], c.want) {
				t.Errorf("Check(%T) reports %q first, want %q", c.e, said[0], c.want)
			}
		})
	}
}

// TestCheckPasses checks that environments that keep the contract have no breach.
func TestCheckPasses(t *testing.T) {
	for name, e := range map[string]env.Env{
		"drift":            new(drift),
		"wrapped":          env.NewStickyAction(env.ScaleReward{Env: new(drift), K: 3}, 0.5),
		"ended by a limit": env.NewWithMaxSteps(new(leavesRange), 99), // as in training
		"limit of a step":  env.NewWithMaxSteps(new(drift), 1),
		"updating":         new(updating),
		"measured":         &metricEnv{name: "x", value: 3},
		"without State":    struct{ env.Env }{new(drift)},
		"wrapped, without": env.ScaleReward{Env: struct{ env.Env }{new(drift)}, K: 3},
	} {
		if said := breaches(t, e); len(said) > 0 {
			t.Errorf("Check(%s) reports %q, want nothing", name, said)
		}
	}
}
