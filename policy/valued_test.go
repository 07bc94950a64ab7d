package policy_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

// TestValued compares the values with the smallest estimate of the critics at the actor's best
// action. Act takes best actions or sampled actions. The actions and the saved file must be the
// same as the actor's.
func TestValued(t *testing.T) {
	spec := env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.NewBox(-0.5, 0.25, 2)}
	normal := normalizer(t, spec.Obs)
	critics := must[*policy.Critics](t)(policy.NewCritics(newRand(), spec, smallNetwork(), normal, nn.Native{}, 2))
	for name, p := range map[string]policy.Policy{
		"deterministic": must[*policy.Deterministic](t)(policy.NewDeterministic(newRand(), spec, smallNetwork(), normal, nn.Native{})),
		"squashed":      must[*policy.Squashed](t)(policy.NewSquashed(newRand(), spec, smallNetwork(), normal, nn.Native{})),
	} {
		obs, want, best := observations(), make([]float32, rows), make([]float32, 2*rows)
		p.Act(policy.In{Obs: obs}, policy.Out{Raw: best})
		critics.Min(obs, best, nil, want)

		v := (&policy.Valued{Policy: p, Critics: critics}).Clone()
		if p.Spec().Values || !v.Spec().Values {
			t.Errorf("%s: values of the policy %v, with critics %v; want false, true", name, p.Spec().Values, v.Spec().Values)
		}
		for _, drawn := range []bool{false, true} {
			in, inSame := policy.In{Obs: obs}, policy.In{Obs: obs}
			if drawn {
				in.Rand, inSame.Rand = rowGenerators(rows), rowGenerators(rows)
			}
			got, same := outFor(v, rows), outFor(p, rows)
			v.Act(in, got)
			p.Act(inSame, same)
			if !slices.Equal(got.Value, want) || !slices.Equal(got.Act, same.Act) || !slices.Equal(got.LogProb, same.LogProb) {
				t.Errorf("%s, drawn %v: values %v, actions %v; want %v, %v", name, drawn, got.Value, got.Act, want, same.Act)
			}
		}
		var file, sameFile bytes.Buffer
		if err := policy.Save(&file, v, policy.Meta{}); err != nil {
			t.Fatal(err)
		}
		if err := policy.Save(&sameFile, p, policy.Meta{}); err != nil || !bytes.Equal(file.Bytes(), sameFile.Bytes()) {
			t.Errorf("%s: the file with critics is another than the policy's (%v)", name, err)
		}
		normal.Observe(sample(spec.Obs, 40, 11)) // changes the normaliser of training, but not the clone's
		again := make([]float32, rows)
		if v.Act(policy.In{Obs: obs}, policy.Out{Value: again}); !slices.Equal(again, want) {
			t.Errorf("%s: the clone's values change with the normaliser of training", name)
		}
	}
}
