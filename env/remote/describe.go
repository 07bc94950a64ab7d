package remote

import "github.com/rlrun/rlrun/env"

// A Description is the JSON description of an environment: its id, its spaces, its time limit and
// its reward threshold. A missing time limit or threshold is null.
type Description struct {
	Env              string        `json:"env"`
	ObservationSpace env.SpaceJSON `json:"observation_space"`
	ActionSpace      env.SpaceJSON `json:"action_space"`
	MaxEpisodeSteps  *int          `json:"max_episode_steps"`
	RewardThreshold  *float64      `json:"reward_threshold"`
}

// Describe returns the Description of s, without the names of the elements of spaces.
func Describe(s env.Spec) Description {
	d := Description{Env: s.ID, ObservationSpace: env.Outline(s.Obs), ActionSpace: env.Outline(s.Act), RewardThreshold: s.RewardThreshold}
	if s.MaxSteps > 0 {
		d.MaxEpisodeSteps = &s.MaxSteps
	}
	return d
}
