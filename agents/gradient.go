package agents

import (
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// chunkSize is the smallest number of rows in a chunk of a minibatch that is divided. A chunk is
// differentiated by this number of rows at a time, which stay in a core's second-level cache.
const chunkSize = 512

// An actorCritic is an agent's networks with their optimiser. The gradient of a large minibatch is
// the sum of the gradients of consecutive chunks of its sequences, which different cores compute.
// The chunks depend on the numbers of rows and sequences and on the networks, never on the number
// of cores.
type actorCritic struct {
	model    *policy.ActorCritic
	params   []*tape.Param // learned parameters of the model
	opt      *optim.Optimizer
	cores    *parallel.Pool // cores that Learn uses
	own      gradientJob    // gradients of a whole minibatch, with the model itself
	replicas []*gradientJob // gradients of the chunks, each with its own replica; nil if the model has no replicas

	maxChunks, chunks int // largest number of chunks of a minibatch; number of chunks of the current one

	ownSite, chunkSite, sumSite parallel.Site
}

// makeReplicas makes replicas of the model for the parts of the environments and the chunks of a
// minibatch, if there are several and the model can have replicas.
func (n *actorCritic) makeReplicas(parts, chunks int) {
	count := max(parts, chunks)
	if count == 1 {
		return
	}
	for i := range count {
		r := n.model.Replica()
		if r == nil {
			return
		}
		if i >= chunks {
			for _, p := range r.Params() {
				p.Grad = nil // the replica only acts
			}
		}
		n.replicas = append(n.replicas, &gradientJob{model: r, params: r.Params()})
	}
	n.maxChunks = chunks
}

// computeValues computes V(s) for all observations of a part of a rollout, and stores the values in
// v, the values of the whole rollout. The values of a policy with memory are already there: the
// collector stored them.
func computeValues(model *policy.ActorCritic, part *replay.RolloutPart, v []float32) {
	spec := model.Spec()
	if spec.Memory > 0 {
		return
	}
	o := spec.Obs.Size()
	for from, obs := range part.Observed() {
		for ; len(obs) > 0; from += chunkSize {
			n := min(chunkSize, len(obs)/o)
			model.Act(policy.In{Obs: obs[:n*o]}, policy.Out{Value: v[from : from+n]})
			obs = obs[n*o:]
		}
	}
}

// chunkSequences is the smallest number of sequences in a chunk, and on a tape, for a policy with
// memory. The layers compute each step of all sequences on a tape at once.
const chunkSequences = 8

// A batch is the sequences of a minibatch. Without memory, each step is a sequence. Several
// goroutines may call its methods at the same time.
type batch interface {
	Len() int       // number of steps
	Sequences() int // number of sequences

	// Slice returns the sequences [from, to). It may use the memory of b.
	Slice(b *replay.Minibatch, from, to int) *replay.Minibatch
}

// stepsOf returns the number of steps in a sequence of b, rounded up.
func stepsOf(b batch) int { return (b.Len() + b.Sequences() - 1) / b.Sequences() }

// gradientStep takes a gradient step on both losses of a minibatch, except if the objective skips
// it.
func (n *actorCritic) gradientStep(b batch, o objective) stepMetrics {
	m := n.accumulateGradients(b, o)
	if m.skipped = o.skips(m.actorMetrics); m.skipped {
		for _, p := range n.params {
			clear(p.Grad)
		}
		return m
	}
	n.opt.Step()
	return m
}

// accumulateGradients adds the gradients of both losses of a minibatch to the parameters' Grad.
func (n *actorCritic) accumulateGradients(b batch, o objective) stepMetrics {
	n.chunks = min(partsOf(b.Len(), chunkSize), partsOf(b.Sequences(), chunkSequences), n.maxChunks)
	if n.chunks < 2 {
		return n.own.run(n.cores, &n.ownSite, b, o)
	}
	for i, c := range n.replicas[:n.chunks] {
		c.batch, c.objective, c.from, c.to = b, o, i*b.Sequences()/n.chunks, (i+1)*b.Sequences()/n.chunks
	}
	n.cores.Run(&n.chunkSite, n.chunks, (*chunkJob)(n))
	n.cores.Run(&n.sumSite, min(n.chunks, n.cores.Size()), (*sumJob)(n))
	var m stepMetrics
	for _, c := range n.replicas[:n.chunks] {
		m.add(c.metrics, 1)
	}
	return m
}

// chunkJob is the parallel.Job in which each replica computes the gradient of a chunk.
type chunkJob actorCritic

// Do computes the gradient of chunk i.
func (n *chunkJob) Do(i int) { n.replicas[i].addGradients() }

// sumJob is the parallel.Job that adds the gradients of the chunks to the gradients of the model,
// in the order of the chunks.
type sumJob actorCritic

// Do adds part i of the gradient of each parameter.
func (n *sumJob) Do(i int) {
	pieces := min(n.chunks, n.cores.Size())
	for j, p := range n.params {
		from, to := i*len(p.Grad)/pieces, (i+1)*len(p.Grad)/pieces
		for _, c := range n.replicas[:n.chunks] {
			g := c.params[j].Grad[from:to]
			f32.AddTo(p.Grad[from:to], g)
			clear(g)
		}
	}
}
