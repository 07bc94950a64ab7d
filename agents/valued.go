package agents

import "github.com/rlrun/rlrun/policy"

// Valued returns a copy of the agent's policy, for a window that also shows values. For SAC, TD3
// and DDPG the copy is a *policy.Valued, which has a copy of the critics. For other agents it is
// a Clone of Policy.
func Valued(a Agent) policy.Policy {
	if v, ok := a.(valuer); ok {
		return v.valued()
	}
	return a.Policy().Clone()
}

// A valuer is an Agent whose policy does not include its critics.
type valuer interface{ valued() policy.Policy }

var (
	_ valuer = (*DDPG)(nil)
	_ valuer = (*TD3)(nil)
	_ valuer = (*SAC)(nil)
)

func (d *dpg) valued() policy.Policy { return valued(d.actor, d.critics) }

func (a *SAC) valued() policy.Policy { return valued(a.actor, a.critics) }

// valued returns a policy.Valued with copies of an actor and its critics.
func valued(actor policy.Policy, c *critics) policy.Policy {
	return &policy.Valued{Policy: actor.Clone(), Critics: c.online.Clone()}
}
