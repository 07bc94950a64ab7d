package cli

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/episode"
)

// newPlayer returns a Player of the environment in which the scenario s evaluates policies.
func newPlayer(s *scenario.Scenario) (*episode.Player, error) {
	v, err := s.EvalEnvs(1)
	if err != nil {
		return nil, err
	}
	one, ok := v.(interface{ Env(i int) env.Env })
	if !ok {
		return nil, fmt.Errorf("%s cannot be shown: a %T gives no access to its single environments", s.Env, v)
	}
	return episode.New(one.Env(0), s.EpisodeLimit())
}
