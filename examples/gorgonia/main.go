// Gorgonia trains PPO on CartPole with networks of its own, which are graphs of the library
// Gorgonia.
package main

import (
	"context"
	"log"
	"math/rand/v2"

	G "gorgonia.org/gorgonia"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/policy/gorgonia"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// Gated is an nn.Engine whose networks have one gated hidden layer: y = (tanh(x U) ∘ σ(x V)) W.
type Gated struct{ width int }

// Build returns a gated network. It uses three values of the plan: the number of inputs, the
// number of outputs, and the gain of the last layer.
func (e Gated) Build(rng *rand.Rand, name string, plan nn.Plan) (nn.Network, error) {
	last := nn.Read(plan.Layers[len(plan.Layers)-1])
	in, out, gain := plan.In.Size(), last.Outputs(), float32(last.Number("gain", 1))
	u := normal(rng, name+".u", in, e.width, 1)
	v := normal(rng, name+".v", in, e.width, 1)
	w := normal(rng, name+".w", e.width, out, 0.1*gain)
	return gorgonia.New([]*tape.Param{u, v, w}, in, out,
		func(_ *G.ExprGraph, x *G.Node, p []*G.Node) (*G.Node, error) {
			signal := G.Must(G.Tanh(G.Must(G.Mul(x, p[0]))))
			gate := G.Must(G.Sigmoid(G.Must(G.Mul(x, p[1]))))
			return G.Mul(G.Must(G.HadamardProd(signal, gate)), p[2])
		})
}

// normal returns a parameter whose values are normally distributed with the given standard
// deviation.
func normal(rng *rand.Rand, name string, rows, cols int, deviation float32) *tape.Param {
	p := tape.NewParam(name, rows, cols)
	for i := range p.Value {
		p.Value[i] = deviation * float32(rng.NormFloat64())
	}
	return p
}

func main() {
	c := agents.DefaultPPO()
	c.Engine = Gated{width: 64}
	ppo := agents.Must(agents.NewPPO(env.Each(classic.NewCartPole), c))
	for report, err := range agents.Train(context.Background(), ppo, 20_000, 5_000) {
		if err != nil {
			log.Fatal(err)
		}
		log.Println(report)
	}
}
