package memory_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/internal/settings"
)

// An episode is one recorded episode of bsuite or popgym: see testdata/README.md.
type episode struct {
	Env        string         `json:"env"`
	Options    map[string]any `json:"options"`
	Draws      [][]float64    `json:"draws"`
	Obs        [][]float32    `json:"obs"`
	Actions    []float32      `json:"actions"`
	Rewards    []float64      `json:"rewards"`
	Terminated []bool         `json:"terminated"`
}

// set is an env.Options that sets the options of the episode, as a scenario file would.
func (e *episode) set(into any) error {
	text, err := json.Marshal(e.Options) // JSON is also YAML
	if err != nil {
		return err
	}
	tree, err := settings.Parse("options", text)
	if err != nil {
		return err
	}
	return tree.Root().DecodeFields(into)
}

// TestGolden replays recorded episodes. All observations, rewards and ends must be equal.
func TestGolden(t *testing.T) {
	count := map[string]int{}
	for d := json.NewDecoder(golden.Open(t, "testdata/episodes.jsonl.gz")); ; {
		var ep episode
		if err := d.Decode(&ep); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("%s %v, episode %d", ep.Env, ep.Options, count[ep.Env])
		count[ep.Env]++
		e, err := registry().Make(ep.Env, ep.set)
		if err != nil {
			t.Fatal(err)
		}
		if err := replay(&ep, e.(environment)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for id, settings := range map[string]int{"MemorySize-v0": 6, "MemoryLength-v0": 3, "Umbrella-v0": 4, "RepeatPrevious-v0": 5} {
		if count[id] == 0 || count[id]%settings != 0 {
			t.Errorf("%d episodes of %s, want a multiple of %d", count[id], id, settings)
		}
	}
}

// replay plays the episode with its draws and actions. It returns an error at the first difference.
func replay(ep *episode, e environment) error {
	obs := make([]float32, e.Spec().Obs.Size())
	for step, draws := range ep.Draws {
		if err := e.SetDraws(draws); err != nil {
			return err
		}
		if step == 0 {
			e.Reset(1, obs)
		} else {
			out := e.Step(ep.Actions[step-1:step], obs)
			if want := (env.Outcome{Reward: ep.Rewards[step-1], Terminated: ep.Terminated[step-1]}); out != want {
				return fmt.Errorf("step %d: %+v, want %+v", step, out, want)
			}
		}
		for i, want := range ep.Obs[step] {
			if obs[i] != want {
				return fmt.Errorf("step %d: observation %d is %v, want %v", step, i, obs[i], want)
			}
		}
	}
	return nil
}
