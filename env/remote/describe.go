package remote

import "github.com/rlrun/rlrun/env"

// A Description says in JSON what an environment looks like from outside.
type Description struct {
	Env              string        `json:"env"`
	ObservationSpace env.SpaceJSON `json:"observation_space"`
	ActionSpace      env.SpaceJSON `json:"action_space"`
	MaxEpisodeSteps  *int          `json:"max_episode_steps"`
	RewardThreshold  *float64      `json:"reward_threshold"`
}

// Describe returns what a Spec says, but for the names of elements.
func Describe(s env.Spec) Description {
	d := Description{Env: s.ID, ObservationSpace: env.Outline(s.Obs), ActionSpace: env.Outline(s.Act), RewardThreshold: s.RewardThreshold}
	if s.MaxSteps > 0 {
		d.MaxEpisodeSteps = &s.MaxSteps
	}
	return d
}
