package agents

import (
	"bytes"
	"reflect"
	"sync/atomic"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/minatar"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

// playedTrajectories returns the first trajectory of an IMPALA actor: with numbers that end by time
// limits, with a policy that has memory, and with bits.
func playedTrajectories(t testing.TB) map[string]*Trajectory {
	t.Helper()
	registry := env.Registry{}
	minatar.Register(registry)
	all := map[string]*Trajectory{}
	for name, mk := range map[string]env.Maker{
		"pendulum": env.Each(classic.NewPendulum), "memory": env.Each(classic.NewCartPole), "bits": env.Each(func() env.Env { return Must(registry.Make("MinAtar/Breakout-v1", nil)) }),
	} {
		c := DefaultIMPALA()
		c.Actors, c.NEnvs, c.NSteps, c.Network.NetArch = 1, 2, 210, policy.Layers(4)
		if name == "memory" {
			c.Network.Layers = policy.OneList(policy.LayerList{Layers: nn.Layers{{Kind: "gru", Size: 3}}})
		}
		a := Must(NewIMPALA(mk, c))
		w := a.fleet.actors[0]
		all[name] = newTrajectory(a.fleet.shape)
		w.begin(all[name])
		if err := w.play(all[name], new(atomic.Bool)); err != nil {
			t.Fatal(err)
		}
		all[name].Actor, all[name].Number, all[name].Version = 3, 4, 5
	}
	return all
}

// TestTrajectoryCode checks that a trajectory is the same after it was encoded and decoded, and that
// bytes are refused that are too short, too long or contradict themselves.
func TestTrajectoryCode(t *testing.T) {
	for name, want := range playedTrajectories(t) {
		data := want.appendTo(nil)
		got := newTrajectory(want.shape)
		if err := got.decode(data); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(want.returns) == 0 || !bytes.Equal(got.appendTo(nil), data) || !reflect.DeepEqual(got.obs, want.obs) || got.Actor != 3 || got.Number != 4 || got.Version != 5 || got.check() != nil {
			t.Errorf("%s: the decoded trajectory differs, or no episode has ended", name)
		}
		for _, bad := range [][]byte{nil, data[:len(data)-1], append(bytes.Clone(data), 0), bytes.Replace(bytes.Clone(data), []byte("rlT1"), []byte("rlT2"), 1)} {
			if got.decode(bad) == nil {
				t.Errorf("%s: decode of %d bytes instead of %d: no error", name, len(bad), len(data))
			}
		}
		data[16] = 4 // an unknown end of the first step
		if got.decode(data) == nil {
			t.Errorf("%s: decode of an unknown end: no error", name)
		}
	}
}

// FuzzTrajectory checks that decode accepts only bytes that encode the same trajectory again.
func FuzzTrajectory(f *testing.F) {
	all := playedTrajectories(f)
	for _, t := range all {
		f.Add(t.appendTo(nil))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, like := range all {
			got := newTrajectory(like.shape)
			if got.decode(data) == nil && (got.check() != nil || len(got.appendTo(nil)) != len(data)) {
				t.Error("decode accepts bytes that contradict themselves")
			}
		}
	})
}
