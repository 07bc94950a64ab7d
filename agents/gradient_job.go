package agents

import (
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// A gradientJob computes the gradients of both losses for some rows of a minibatch.
type gradientJob struct {
	model     *policy.ActorCritic
	params    []*tape.Param // parameters of the model, if it is a replica
	batch     batch
	objective objective
	from, to  int              // sequences [from, to) of the batch
	rows      replay.Minibatch // memory for rows
	current   *replay.Minibatch
	weight    float32 // weight of the current rows in the losses of the minibatch
	metrics   stepMetrics
}

// actorMetrics are the metrics of an actor's loss.
type actorMetrics struct {
	policyObjective float32 // policy gradient's objective, which the step increases
	entropy         float32 // mean entropy of the policy
	approxKL        float64 // PPO: approximate KL divergence from the policy that collected the rollout
	clipFraction    float64 // PPO: fraction of the probability ratios that are clipped
}

// stepMetrics are the metrics of a gradient step.
type stepMetrics struct {
	actorMetrics
	valueLoss float32 // mean squared error of the critic
	skipped   bool    // true if the step was not taken
}

// add adds the metrics x of a part of a minibatch, times a weight.
func (m *stepMetrics) add(x stepMetrics, weight float32) {
	m.policyObjective += weight * x.policyObjective
	m.entropy += weight * x.entropy
	m.approxKL += float64(weight) * x.approxKL
	m.clipFraction += float64(weight) * x.clipFraction
	m.valueLoss += weight * x.valueLoss
}

// run adds the gradients of a whole minibatch on one tape for each network. If the actor and the
// critic share no parameters, two cores compute their gradients.
func (g *gradientJob) run(cores *parallel.Pool, s *parallel.Site, b batch, o objective) stepMetrics {
	g.batch, g.objective, g.weight, g.metrics = b, o, 1, stepMetrics{}
	g.current = b.Slice(&g.rows, 0, b.Sequences())
	g.runBurnIn()
	if g.model.Trunk == nil {
		cores.Run(s, 2, (*lossJob)(g))
	} else {
		g.addBothGradients()
	}
	return g.metrics
}

// lossJob is the parallel.Job of the two losses.
type lossJob gradientJob

// Do adds the gradient of the actor's loss if i is 0, or of the critic's loss if i is 1.
func (g *lossJob) Do(i int) {
	if i == 0 {
		(*gradientJob)(g).addActorGradient()
	} else {
		(*gradientJob)(g).addCriticGradient()
	}
}

// runBurnIn brings the memory before the current sequences up to date: the model acts on the steps
// before them.
func (g *gradientJob) runBurnIn() {
	burn := &g.current.BurnIn
	if len(burn.Sequences) == 0 {
		return
	}
	for t := range burn.Steps {
		obs, first := burn.Step(t)
		g.model.Act(policy.In{Obs: obs, First: first, Memory: burn.Memory}, policy.Out{})
	}
	g.current.EndBurnIn()
}

// addGradients adds the gradients of both losses for the sequences [from, to), a tape's sequences at
// a time. The metrics are the sums over the rows, divided by the number of rows of the batch.
func (g *gradientJob) addGradients() {
	var sum stepMetrics
	size := chunkSize
	if steps := stepsOf(g.batch); steps > 1 {
		size = max(chunkSize/steps, chunkSequences)
	}
	for from := g.from; from < g.to; from += size {
		to := min(from+size, g.to)
		g.current = g.batch.Slice(&g.rows, from, to)
		g.weight = float32(g.current.Len()) / float32(g.batch.Len())
		g.runBurnIn()
		if g.model.Trunk == nil {
			g.addActorGradient()
			g.addCriticGradient()
		} else {
			g.addBothGradients()
		}
		sum.add(g.metrics, g.weight)
	}
	g.metrics = sum
}

// addActorGradient adds the gradient of the actor's loss.
func (g *gradientJob) addActorGradient() {
	g.model.Tape.Reset()
	var loss *tape.Var
	loss, g.metrics.actorMetrics = g.objective.actorLoss(g.model.Pi(trainingBatch(g.current)), g.current)
	g.backward(loss)
}

// addCriticGradient adds the gradient of the critic's loss.
func (g *gradientJob) addCriticGradient() {
	g.model.ValueTape.Reset()
	var loss *tape.Var
	loss, g.metrics.valueLoss = g.objective.criticLoss(g.model.V(trainingBatch(g.current)), g.current)
	g.backward(loss)
}

// addBothGradients adds the gradients of both losses, with one pass through the shared trunk.
func (g *gradientJob) addBothGradients() {
	g.model.Tape.Reset()
	pi, v := g.model.PiV(trainingBatch(g.current))
	var actorLoss, criticLoss *tape.Var
	actorLoss, g.metrics.actorMetrics = g.objective.actorLoss(pi, g.current)
	criticLoss, g.metrics.valueLoss = g.objective.criticLoss(v, g.current)
	g.backward(actorLoss.Add(criticLoss))
}

// backward adds the gradient of a loss, times the weight of the current rows.
func (g *gradientJob) backward(loss *tape.Var) {
	if g.weight != 1 {
		loss = loss.Scale(g.weight)
	}
	loss.Backward()
}

// trainingBatch returns the input of the networks for a minibatch.
func trainingBatch(b *replay.Minibatch) policy.Batch {
	return policy.Batch{Obs: b.Obs, Mask: b.Mask, Steps: b.Steps, First: b.First, Memory: b.Memory, Rows: b.Rows}
}
