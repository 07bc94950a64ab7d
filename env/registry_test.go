package env_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
)

func TestParseID(t *testing.T) {
	for in, want := range map[string]env.ID{
		"CartPole-v1":           {"", "CartPole", 1},
		"CartPole-v0":           {"", "CartPole", 0},
		"CartPole":              {"", "CartPole", -1},
		"ALE/Pong-v5":           {"ALE", "Pong", 5},
		"my-lab:2/Lift-v12":     {"my-lab:2", "Lift", 12},
		"ALE/Pong":              {"ALE", "Pong", -1},
		"a.b:c-d_e-v3":          {"", "a.b:c-d_e", 3},
		"Lift-v2-v3":            {"", "Lift-v2", 3},
		"Lift-v":                {"", "Lift-v", -1},
		"Lift-v-1":              {"", "Lift-v-1", -1},
		"Liftv1":                {"", "Liftv1", -1},
		"Lift-v999999999":       {"", "Lift", 999999999},
		"Lift-v999999999999999": {"", "Lift-v999999999999999", -1},
	} {
		t.Run(in, func(t *testing.T) {
			if got, err := env.ParseID(in); err != nil || got != want {
				t.Errorf("ParseID(%q) = %+v, %v, want %+v", in, got, err, want)
			}
		})
	}
}

func TestParseIDMalformed(t *testing.T) {
	for _, in := range []string{
		"", "/", "/Lift-v1", "a/", "a/b/Lift-v1", "a.b/Lift-v1", "Lift v1", " Lift-v1", "Lift-v1\n", "Lüft-v1", "Lift-v1?",
	} {
		t.Run(in, func(t *testing.T) {
			if got, err := env.ParseID(in); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", in)) {
				t.Errorf("ParseID(%q) = %+v, %v, want an error that quotes it", in, got, err)
			}
		})
	}
}

// registry returns a Registry with versions whose numerical order is not the alphabetical order.
func registry() env.Registry {
	r := env.Registry{}
	for _, id := range []string{"Lift-v9", "Lift-v10", "Lift-v2", "lab/Lift-v11", "Crane-v0", "Press", "Press-v1"} {
		r[id] = env.Entry(func() *lift { return &lift{id: id, Top: 9} })
	}
	return r
}

// A lift has an option and a method Validate that checks it.
type lift struct {
	probe
	Top int `yaml:"top"`
	id  string
}

func (l *lift) Spec() env.Spec {
	s := l.probe.Spec()
	s.ID, s.MaxSteps = l.id, l.Top
	return s
}

func (l *lift) Validate() error {
	if l.Top < 1 {
		return fmt.Errorf("top %d, want 1 or more", l.Top)
	}
	return nil
}

// top returns Options that set Top to n.
func top(n int) env.Options {
	return func(into any) error {
		into.(*lift).Top = n
		return nil
	}
}

func TestIDs(t *testing.T) {
	want := []string{"Crane-v0", "Lift-v10", "Lift-v2", "Lift-v9", "Press", "Press-v1", "lab/Lift-v11"}
	if got := registry().IDs(); !slices.Equal(got, want) {
		t.Errorf("IDs() = %q, want %q", got, want)
	}
}

