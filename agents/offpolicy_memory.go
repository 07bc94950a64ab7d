package agents

import (
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/replay"
)

// memory is what an off-policy agent needs besides its networks if they have memory: what they
// remember while the agent acts, and sequences of the replay buffer instead of transitions.
//
// The agents learn as R2D2 does: Kapturowski et al. 2019, "Recurrent experience replay in
// distributed reinforcement learning". The replay buffer keeps the memory that the networks had
// when they acted. A network begins a sequence with this memory, and passes the burn-in with its
// own weights and without a gradient. A target network begins with the same memory.
type memory struct {
	policy  policy.Policy   // policy that acts
	critics *policy.Critics // online critics; nil if the agent has no separate critics

	ofPolicy, ofCritics []float32 // [N, …] memory of the policy and of the critics at the environments' observations
	both                []float32 // [N, …] scratch: rows of ofPolicy and ofCritics beside each other
	raw                 []float32 // [N, A] scratch: actions of the policy that are not taken

	sequences *replay.Sequences
	batch     *replay.SequenceBatch
	start     memoryStart
	weight    []float32 // [R] weights of the rows in a mean over the learned rows
	priority  []float32 // [B] priorities of the sequences
}

// memoryStart has the memory of the networks for the B sequences of a minibatch.
type memoryStart struct {
	ofPolicy, ofTarget []float32 // [B, …] scratch: memory of the policy, and of its target network
	ofCritics          []float32 // [B, …] scratch: memory of the critics, online or target
	before             []float32 // [R, …] scratch: memory of the critics before each row after the burn-in
}

// useMemory prepares the agent for networks with memory. Without memory it does nothing, and
// o.memory stays nil. critics is nil if the agent has no separate critics.
func (o *offPolicy) useMemory(p policy.Policy, critics *policy.Critics) (err error) {
	ofPolicy, ofCritics := p.Spec().Memory, 0
	if critics != nil {
		ofCritics = critics.MemorySize()
	}
	if ofPolicy+ofCritics == 0 {
		return nil
	}
	r, n, b := o.replayConfig, o.setup.NEnvs, o.replayConfig.BatchSize
	shape := r.sequenceShape(ofPolicy + ofCritics)
	m := &memory{
		policy: p, critics: critics,
		ofPolicy: make([]float32, n*ofPolicy), ofCritics: make([]float32, n*ofCritics),
		both: make([]float32, n*shape.MemorySize), raw: make([]float32, len(o.raw)),
		batch: replay.NewSequenceBatch(o.play.vec.Spec(), shape, b), priority: make([]float32, b),
	}
	rows := len(m.batch.Learned)
	m.weight = make([]float32, rows)
	m.start = memoryStart{
		make([]float32, b*ofPolicy), make([]float32, b*ofPolicy), make([]float32, b*ofCritics), make([]float32, rows*ofCritics),
	}
	m.sequences, err = o.experience.useSequences(shape)
	o.memory = m
	return err
}

// rows returns the number of rows in a minibatch: transitions, or the steps of sequences after
// the burn-in.
func (o *offPolicy) rows() int {
	if o.memory != nil {
		return len(o.memory.batch.Learned)
	}
	return o.replayConfig.BatchSize
}

// input adds the memory of the policy to the input of Act. It clears the memory where an episode
// begins, and lets the replay buffer keep the memory.
func (m *memory) input(in *policy.In, first []bool) {
	if m == nil {
		return
	}
	in.Memory = m.ofPolicy
	clearFirst(m.ofPolicy, first)
	clearFirst(m.ofCritics, first)
	n := len(first)
	ofPolicy, ofCritics := len(m.ofPolicy)/n, len(m.ofCritics)/n
	for i := range n {
		row := m.both[i*(ofPolicy+ofCritics):]
		copy(row, m.ofPolicy[i*ofPolicy:(i+1)*ofPolicy])
		copy(row[ofPolicy:], m.ofCritics[i*ofCritics:(i+1)*ofCritics])
	}
	m.sequences.Remember(m.both)
}

// ignore lets the policy remember observations in whose place random actions are taken.
func (m *memory) ignore(in policy.In) {
	if m != nil {
		m.policy.Act(policy.In{Obs: in.Obs, Mask: in.Mask, Memory: in.Memory}, policy.Out{Raw: m.raw})
	}
}

// acted lets the critics remember a step: the observations and the actions raw.
func (m *memory) acted(obs, raw []float32) {
	if m != nil && m.critics != nil {
		m.critics.Remember(obs, raw, nil, m.ofCritics)
	}
}

// State saves or loads the memory.
func (m *memory) State(s *state.State) {
	s.Section("memory", 1)
	s.Floats("memory/policy", m.ofPolicy)
	s.Floats("memory/critics", m.ofCritics)
}

// stepOf returns the input of Act for row t of all sequences, with their memory.
func stepOf(b *replay.SequenceBatch, t int, memory []float32) policy.In {
	n := b.Len()
	o, m := len(b.Obs)/len(b.First), len(b.Mask)/len(b.First)
	in := policy.In{Obs: b.Obs[t*n*o : (t+1)*n*o], First: b.First[t*n : (t+1)*n], Memory: memory}
	if m > 0 {
		in.Mask = b.Mask[t*n*m : (t+1)*n*m]
	}
	return in
}

