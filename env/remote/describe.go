package remote

import "github.com/rlrun/rlrun/env"

// A Description is the JSON description of an environment: its id, its spaces, its time limit and
// its reward threshold. The last two are null if the environment has none.
type Description struct {
	Env              string        `json:"env"`
	ObservationSpace env.SpaceJSON `json:"observation_space"`
	ActionSpace      env.SpaceJSON `json:"action_space"`
	MaxEpisodeSteps  *int          `json:"max_episode_steps"`
	RewardThreshold  *float64      `json:"reward_threshold"`
}

// Describe returns the Description of s. The elements of the spaces have no names in it.
func Describe(s env.Spec) Description {
	d := Description{Env: s.ID, ObservationSpace: env.Outline(s.Obs), ActionSpace: env.Outline(s.Act), RewardThreshold: s.RewardThreshold}
	if s.MaxSteps > 0 {
		d.MaxEpisodeSteps = &s.MaxSteps
	}
	return d
}