func TestResolve(t *testing.T) {
	for in, want := range map[string]string{
		"Lift-v2":      "Lift-v2",
		"Lift-v10":     "Lift-v10",
		"Lift":         "Lift-v10",
		"lab/Lift":     "lab/Lift-v11",
		"lab/Lift-v11": "lab/Lift-v11",
		"Crane":        "Crane-v0",
		"Press":        "Press", // the registered id without a version, though Press-v1 exists
		"Press-v1":     "Press-v1",
	} {
		if got, err := registry().Resolve(in); err != nil || got != want {
			t.Errorf("Resolve(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestResolveMiss(t *testing.T) {
	for in, want := range map[string]string{
		"Lift-v3":     "no version 3 of Lift; there is Lift-v2, Lift-v9, Lift-v10",
		"lab/Lift-v1": "no version 1 of Lift; there is lab/Lift-v11",
		"Crame-v0":    `no environment "Crame-v0"; the nearest is Crane-v0`,
		"crane-v0":    `no environment "crane-v0"; the nearest is Crane-v0`,
		"Pres":        `no environment "Pres"; the nearest is Press`,
		"Kangaroo":    `no environment "Kangaroo"`,
		"Lift v2":     `"Lift v2" is not an environment's id`,
	} {
		got, err := registry().Resolve(in)
		if err == nil || !strings.HasPrefix(err.Error(), "env: "+want) {
			t.Errorf("Resolve(%q) = %q, %v, want env: %s", in, got, err, want)
		}
		if in == "Kangaroo" && strings.Contains(err.Error(), "nearest") {
			t.Errorf("Resolve(%q): %v, want no name that is not near", in, err)
		}
	}
}

func TestMake(t *testing.T) {
	refused := errors.New("refused")
	for name, c := range map[string]struct {
		id   string
		set  env.Options
		want string // of the error; "" for none
		top  int
	}{
		"defaults":        {"Lift", nil, "", 9},
		"an option":       {"Lift", top(4), "", 4},
		"a bad option":    {"Lift", top(0), "env: Lift-v10: top 0, want 1 or more", 0},
		"options refused": {"Lift-v2", func(any) error { return refused }, "env: Lift-v2: refused", 0},
		"no such id":      {"Elephant", nil, `env: no environment "Elephant"`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := registry().Make(c.id, c.set)
			m, errMaker := registry().Maker(c.id, c.set)
			if c.want != "" {
				if err == nil || err.Error() != c.want {
					t.Errorf("Make(%q) = %v, %v, want %s", c.id, e, err, c.want)
				}
				if errMaker == nil || errMaker.Error() != c.want || m != nil {
					t.Errorf("Maker(%q): %v, want %s", c.id, errMaker, c.want)
				}
				if name == "options refused" && !errors.Is(err, refused) {
					t.Errorf("Make(%q): %v does not wrap what the options said", c.id, err)
				}
				return
			}
			if err != nil || errMaker != nil {
				t.Fatalf("Make(%q) and Maker: %v and %v, want neither", c.id, err, errMaker)
			}
			if got := e.(*lift).Top; got != c.top {
				t.Errorf("Make(%q).Top = %d, want %d", c.id, got, c.top)
			}
			if v, err := m(2); err != nil || v.Len() != 2 || v.Spec().MaxSteps != c.top {
				t.Errorf("Maker(%q)(2) = %v, %v, want 2 of MaxSteps %d", c.id, v, err, c.top)
			}
		})
	}
}

// TestMakeNil checks the error of a Constructor that is nil, or that returns nil.
func TestMakeNil(t *testing.T) {
	r := env.Registry{"Hollow-v0": nil, "Void-v0": func(env.Options) (env.Env, error) { return nil, nil }}
	for id, want := range map[string]string{"Hollow-v0": "env: Hollow-v0: its Constructor is nil", "Void-v0": "env: Void-v0: there is no environment: nil"} {
		if _, err := r.Make(id, nil); err == nil || err.Error() != want {
			t.Errorf("Make(%q): %v, want %s", id, err, want)
		}
	}
}

// TestMakerNewEnvs checks that two Vectors of one Maker share no environment.
func TestMakerNewEnvs(t *testing.T) {
	m, err := registry().Maker("Lift", nil)
	if err != nil {
		t.Fatal(err)
	}
	a, errA := m(2)
	b, errB := m(2)
	if errA != nil || errB != nil {
		t.Fatalf("Maker(2): %v and %v, want neither", errA, errB)
	}
	if _, err := a.Reset(1); err != nil {
		t.Fatalf("Reset: %v", err)
	}
	if _, err := b.Step(make([]float32, 2)); err == nil {
		t.Error("Step of the second vector after Reset of the first: no error, want one")
	}
}

func TestMakerCount(t *testing.T) {
	m, err := registry().Maker("Lift", nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]env.Maker{"Maker": m, "Each": env.Each(newProbe)} {
		for n, good := range map[int]bool{-1: false, 0: false, 1: true, 3: true} {
			v, err := m(n)
			if good != (err == nil) || good && v.Len() != n || !good && v != nil {
				t.Errorf("%s(%d) = %v, %v, want it good: %v", name, n, v, err, good)
			}
		}
	}
}
