package policy

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/rlrun/rlrun/policy/nn"
)

// A builder builds the networks of a policy: of a new one, as NetworkConfig say, or of one that is
// read from a file, as its design says. After an error it builds none.
type builder struct {
	*design
	rng     *rand.Rand
	engines []nn.Engine
	config  *NetworkConfig // of a new policy; nil of one that is read
	numbers int            // that a policy may have
	made    int            // networks so far
	err     error
}

// newBuilder returns the builder of a new policy's networks, whose net_arch may have keys.
func newBuilder(kind kind, rng *rand.Rand, k *NetworkConfig, e nn.Engine, keys ...string) *builder {
	d := &design{kind: kind, plans: map[string]nn.Plan{}, sde: k.UseSDE, expln: k.UseSDE && k.UseExpln, shares: k.ShareTrunk}
	return &builder{design: d, rng: rng, engines: []nn.Engine{e}, config: k, numbers: math.MaxInt, err: k.NetArch.Check(keys...)}
}

// built returns a policy that was built, or the error as this package's.
func built[P any](p *P, err error) (*P, error) {
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	return p, nil
}

// newReader returns the builder of the networks of a policy that is read from a file with a
// count of numbers. The first engine that can builds a network.
func newReader(d *design, numbers int, engines []nn.Engine) *builder {
	b := &builder{design: d, rng: rand.New(rand.NewPCG(0, 0)), numbers: numbers}
	_, d.shares = d.plans["trunk"]
	for _, e := range append(slices.Clip(engines), nn.Native{}) {
		if native, ok := e.(nn.Native); ok {
			native.Limit = max(numbers, 1)
			e = native
		}
		b.engines = append(b.engines, e)
	}
	return b
}

// A part says which hidden layers of NetworkConfig a network has.
type part uint8

const (
	noHidden part = iota
	piHidden      // the actor's
	vfHidden      // the critic's
)

// hidden returns a network of hidden layers alone, called name, for in inputs, and its
// outputs.
func (b *builder) hidden(name string, in int, p part) (n nn.Network, out int) {
	return b.make(name, in, p, 0, 0)
}

// network returns the network called name, which has in inputs and out outputs. At the start
// the gain of orthogonal weights of its last layer is given.
func (b *builder) network(name string, in int, p part, out int, gain float32) nn.Network {
	n, got := b.make(name, in, p, out, gain)
	if b.err == nil && got != out {
		b.err = fmt.Errorf("network %s has %d outputs, want %d", name, got, out)
	}
	return n
}

// make returns a network, and its outputs.
func (b *builder) make(name string, in int, p part, out int, gain float32) (n nn.Network, got int) {
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
	case plan.In.Size() != in:
		b.err = fmt.Errorf("network %s has %d inputs, want %d", name, plan.In.Size(), in)
	default:
		n, b.err = b.build(name, plan)
	}
	if b.err != nil {
		return nil, 0
	}
	b.made++
	return n, nn.Outputs(n, in)
}

// build returns the network of a plan, from the first engine that can. The error is the
// first engine's.
func (b *builder) build(name string, plan nn.Plan) (nn.Network, error) {
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

// room reports whether the policy may have rows times cols numbers.
func (b *builder) room(rows, cols int) bool {
	if b.err == nil && rows > b.numbers/max(cols, 1) {
		b.err = errors.New("it has fewer numbers than its parts need")
	}
	return b.err == nil
}

// fail keeps the first error.
func (b *builder) fail(err error) { b.err = cmp.Or(b.err, err) }

// logStd returns log σ at the start.
func (b *builder) logStd() float32 {
	if b.config == nil {
		return 0
	}
	return b.config.LogStdInit
}

// base returns a policy's base, once all its networks are built.
func (b *builder) base(s Spec) base {
	if b.err == nil && b.made < len(b.plans) {
		b.err = fmt.Errorf("it has networks that its policy does not have: %.100q", slices.Sorted(maps.Keys(b.plans)))
	}
	return base{s, *b.design}
}
