package agents

// actorCriticLog has the figures of the latest update of an actor and a critic,
// under the names that they have in Stable-Baselines3.
type actorCriticLog struct {
	gain, entropy, value, explained float64
	named                           []Named
}

// figures returns what is logged of the latest iteration.
func (l *actorCriticLog) figures(rate float64) []Named {
	l.named = append(l.named[:0],
		Named{"entropy_loss", -l.entropy},
		Named{"explained_variance", l.explained},
		Named{"learning_rate", rate},
		Named{"policy_loss", -l.gain},
		Named{"value_loss", l.value},
	)
	return l.named
}
