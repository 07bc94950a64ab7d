package policy

import "github.com/rlrun/rlrun/policy/f32"

// Valued is an actor together with the critics of its agent, so that a window can show values of
// states. The value of a state is min Q(s, a) over the critics, at the policy's best action a:
// μ(s), or tanh of the mean for a Squashed policy. The Q of soft critics includes the entropy
// bonus of later actions; the value does not add the bonus of this state. Save writes only the
// actor.
//
// A row of its memory has the memory of the actor, and then the memory of the critics, which
// remember the observations and the actions of Act.
type Valued struct {
	Policy
	Critics       *Critics
	raw, best     []float32 // scratch: [N, A] the actions, and the best actions, in [-1, 1]
	actor, before []float32 // scratch: [N, Policy's Spec.Memory] memory of the actor, after and before a step
	critics       []float32 // scratch: [N, Critics.MemorySize] memory of the critics
}

var _ Policy = (*Valued)(nil)

// Spec returns the actor's Spec with Values set, and with the memory of the critics.
func (v *Valued) Spec() Spec {
	s := v.Policy.Spec()
	s.Values = true
	s.Memory += v.Critics.memory
	return s
}

// Act acts like the actor, and also writes the values of the states.
func (v *Valued) Act(in In, out Out) {
	if v.Policy.Spec().Memory+v.Critics.memory > 0 {
		v.actWithMemory(in, out)
		return
	}
	value := out.Value
	out.Value = nil
	if out.Act != nil || out.Raw != nil || out.LogProb != nil || out.Scores != nil {
		v.Policy.Act(in, out)
	}
	if value != nil {
		v.writeValues(in, nil, value)
	}
}

// writeValues writes the values of the observations in.Obs. in.Memory is the memory of the actor,
// and critics is the memory of the critics, which do not change.
func (v *Valued) writeValues(in In, critics, value []float32) {
	v.best = f32.Grow(v.best, len(value)*v.Critics.actSize)
	v.Policy.Act(In{Obs: in.Obs, First: in.First, Memory: in.Memory}, Out{Raw: v.best})
	v.Critics.Min(in.Obs, v.best, critics, value)
}

// actWithMemory is Act if the actor or a critic has memory. Each network remembers the step once,
// whatever out asks for.
func (v *Valued) actWithMemory(in In, out Out) {
	n := v.Critics.rows(in.Obs)
	v.splitMemory(in, n)
	value := out.Value
	if out.Value = nil; value != nil {
		v.before = append(v.before[:0], v.actor...)
		v.writeValues(In{Obs: in.Obs, Memory: v.before}, v.critics, value)
	}
	if out.Raw == nil {
		v.raw = f32.Grow(v.raw, n*v.Critics.actSize)
		out.Raw = v.raw
	}
	own := in
	own.First, own.Memory = nil, v.actor // splitMemory has cleared the rows of First
	v.Policy.Act(own, out)
	v.Critics.Remember(in.Obs, out.Raw, nil, v.critics)
	v.joinMemory(in.Memory, n)
}

// splitMemory copies n rows of memory to actor and critics, and clears the rows of First.
func (v *Valued) splitMemory(in In, n int) {
	a, c := v.Policy.Spec().Memory, v.Critics.memory
	v.actor, v.critics = f32.Grow(v.actor, n*a), f32.Grow(v.critics, n*c)
	for i := range n {
		row := in.Memory[i*(a+c) : (i+1)*(a+c)]
		if in.First != nil && in.First[i] {
			clear(row)
		}
		copy(v.actor[i*a:], row[:a])
		copy(v.critics[i*c:], row[a:])
	}
}

// joinMemory copies n rows of actor and critics to memory.
func (v *Valued) joinMemory(memory []float32, n int) {
	a, c := v.Policy.Spec().Memory, v.Critics.memory
	for i := range n {
		row := memory[i*(a+c) : (i+1)*(a+c)]
		copy(row[:a], v.actor[i*a:(i+1)*a])
		copy(row[a:], v.critics[i*c:(i+1)*c])
	}
}

// Clone returns a copy that shares no memory with v.
func (v *Valued) Clone() Policy { return &Valued{Policy: v.Policy.Clone(), Critics: v.Critics.Clone()} }
