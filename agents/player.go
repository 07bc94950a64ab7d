package agents

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
)

// actorsBranch is the number of the child seed, env.Split(seed, actorsBranch) of a run's seed, from
// which the seeds of actors elsewhere are derived.
const actorsBranch = 5

// acting returns the settings of the actors.
func (c *Acting) acting() *Acting { return c }

// Actors returns the number of actors of an agent with config c, and the number of trajectories that can
// wait for its learner. The number is 0 if no actors can play elsewhere: there are none, or they take
// turns with the learner, or they repeat a log.
func Actors(c Config) (actors, depth int) {
	a, ok := c.(interface{ acting() *Acting })
	if !ok || a.acting().Ordered || a.acting().ReplayLog != "" {
		return 0, 0
	}
	return a.acting().Actors, a.acting().QueueDepth
}

// A fleeted agent has actors.
type fleeted interface{ actorFleet() *fleet }

// actorFleet returns the actors.
func (a *IMPALA) actorFleet() *fleet { return a.fleet }

// actorFleet returns the actors, or nil.
func (o *offPolicy) actorFleet() *fleet {
	if o.actors == nil {
		return nil
	}
	return o.actors.fleet
}

// TakeFrom lets an agent learn from the trajectories of actors elsewhere, in place of those of its own
// actors, which only play while no others come. It must be called before Learn.
func TakeFrom(a Agent, s Source) error {
	f, ok := a.(fleeted)
	if !ok || f.actorFleet() == nil {
		return fmt.Errorf("agents: TakeFrom of a %T, want an agent with actors", a)
	}
	f.actorFleet().source = s
	return nil
}

// A Player plays trajectories for a learner in another program. Its trajectories are a function of the
// config, the id and the weights.
type Player struct {
	agent Agent
	fleet *fleet
	actor actor
	id    int
	buf   []byte
}

// NewPlayer returns the Player with the given id for the learner of an agent with config c, which the
// function mk makes. Ids from the number of actors on are of players elsewhere. It changes c.
func NewPlayer(c Config, id int, mk func() (Agent, error)) (*Player, error) {
	actors, _ := Actors(c)
	if actors == 0 {
		return nil, fmt.Errorf("agents: a Player for a %T, want an agent with actors that do not take turns", c)
	}
	base := c.Base()
	base.Seed = env.Split(env.Split(base.Seed, actorsBranch), uint64(id))
	base.onlyActor = id%actors + 1
	a, err := mk()
	if err != nil {
		return nil, err
	}
	f := a.(fleeted).actorFleet()
	return &Player{agent: a, fleet: f, actor: f.actors[0], id: id}, nil
}

// WeightsSize returns the length of the weights [bytes].
func (p *Player) WeightsSize() int { return 4 * len(p.fleet.weights) }

// Bytes reports whether most of a trajectory is bytes of images, which can be compressed.
func (p *Player) Bytes() bool {
	for _, part := range p.fleet.shape.obsLayout.Parts {
		if part.Kind == env.Pixels {
			return true
		}
	}
	return false
}

// SetWeights sets a version of the weights, which Source.Publish has got. Other weights are an error.
func (p *Player) SetWeights(version int, weights []byte) error {
	if len(weights) != p.WeightsSize() {
		return fmt.Errorf("agents: weights of %d bytes, want %d", len(weights), p.WeightsSize())
	}
	r := trajectoryReader{src: weights}
	if r.floats(p.fleet.weights); r.broken {
		return fmt.Errorf("agents: the weights are not finite")
	}
	p.fleet.version = version
	return nil
}

// Play plays a trajectory with the latest weights, and returns it encoded. The next call overwrites
// it.
func (p *Player) Play() ([]byte, error) {
	b := p.actor.base()
	p.fleet.next(p.actor)
	if err := p.fleet.play(p.actor); err != nil {
		return nil, err
	}
	b.number++
	b.current.Actor = p.id
	p.buf = b.current.appendTo(p.buf[:0])
	p.fleet.release(b.current)
	b.current = nil
	return p.buf, nil
}

// Close closes the environments.
func (p *Player) Close() error { return Close(p.agent) }
