package envtest_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/envtest"
)

// A book is a testing.TB that writes down what is reported to it.
type book struct {
	testing.TB
	said []string
}

type fatal struct{} // what Fatal panics with

func (b *book) Helper() {}

func (b *book) Errorf(format string, args ...any) {
	b.said = append(b.said, fmt.Sprintf(format, args...))
}

func (b *book) Fatalf(format string, args ...any) {
	b.Errorf(format, args...)
	panic(fatal{})
}

func (b *book) Fatal(args ...any) { b.Fatalf("%s", fmt.Sprint(args...)) }

// breaches returns what Check reports of e.
func breaches(t testing.TB, e env.Env) []string {
	b := &book{TB: t}
	func() {
		defer func() {
			if p := recover(); p != nil && p != (fatal{}) {
				panic(p)
			}
		}()
		envtest.Check(b, e)
	}()
	return b.said
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		e    env.Env
		want string // in the one report
	}{
		"malformed id":              {new(badID), `Spec(): its id is "drift, my own", want [namespace/]Name-vN`},
		"negative limit":            {new(badLimit), "Spec(): a time limit of -1 steps"},
		"changing Spec":             {new(newSpec), "and then"},
		"state of an old episode":   {new(older), "the same actions give other results"},
		"generator not seeded":      {new(unseeded), "the same actions give other results"},
		"observation outside":       {new(outside), "is outside Spec().Obs"},
		"NaN observation":           {new(blank), "step 0: observation"},
		"NaN reward":                {&pays{reward: math.NaN()}, "reward NaN"},
		"infinite reward":           {&pays{reward: math.Inf(1)}, "reward +Inf"},
		"State without a field":     {new(forgetful), "a restored state goes on otherwise"},
		"State without a generator": {new(dicey), "a restored state goes on otherwise"},
		"State that fails":          {new(stateless), "saving the state: no State today"},
		"State that fails to load":  {new(oneWay), "loading the state: no way back"},
		"SetPhysics by half":        {new(brake), "and then Physics is"},
		"SetPhysics that refuses":   {new(refuses), "not today"},
		"SetPhysics of too many":    {new(lax), "a number too many"},
		"Observe of the past":       {new(late), "and then the observation is"},
		"Step that allocates":       {&hungry{step: true}, "Reset and Step allocate 1 times"},
		"Reset that allocates":      {&hungry{reset: true}, "Reset and Step allocate 1 times"},
		"action overwritten":        {new(clips), "Step changed the action"},
		"no spaces":                 {new(vague), "Spec(): the observation space: there is none"},
		"panic":                     {&pays{reward: 1, panics: true}, "seed 0, step 1: a panic: no more"},
		"mask of all":               {new(strict), "the mask allows no action"},
		"mask of several":           {new(jury), "seed 0, step 0: the mask allows no action"},
		"mask by mood":              {new(moody), "the same actions give other results"},
		"measure without a name":    {&gauged{name: "how far"}, `it measures "how far", want a name`},
		"measure that is NaN":       {&gauged{name: "x", value: math.NaN()}, "step 10: x, which it measures, is NaN: not a finite number"},
		"measure of old episodes":   {&gauged{name: "x", grows: 1}, "give other figures"},
		"Close that fails":          {new(stuck), "Close: the lid is stuck"},
		"Close that panics":         {new(closing), "Close: env: Close: panic: no lid"},
		"mask of numbers":           {new(absurd), "it masks actions that are a Box of 1 number, want a choice"},
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

// TestCheckSound has no complaint about what keeps the contract.
func TestCheckSound(t *testing.T) {
	for name, e := range map[string]env.Env{
		"drift":            new(drift),
		"wrapped":          env.NewStickyAction(env.ScaleReward{Env: new(drift), K: 3}, 0.5),
		"measured":         &gauged{name: "x", value: 3},
		"without State":    struct{ env.Env }{new(drift)},
		"wrapped, without": env.ScaleReward{Env: struct{ env.Env }{new(drift)}, K: 3},
	} {
		if said := breaches(t, e); len(said) > 0 {
			t.Errorf("Check(%s) reports %q, want nothing", name, said)
		}
	}
}