// afterBurnIn returns the part of x [S·B, …] after the burn-in.
func afterBurnIn[T any](b *replay.SequenceBatch, x []T) []T {
	return x[len(x)/b.Rows()*b.BurnIn:]
}

// burnIn writes the memory that a policy has after the burn-in to past [B, …].
func (m *memory) burnIn(p policy.Policy, b *replay.SequenceBatch, past []float32) {
	if len(past) == 0 {
		return
	}
	columns(past, b.Memory, b.Len(), 0)
	for t := range b.BurnIn {
		p.Act(stepOf(b, t, past), policy.Out{})
	}
}

// policyBatch returns the input of the policy's networks for the rows after the burn-in.
func (m *memory) policyBatch(p policy.Policy, b *replay.SequenceBatch) policy.Batch {
	m.burnIn(p, b, m.start.ofPolicy)
	return policy.Batch{
		Obs: afterBurnIn(b, b.Obs), Steps: b.Length + b.N, First: afterBurnIn(b, b.First), Memory: m.start.ofPolicy,
	}
}

// unrollCritics computes the memory of critics in the sequences, whose actions they remember. It
// leaves the memory after the burn-in in start.ofCritics if onlyBurnIn is true. Otherwise it
// writes the memory before each row after the burn-in to start.before.
func (m *memory) unrollCritics(q *policy.Critics, b *replay.SequenceBatch, onlyBurnIn bool) {
	past, n, steps := m.start.ofCritics, b.Len(), b.Rows()
	columns(past, b.Memory, n, len(b.Memory)/n-len(past)/n)
	if onlyBurnIn {
		steps = b.BurnIn
	}
	a := len(b.Act) / len(b.First)
	for t := range steps {
		in := stepOf(b, t, past)
		if t >= b.BurnIn {
			clearFirst(past, in.First)
			copy(m.start.before[(t-b.BurnIn)*len(past):], past)
		}
		q.Remember(in.Obs, b.Act[t*n*a:(t+1)*n*a], in.First, past)
	}
}

// clearFirst clears the rows of a memory at which an episode begins.
func clearFirst(memory []float32, first []bool) {
	size := len(memory) / len(first)
	for i, f := range first {
		if f {
			clear(memory[i*size : (i+1)*size])
		}
	}
}

// columns copies the columns of src [n, …] from the given column on to dst [n, …].
func columns(dst, src []float32, n, from int) {
	to, width := len(dst)/n, len(src)/n
	for i := range n {
		copy(dst[i*to:(i+1)*to], src[i*width+from:])
	}
}

// weigh computes the weights of the rows of b in a mean over its R rows, so that the mean is over
// the learned rows only. With importance, it includes the importance weights.
func (m *memory) weigh(b *replay.SequenceBatch, importance bool) []float32 {
	learned := 0
	for _, yes := range b.Learned {
		if yes {
			learned++
		}
	}
	scale := float32(len(b.Learned)) / float32(max(learned, 1))
	for r, yes := range b.Learned {
		m.weight[r] = 0
		if yes {
			m.weight[r] = scale
			if importance {
				m.weight[r] *= b.Weight[r%b.Len()]
			}
		}
	}
	return m.weight
}

// sequenceTargets writes the targets y [R] of the learned rows, r + γⁿ V(s'). value [R] has V of all rows
// after the burn-in. The targets of other rows are 0.
func sequenceTargets(y []float32, b *replay.SequenceBatch, value []float32) {
	for r, next := range b.Next {
		y[r] = b.Reward[r] + float32(b.Discount[r]*value[next])
	}
}

// priorities returns the priorities [B] of sequences from the TD errors δ [R]. They are
//
//	η max |δ| + (1-η) mean |δ|
//
// over the learned rows of each sequence: Kapturowski et al., section 2.3.
func (m *memory) priorities(b *replay.SequenceBatch, tdError []float32, eta float32) []float32 {
	n := b.Len()
	for i := range n {
		var largest, sum, count float32
		for r := i; r < len(tdError); r += n {
			if b.Learned[r] {
				d := max(tdError[r], -tdError[r])
				largest, sum, count = max(largest, d), sum+d, count+1
			}
		}
		m.priority[i] = float32(eta*largest) + float32((1-eta)*(sum/max(count, 1)))
	}
	return m.priority
}

// sampleSequences samples a minibatch of sequences. The next call overwrites it.
func (o *offPolicy) sampleSequences() *replay.SequenceBatch {
	x, m := &o.experience, o.memory
	m.sequences.SampleSequences(o.rng, x.buffer.Sampler, x.buffer.Store, m.batch)
	return m.batch
}

// updateSequencePriorities gives the Sampler the priorities of the sampled sequences.
func (o *offPolicy) updateSequencePriorities(tdError []float32) {
	m := o.memory
	o.experience.buffer.Sampler.Learned(m.batch.Index, m.priorities(m.batch, tdError, float32(o.replayConfig.PriorityEta)))
}

// canLearn reports whether the replay buffer has something to learn from.
func (o *offPolicy) canLearn() bool { return o.memory == nil || o.memory.sequences.Len() > 0 }
