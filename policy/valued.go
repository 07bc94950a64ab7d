package policy

import "github.com/rlrun/rlrun/policy/f32"

// Valued is an actor together with the critics of its agent, so that a window can show values of
// states. The value of a state is min Q(s, a) over the critics, at the policy's best action a:
// μ(s), or tanh of the mean for a Squashed policy. The Q of soft critics includes the entropy
// bonus of later actions; the value does not add the bonus of this state. Save writes only the
// actor.
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

// Act acts like the actor, and also writes the values of the states.
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

// Clone returns a copy that shares no memory with v.
func (v *Valued) Clone() Policy { return &Valued{Policy: v.Policy.Clone(), Critics: v.Critics.Clone()} }
