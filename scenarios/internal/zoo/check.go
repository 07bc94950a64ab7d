package zoo

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/rlrun/rlrun/internal/settings"
	"github.com/rlrun/rlrun/scenario"
)

// check parses the scenario and returns its steps. It also builds the agent, with small
// networks and a small memory: some settings only the agent itself checks.
func (c *conversion) check(catalog scenario.Catalog) (steps int, err error) {
	s, err := scenario.Parse(checked, c.render(), nil, catalog)
	if err != nil {
		return 0, c.explain(err)
	}
	environment, agent := c.env.without(), c.settings.without()
	for i, key := range environment.keys {
		if key != "options" {
			environment.items[i] = small(key, environment.items[i])
		}
	}
	for i, key := range agent.keys {
		agent.items[i] = small(key, agent.items[i])
	}
	size := "n_steps" // of what the agent learns from
	if c.offPolicy() {
		size = "buffer_size"
	}
	if _, ok := agent.at(size); !ok {
		agent.set(size, small(size, numberOf(math.Inf(1))))
	}
	trial, err := scenario.Parse(checked, []byte(c.settingsText(environment, agent, numberOf(1))), nil, catalog)
	if err == nil {
		_, err = trial.NewPolicy()
	}
	if err != nil {
		return 0, c.explain(err)
	}
	return s.Steps, nil
}

// checked is the file's name in errors of check.
const checked = "scenario.yaml"

// small returns the value of a setting. Sizes that need memory are reduced.
func small(key string, v value) value {
	most, ok := map[string]float64{
		"n_envs": 4, "buffer_size": 256, "n_steps": 8, "batch_size": 64, "net_arch": 8,
		"frame_stack": 2, "n": 2, "delay_observation": 2,
	}[key]
	if v.kind == number && ok {
		v.number = min(v.number, most)
		return v
	}
	items := make([]value, len(v.items))
	for i, item := range v.items {
		within := key
		if v.kind == dict && key != "net_arch" {
			within = v.keys[i]
		}
		items[i] = small(within, item)
	}
	v.items = items
	return v
}

// explain converts an error about the scenario to an error about the zoo's file and its line.
func (c *conversion) explain(err error) error {
	key, what := "", strings.TrimPrefix(err.Error(), checked+": ")
	if fault, ok := errors.AsType[*settings.Fault](err); ok {
		key, what = fault.Where[strings.LastIndex(fault.Where, " ")+1:], fault.What
	} else {
		rest := what
		if _, after, ok := strings.Cut(what, ": "); ok && strings.HasPrefix(what, "agents: ") {
			_, rest, _ = strings.Cut(after, ": ") // the algorithm's name
		}
		word, _, _ := strings.Cut(rest, " ")
		for _, path := range []string{"agent." + word, "env." + word, word} {
			if c.lines[path] > 0 {
				key, what = path, rest
			}
		}
	}
	for path := key; path != ""; path = path[:max(strings.LastIndexAny(path, ".["), 0)] {
		if line := c.lines[path]; line > 0 {
			return c.fault(line, "%s: %s", key, what)
		}
	}
	return fmt.Errorf("%s: the entry %s: %s", c.document.file, c.target.entry, what)
}
