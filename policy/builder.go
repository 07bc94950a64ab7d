package policy

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/nn"
)

// A builder builds the networks of a policy. For a new policy it uses the NetworkConfig; for a
// policy from a file it uses the design in the file. After an error it builds no more networks.
type builder struct {
	*design
	rng       *rand.Rand
	engines   []nn.Engine
	config    *NetworkConfig // config of a new policy; nil for a policy from a file
	maxValues int            // largest number of float32 values that the policy may have
	built     int            // number of networks built so far
	err       error          // first error
}

// newBuilder returns a builder for the networks of a new policy. keys are the keys that are valid
// in net_arch if net_arch is a mapping: pi, vf or qf.
func newBuilder(kind kind, rng *rand.Rand, c *NetworkConfig, e nn.Engine, keys ...string) *builder {
	d := &design{kind: kind, plans: map[string]nn.Plan{}, sde: c.UseSDE, expln: c.UseSDE && c.UseExpln, shareTrunk: c.ShareTrunk}
	b := &builder{
		design: d, rng: rng, engines: []nn.Engine{e}, config: c, maxValues: math.MaxInt,
		err: cmp.Or(c.NetArch.Check(keys...), c.Layers.Check(keys...)),
	}
	if c.ShareTrunk {
		b.keepError(c.Layers.CheckTrunk())
	}
	return b
}

// withPrefix returns p. If err is not nil, it returns a nil policy, and err with the prefix
// "policy".
func withPrefix[P any](p *P, err error) (*P, error) {
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	return p, nil
}

// newFileBuilder returns a builder for the networks of a policy from a file. maxValues is the
// number of float32 values in the file. Each network is built by the first engine that can build
// it; nn.Native is the last engine.
func newFileBuilder(d *design, maxValues int, engines []nn.Engine) *builder {
	b := &builder{design: d, rng: rand.New(rand.NewPCG(0, 0)), maxValues: maxValues}
	_, d.shareTrunk = d.plans["trunk"]
	for _, e := range append(slices.Clip(engines), nn.Native{}) {
		if native, ok := e.(nn.Native); ok {
			native.Limit = max(maxValues, 1)
			e = native
		}
		b.engines = append(b.engines, e)
	}
	return b
}

// A part says which hidden layers of a NetworkConfig a network gets: the actor's, the critic's or
// none.
type part uint8

const (
	noHidden    part = iota // no hidden layers
	piHidden                // hidden layers of the actor
	vfHidden                // hidden layers of the critic
	trunkHidden             // hidden layers of the trunk in layers
)

// encoder returns the encoder for the observations of a space.
func (b *builder) encoder(space env.Space, normal *Normalizer) (encoder, error) {
	if b.config != nil {
		b.keepError(b.config.checkEmbedding())
		b.embedding, b.bytes = b.config.Embedding > 0, !b.config.NormalizeImages
	}
	e, err := newEncoder(space, normal, b.embedding, b.bytes)
	b.bytes = b.bytes && e.input().hasImages()
	if b.config != nil && b.config.ShareFeaturesExtractor && e.input().hasImages() && slices.Contains([]kind{squashedKind, deterministicKind, criticsKind}, b.kind) {
		b.keepError(errors.New("share_features_extractor is true, want false: off-policy, the actor and each critic read the images with a network of their own"))
	}
	return e, err
}

// hidden returns a network of only hidden layers, without an output layer, and the input of a
// network that reads its outputs.
func (b *builder) hidden(name string, in input, p part) (n nn.Network, out input) {
	n, out.size = b.makeNetwork(name, in, p, 0, 0)
	return n, out
}

// network returns a network with the given name, input and number of outputs. In a new
// policy, gain is the gain of the last layer's orthogonal initialisation.
func (b *builder) network(name string, in input, p part, out int, gain float32) nn.Network {
	n, got := b.makeNetwork(name, in, p, out, gain)
	if b.err == nil && got != out {
		b.err = fmt.Errorf("network %s has %d outputs, want %d", name, got, out)
	}
	return n
}

