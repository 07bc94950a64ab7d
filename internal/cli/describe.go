package cli

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
)

// A description says in JSON what an environment looks like from outside.
type description struct {
	Env              string   `json:"env"`
	ObservationSpace space    `json:"observation_space"`
	ActionSpace      space    `json:"action_space"`
	MaxEpisodeSteps  *int     `json:"max_episode_steps"`
	RewardThreshold  *float64 `json:"reward_threshold"`
}

func describe(s env.Spec) description {
	d := description{Env: s.ID, ObservationSpace: describeSpace(s.Obs), ActionSpace: describeSpace(s.Act), RewardThreshold: s.RewardThreshold}
	if s.MaxSteps > 0 {
		d.MaxEpisodeSteps = &s.MaxSteps
	}
	return d
}

// A space is an env.Space in JSON, with the fields that its type has. Infinite
// bounds are null.
type space struct {
	Type   string     `json:"type"`
	Low    []*float64 `json:"low,omitempty"`
	High   []*float64 `json:"high,omitempty"`
	Shape  []int      `json:"shape,omitempty"`
	N      int        `json:"n,omitempty"`
	Nvec   []int      `json:"nvec,omitempty"`
	Name   string     `json:"name,omitempty"` // of a part of a dict
	Spaces []space    `json:"spaces,omitempty"`
}

func describeSpace(s env.Space) space {
	switch s := s.(type) {
	case env.Box:
		shape := s.Shape
		if shape == nil {
			shape = []int{s.Size()}
		}
		return space{Type: "box", Low: finite(s.Low), High: finite(s.High), Shape: shape}
	case env.Discrete:
		return space{Type: "discrete", N: s.N}
	case env.MultiDiscrete:
		return space{Type: "multi_discrete", Nvec: s.N}
	case env.MultiBinary:
		return space{Type: "multi_binary", N: s.N}
	case env.Tuple:
		d := space{Type: "tuple"}
		for _, part := range s {
			d.Spaces = append(d.Spaces, describeSpace(part))
		}
		return d
	case env.Dict:
		d := space{Type: "dict"}
		for _, f := range s {
			part := describeSpace(f.Space)
			part.Name = f.Name
			d.Spaces = append(d.Spaces, part)
		}
		return d
	}
	return space{Type: fmt.Sprintf("%T", s)}
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

// String is the space for a person: box[4], discrete(2).
func (s space) String() string {
	switch s.Type {
	case "box":
		return fmt.Sprintf("box%v", s.Shape)
	case "discrete", "multi_binary":
		return fmt.Sprintf("%s(%d)", s.Type, s.N)
	case "multi_discrete":
		return fmt.Sprintf("%s%v", s.Type, s.Nvec)
	}
	return fmt.Sprintf("%s%v", s.Type, s.Spaces)
}
