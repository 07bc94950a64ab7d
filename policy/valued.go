package policy

import "github.com/rlrun/rlrun/policy/f32"

// Valued is an actor with the critics of its agent, for windows. Its value of a state is
// min Q(s, a) at the policy's best action a: μ(s), or tanh of the mean for a Squashed policy. A
// soft critic's Q includes the entropy bonus of later actions; the value adds no bonus for a
// itself. Save writes the actor alone.
type Valued struct {
	Policy
	Critics *Critics
	raw     []float32 // scratch: [N, A] the best actions in [-1, 1]
}

var _ Policy = (*Valued)(nil)

// Spec returns the actor's Spec with Values set.
func (v *Valued) Spec() Spec {
	s := v.Policy.Spec()
	s.Values = true
	return s
}

// Act acts as the actor does and writes the values.
func (v *Valued) Act(in In, out Out) {
	value := out.Value
	out.Value = nil
	if out.Act != nil || out.Raw != nil || out.LogProb != nil || out.Scores != nil {
		v.Policy.Act(in, out)
	}
	if value != nil {
		v.raw = f32.Grow(v.raw, len(value)*v.Critics.actSize)
		v.Policy.Act(In{Obs: in.Obs}, Out{Raw: v.raw})
		v.Critics.Min(in.Obs, v.raw, value)
	}
}

// Clone returns a copy that shares nothing with v.
func (v *Valued) Clone() Policy { return &Valued{Policy: v.Policy.Clone(), Critics: v.Critics.Clone()} }