// makeNetwork returns a network and the number of its outputs. If the argument out is 0, the
// network has only hidden layers.
func (b *builder) makeNetwork(name string, in input, p part, out int, gain float32) (n nn.Network, got int) {
	if b.err != nil {
		return nil, 0
	}
	if b.config != nil {
		b.plans[name], b.err = b.config.plan(in, p, out, gain)
	}
	plan, ok := b.plans[name]
	switch {
	case b.err != nil:
	case !ok:
		b.err = fmt.Errorf("there is no network %s", name)
	case plan.In.Size() != in.size:
		b.err = fmt.Errorf("network %s has %d inputs, want %d", name, plan.In.Size(), in.size)
	default:
		n, b.err = b.buildPlan(name, plan)
	}
	if b.err != nil {
		return nil, 0
	}
	b.built++
	return n, nn.Outputs(n, in.size)
}

// trunk returns the network that the actor and the critic share, with the input and the hidden
// layers of the networks that read its outputs: all hidden layers, or only the feature extractor. n
// is nil if they share nothing.
func (b *builder) trunk(in input) (n nn.Network, out input, pi, vf part) {
	if b.config != nil && !b.config.Layers.trunk.empty() {
		n, out = b.hidden("trunk", in, trunkHidden)
		return n, out, piHidden, vfHidden
	}
	if b.config != nil && b.config.layersReadShared(in) {
		b.shareTrunk = true
	}
	switch {
	case b.shareTrunk:
		n, out = b.hidden("trunk", in, piHidden)
		return n, out, noHidden, noHidden
	case b.config != nil && b.err == nil && b.config.sharesExtractor(in):
		n, out = b.hidden("trunk", in, noHidden)
		return n, out, piHidden, vfHidden
	}
	return nil, in, piHidden, vfHidden
}

// hasFeatures reports whether an actor with state-dependent noise has the network "features". pi
// are the hidden layers of the actor.
func (b *builder) hasFeatures(pi part) bool {
	if b.config == nil {
		_, ok := b.plans["features"]
		return b.sde && (ok || !b.shareTrunk)
	}
	return b.sde && pi != noHidden
}

// buildPlan returns the network of a plan, built by the first engine that can build it. If all
// engines fail, it returns the first engine's error. If the weights will come from a file, the
// network gets no random initial weights.
func (b *builder) buildPlan(name string, plan nn.Plan) (nn.Network, error) {
	if b.config == nil {
		plan = plan.Zeroed()
	}
	var first error
	for _, e := range b.engines {
		n, err := e.Build(b.rng, name, plan)
		if err == nil {
			return n, nil
		}
		first = cmp.Or(first, err)
	}
	return nil, first
}

// fits reports whether the policy may have one more tensor of rows × cols values. If not, it sets
// b.err.
func (b *builder) fits(rows, cols int) bool {
	if b.err == nil && rows > b.maxValues/max(cols, 1) {
		b.err = errors.New("it has fewer tensor values than its networks need")
	}
	return b.err == nil
}

// keepError sets b.err to err if b.err is nil.
func (b *builder) keepError(err error) { b.err = cmp.Or(b.err, err) }

// logStd returns the initial log σ. It is 0 for a policy from a file, because log σ is then read
// from the file.
func (b *builder) logStd() float32 {
	if b.config == nil {
		return 0
	}
	return b.config.LogStdInit
}

// base returns the base of a policy after all its networks are built. It is an error if the file
// has a network that was not built.
func (b *builder) base(s Spec) base {
	if b.err == nil && b.built < len(b.plans) {
		b.err = fmt.Errorf("it has networks that its policy does not have: %.100q", slices.Sorted(maps.Keys(b.plans)))
	}
	return base{s, *b.design}
}
