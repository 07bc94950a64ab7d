package policy

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/nn"
)

// A design says what a policy of this package is, besides its spaces and its numbers. Two
// policies of one design, with the same spaces and tensors, act alike.
type design struct {
	kind   kind
	head   string             // the distribution of its actions; "" of policies that draw none
	plans  map[string]nn.Plan // of the networks, by the names that their tensors begin with
	sde    bool               // it explores by noise that depends on the state
	expln  bool               // the σ of that noise grows as a logarithm above 1
	shares bool               // the actor and the critic share hidden layers, the network trunk
	duels  bool               // its network has V and advantages
	clip   float32            // of its normaliser; 0 is without
	tiles  tiling
}

// A kind is a type of policies.
type kind string

// The kinds of policies, as files name them.
const (
	actorCriticKind   kind = "actor_critic"
	qKind             kind = "q"
	deterministicKind kind = "deterministic"
	squashedKind      kind = "squashed"
	tableKind         kind = "table"
	tilesKind         kind = "tiles"
)

// A tiling says where tiles are.
type tiling struct {
	Tilings int       `json:"tilings"`
	Tiles   int       `json:"tiles"` // of a tiling along a dimension
	Low     []float32 `json:"low"`   // bounds of observations
	High    []float32 `json:"high"`
}

// base is what every policy of this package has: its Spec, and what it is besides.
type base struct {
	spec   Spec
	design design
}

// Spec describes the policy.
func (b *base) Spec() Spec { return b.spec }

// with returns the design with a normaliser.
func (b *base) with(normal *Normalizer) *design {
	d := b.design
	if d.clip = 0; normal != nil {
		d.clip = normal.clip
	}
	return &d
}

// designOf returns the design of a policy; nil of a type that is not of this package, also
// of one that embeds a policy of this package, for it may act in another way.
func designOf(p Policy) *design {
	switch p := p.(type) {
	case *ActorCritic:
		return p.with(p.normal)
	case *QNetwork:
		return p.with(p.normal)
	case *Deterministic:
		return p.with(p.normal)
	case *Squashed:
		return p.with(p.normal)
	case *Table:
		return p.with(nil)
	case *Tiles:
		return p.with(nil)
	}
	return nil
}

// build returns a policy of a design that was read from a file with a count of numbers. They
// are to be set.
func (d *design) build(spec env.Spec, numbers int, engines []nn.Engine) (Policy, error) {
	var normal *Normalizer
	if d.clip != 0 {
		var err error
		if normal, err = NewNormalizer(spec.Obs, d.clip); err != nil {
			return nil, err
		}
	}
	b := newReader(d, numbers, engines)
	switch d.kind {
	case actorCriticKind:
		return newActorCritic(b, spec, normal)
	case qKind:
		return newQNetwork(b, spec, normal)
	case deterministicKind:
		return newDeterministic(b, spec, normal)
	case squashedKind:
		return newSquashed(b, spec, normal)
	case tableKind:
		return newTable(b, spec)
	}
	return newTiles(b, spec)
}
