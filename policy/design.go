package policy

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/nn"
)

// A design describes a policy of this package, except for its spaces and tensors. Two policies
// with equal designs, spaces and tensors choose the same actions. The metadata of a policy file
// contains the design.
type design struct {
	kind       kind
	head       string             // name of the action distribution; "" for policies that are not stochastic
	plans      map[string]nn.Plan // plans of the networks; the key is the prefix of the names of the network's tensors
	sde        bool               // whether the policy has state-dependent noise
	expln      bool               // whether σ of the state-dependent noise grows only logarithmically above 1
	shareTrunk bool               // whether the actor and the critic share the network "trunk"
	embedding  bool               // whether the networks have embeddings of choices
	bytes      bool               // whether the networks read the bytes of images as they are, not divided by 255
	dueling    bool               // whether the network has outputs V and A
	clip       float32            // clip range of the normaliser; 0: no normaliser
	tiles      tiling
}

// A kind is the name of a policy type in files.
type kind string

// The kinds of policies.
const (
	actorCriticKind   kind = "actor_critic"
	qKind             kind = "q"
	deterministicKind kind = "deterministic"
	squashedKind      kind = "squashed"
	tableKind         kind = "table"
	tilesKind         kind = "tiles"
	criticsKind       kind = "" // critics are in no file
)

// A tiling describes the grids of a tile coding.
type tiling struct {
	Tilings int       `json:"tilings"` // number of tilings
	Tiles   int       `json:"tiles"`   // tiles per dimension of one tiling
	Low     []float32 `json:"low"`     // [O] smallest observation
	High    []float32 `json:"high"`    // [O] largest observation
}

// base has the Spec and the design of a policy. Every policy of this package embeds it.
type base struct {
	spec   Spec
	design design
}

// Spec returns the policy's spaces and the sizes of its inputs and outputs.
func (b *base) Spec() Spec { return b.spec }

// withNormalizer returns the design with the clip range of normal, which may be nil.
func (b *base) withNormalizer(normal *Normalizer) *design {
	d := b.design
	if d.clip = 0; normal != nil {
		d.clip = normal.clip
	}
	return &d
}

// designOf returns the design of a policy. It returns nil for a policy type of another package,
// and also for a type that embeds a policy of this package, because its Act may be different.
func designOf(p Policy) *design {
	switch p := p.(type) {
	case *ActorCritic:
		return p.withNormalizer(p.normal)
	case *QNetwork:
		return p.withNormalizer(p.normal)
	case *Deterministic:
		return p.withNormalizer(p.normal)
	case *Squashed:
		return p.withNormalizer(p.normal)
	case *Table:
		return p.withNormalizer(nil)
	case *Tiles:
		return p.withNormalizer(nil)
	case *Valued:
		return designOf(p.Policy)
	}
	return nil
}

// build returns a policy from the design in a file. maxValues is the number of float32 values in
// the file. The caller must then set the policy's tensors.
func (d *design) build(spec env.Spec, maxValues int, engines []nn.Engine) (Policy, error) {
	var normal *Normalizer
	if d.clip != 0 {
		var err error
		if normal, err = NewNormalizer(spec.Obs, d.clip); err != nil {
			return nil, err
		}
	}
	b := newFileBuilder(d, maxValues, engines)
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
