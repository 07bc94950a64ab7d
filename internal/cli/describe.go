package cli

import "github.com/rlrun/rlrun/env"

// A description says in JSON what an environment looks like from outside.
type description struct {
	Env              string        `json:"env"`
	ObservationSpace env.SpaceJSON `json:"observation_space"`
	ActionSpace      env.SpaceJSON `json:"action_space"`
	MaxEpisodeSteps  *int          `json:"max_episode_steps"`
	RewardThreshold  *float64      `json:"reward_threshold"`
}

func describe(s env.Spec) description {
	d := description{Env: s.ID, ObservationSpace: env.Outline(s.Obs), ActionSpace: env.Outline(s.Act), RewardThreshold: s.RewardThreshold}
	if s.MaxSteps > 0 {
		d.MaxEpisodeSteps = &s.MaxSteps
	}
	return d
}

// finite is x as JSON has it, in which what is no finite number is null.
func finite[T float32 | float64](x []T) []*float64 {
	b := make([]*float64, len(x))
	for i, v := range x {
		if v-v == 0 {
			b[i] = new(float64(v))
		}
	}
	return b
}
