package agents

import (
	"sync/atomic"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/tape"
)

// Acting has the settings of actors that act while the learner learns: IMPALA's, and those of DQN,
// DDPG, TD3 and SAC as Ape-X agents.
type Acting struct {
	Actors     int    `yaml:"actors"`      // actors that act while the learner learns, each with n_envs environments; 0: the agent itself acts
	QueueDepth int    `yaml:"queue_depth"` // trajectories that can wait for the learner; when there are more, the actors wait
	Ordered    bool   `yaml:"ordered"`     // true: the actors and the learner take turns, so that a seed always gives the same bytes
	ReplayLog  string `yaml:"replay_log"`  // learned.csv of an earlier run with the same settings: learn from the same trajectories in the same order, to the same bytes
}

// rules returns the conditions on the settings.
func (c *Acting) rules() []rule {
	return []rule{
		{0 <= c.Actors && c.Actors <= 1<<12, "actors", c.Actors, "0 … 4096"},
		{c.Actors == 0 || 1 <= c.QueueDepth && c.QueueDepth <= 1<<16, "queue_depth", c.QueueDepth, "1 … 65536"},
	}
}

// An actor plays trajectories with its own copy of the networks.
type actor interface {
	// begin starts a trajectory at the environments' observations.
	begin(t *Trajectory)

	// play continues a trajectory until it is complete or stop is true.
	play(t *Trajectory, stop *atomic.Bool) error

	// loaded runs after new weights were copied to tensors.
	loaded()

	base() *actorBase
	state.Stater
}

// An actorBase has the parts that all actors have.
type actorBase struct {
	*player
	tensors []*tape.Param // weights of the actor's networks, in the order of the learner's
	shape   trajectoryShape

	index   int         // number of the actor
	current *Trajectory // trajectory that is being played, or that waits for a place in the queue; nil: none
	number  int         // number of the next trajectory
	version int         // version of the weights in tensors
}
