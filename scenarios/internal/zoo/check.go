package zoo

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/rlrun/rlrun/internal/settings"
	"github.com/rlrun/rlrun/scenario"
)

// check parses the scenario and returns its steps. It also builds the agent, with small networks
// and a small replay buffer, because the agent itself checks some settings.
func (c *conversion) check(catalog scenario.Catalog) (steps int, err error) {
	s, err := scenario.Parse(checkedName, c.render(), nil, catalog)
	if err != nil {
		return 0, c.explain(err)
	}
	environment, agent := c.env.without(), c.settings.without() // copies
	for i, key := range environment.keys {
		if key != "options" {
			environment.items[i] = reduceSizes(key, environment.items[i])
		}
	}
	for i, key := range agent.keys {
		agent.items[i] = reduceSizes(key, agent.items[i])
	}
	memory := "n_steps" // setting that determines the size of the rollout or of the replay buffer
	if c.offPolicy() {
		memory = "buffer_size"
	}
	if _, ok := agent.at(memory); !ok {
		agent.set(memory, reduceSizes(memory, numberOf(math.Inf(1))))
	}
	trial, err := scenario.Parse(checkedName, []byte(c.settingsText(environment, agent, numberOf(1))), nil, catalog)
	if err == nil {
		_, err = trial.NewPolicy()
	}
	if err != nil {
		return 0, c.explain(err)
	}
	return s.Steps, nil
}

// checkedName is the name of the scenario file in the errors of check.
const checkedName = "scenario.yaml"

// reduceSizes returns the value of a setting, with sizes that need much memory reduced.
func reduceSizes(key string, v value) value {
	limit, ok := map[string]float64{
		"n_envs": 4, "buffer_size": 256, "n_steps": 8, "batch_size": 64, "net_arch": 8,
		"frame_stack": 2, "n": 2, "delay_observation": 2,
	}[key]
	if v.kind == number && ok {
		v.number = min(v.number, limit)
		return v
	}
	items := make([]value, len(v.items))
	for i, item := range v.items {
		itemKey := key
		if v.kind == dict && key != "net_arch" {
			itemKey = v.keys[i]
		}
		items[i] = reduceSizes(itemKey, item)
	}
	v.items = items
	return v
}

// explain converts an error about the scenario to an error about the line of the zoo's file.
func (c *conversion) explain(err error) error {
	key, message := "", strings.TrimPrefix(err.Error(), checkedName+": ")
	if fault, ok := errors.AsType[*settings.Fault](err); ok {
		key, message = fault.Where[strings.LastIndex(fault.Where, " ")+1:], fault.What
	} else {
		rest := message
		if _, after, ok := strings.Cut(message, ": "); ok && strings.HasPrefix(message, "agents: ") {
			_, rest, _ = strings.Cut(after, ": ") // cut off the algorithm's name
		}
		word, _, _ := strings.Cut(rest, " ")
		for _, path := range []string{"agent." + word, "env." + word, word} {
			if c.lines[path] > 0 {
				key, message = path, rest
			}
		}
	}
	for path := key; path != ""; path = path[:max(strings.LastIndexAny(path, ".["), 0)] {
		if line := c.lines[path]; line > 0 {
			return c.fault(line, "%s: %s", key, message)
		}
	}
	return fmt.Errorf("%s: the entry %s: %s", c.document.file, c.target.entry, message)
}
