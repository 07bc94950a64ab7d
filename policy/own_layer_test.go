package policy_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// twice is a layer that doubles.
type twice struct{}

func (twice) Forward(_ *tape.Tape, x *tape.Var, _ nn.Mode) *tape.Var { return x.Scale(2) }

func (twice) Infer(y, x []float32) {
	for i, v := range x {
		y[i] = 2 * v
	}
}

func (twice) Tensors() (params, buffers []*tape.Param) { return nil, nil }
func (twice) Clone() nn.Network                        { return twice{} }

// TestOwnLayer wants a policy with a layer of a program's own opened with the engine that
// has it, and a sentence without.
func TestOwnLayer(t *testing.T) {
	engine := nn.Native{Kinds: nn.Kinds{"twice": func(_ *rand.Rand, _ string, in nn.Shape, _ nn.Layer) (nn.Network, nn.Shape, error) {
		return twice{}, in, nil
	}}}
	k := kwargs()
	k.Layers = nn.Layers{{Kind: "linear", Size: 8}, {Kind: "twice"}, {Kind: "tanh"}}
	spec := env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.NewBox(-1, 1, 2)}
	p := must[*policy.Deterministic](t)(policy.NewDeterministic(newRand(), spec, k, nil, engine))
	file := save(t, p)
	q, err := policy.Read(bytes.NewReader(file), engine)
	if err != nil {
		t.Fatal(err)
	}
	want, got := outFor(p, rows), outFor(q, rows)
	p.Act(policy.In{Obs: observations()}, want)
	if q.Act(policy.In{Obs: observations()}, got); !sameBits(got.Raw, want.Raw) {
		t.Errorf("Raw = %v, want %v", got.Raw, want.Raw)
	}
	if _, err := policy.Read(bytes.NewReader(file)); err == nil || !strings.Contains(err.Error(), `no layer is called "twice"`) {
		t.Errorf("without its engine: error %v", err)
	}
}
