package episode

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/env"
)

// A Recording is a recorded episode. Its environment, seed and actions are enough to play it
// again.
type Recording struct {
	Head
	Actions [][]float32
}

// A Head is the first line of an episode in a file.
type Head struct {
	Env    string   `json:"env"`
	Seed   *uint64  `json:"seed"`
	Set    []string `json:"set,omitempty"`    // changed options of the environment, options.KEY=VALUE
	Config string   `json:"config,omitempty"` // text of the run's config.yaml, which has the environment's options and wrappers
}

// A line is a line of a file of episodes: the head of an episode, or one of its steps. Step 0 is
// the reset. Later steps have the action that led to them, and its reward.
type line struct {
	*Head
	Step       *int      `json:"step,omitempty"`
	Action     []float32 `json:"action,omitempty"`
	Reward     *float64  `json:"reward,omitempty"`
	Terminated *bool     `json:"terminated,omitempty"`
	Truncated  *bool     `json:"truncated,omitempty"`
	Obs        []float32 `json:"obs,omitempty"`
	State      []float64 `json:"state,omitempty"` // physical state, if the environment has one and it is finite
}

// Limits of a file of episodes.
const (
	maxLine  = 1 << 22 // largest length of a line, in bytes
	maxSteps = 1 << 22 // largest number of steps of an episode

	// MaxFile is the largest length of a file of episodes, in bytes.
	MaxFile = 1 << 30
)

// WriteHead writes the first line of an episode.
func WriteHead(w io.Writer, h Head) error { return json.NewEncoder(w).Encode(line{Head: &h}) }

// WriteStep writes the current step of p as a line of JSON.
func (p *Player) WriteStep(w io.Writer) error {
	l := line{Step: &p.Steps, Obs: p.Obs, State: p.physics()}
	if p.Steps > 0 {
		l.Action, l.Reward, l.Terminated, l.Truncated = p.Act, &p.Reward, &p.Terminated, &p.Truncated
	}
	return json.NewEncoder(w).Encode(l)
}

// physics returns the physical state of the environment, or nil if it has none or if a number
// is not finite.
func (p *Player) physics() []float64 {
	e, ok := env.As[env.PhysicsReader](p.Env())
	if !ok {
		return nil
	}
	x := e.Physics(nil)
	if slices.ContainsFunc(x, func(v float64) bool { return v-v != 0 }) {
		return nil
	}
	return x
}

// Read reads the episodes of a file. Its errors name the wrong line.
func Read(r io.Reader) (all []Recording, err error) {
	lines, n := bufio.NewScanner(r), 0
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		n++
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("line %d is not a line of a recording: %w", n, inWords(err))
		}
		switch {
		case l.Head != nil && l.Env != "" && l.Seed != nil:
			all = append(all, Recording{Head: *l.Head})
		case len(all) == 0:
			return nil, fmt.Errorf("line %d does not begin a recording; want a line with env and seed", n)
		case l.Step == nil:
			return nil, fmt.Errorf("line %d has no step; want a line with step", n)
		case *l.Step != 0:
			last := &all[len(all)-1]
			if want := len(last.Actions) + 1; *l.Step != want || want > maxSteps || len(l.Action) == 0 {
				return nil, fmt.Errorf("line %d has step %d with %d numbers as action; want step %d with an action", n, *l.Step, len(l.Action), want)
			}
			last.Actions = append(last.Actions, l.Action)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", n+1, err)
	}
	if len(all) == 0 {
		return nil, errors.New("the file contains no episode")
	}
	return all, nil
}

// inWords returns an error of decoding JSON without the names of Go types.
func inWords(err error) error {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		key := e.Field[strings.LastIndex(e.Field, ".")+1:]
		if key == "" {
			return fmt.Errorf("a JSON %s, want an object", e.Value)
		}
		return fmt.Errorf("%q cannot be a %s", key, e.Value)
	}
	return err
}

// Write writes the whole episode: its head and all steps. It moves p to the last step.
func (p *Player) Write(w io.Writer, h Head) error {
	err := WriteHead(w, h)
	for step := 0; err == nil && step <= p.Last(); step++ {
		if err = p.Seek(step); err == nil {
			err = p.WriteStep(w)
		}
	}
	return err
}
