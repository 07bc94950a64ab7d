package remote

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/rlrun/rlrun/env"
)

// readAction parses an action: a number, or a list of numbers. An action out of range is an
// error, unless the environment is a Clipper.
func (s *session) readAction(raw json.RawMessage) ([]float32, error) {
	x, err := parseNumbers(raw)
	if err != nil {
		if x, err = parseNumbers(slices.Concat([]byte("["), raw, []byte("]"))); err != nil {
			return nil, errors.New("action: want a number, or a list of numbers")
		}
	}
	if len(x) != s.act.Size {
		return nil, fmt.Errorf("action: %d numbers, want %d", len(x), s.act.Size)
	}
	act := make([]float32, len(x))
	for i, v := range x {
		act[i] = float32(v)
	}
	_, clips := env.AsIs[env.Clipper](s.episode.Env())
	for i := range s.act.Parts {
		if err := checkPart(&s.act.Parts[i], act, x, clips); err != nil {
			return nil, err
		}
	}
	return act, nil
}

// checkPart returns an error if a number of part p is out of range. The slice x has the numbers
// as they were sent, act has them as float32.
func checkPart(p *env.Part, act []float32, x []float64, clips bool) error {
	for i := p.From; i < p.To; i++ {
		given := fmt.Sprintf("action: %v", x[i])
		if len(x) > 1 {
			given = fmt.Sprintf("action: number %d is %v", i, x[i])
		}
		low, high := p.Bounds(i - p.From)
		if p.Kind == env.Numbers {
			if act[i]-act[i] != 0 {
				return fmt.Errorf("action: %v, want float32 numbers", x)
			}
			if !clips && (act[i] < low || act[i] > high) {
				return fmt.Errorf("%s, want %v … %v", given, low, high)
			}
			continue
		}
		if x[i] != math.Trunc(x[i]) || x[i] < 0 || x[i] > float64(high) {
			return fmt.Errorf("%s, want a whole number, 0 … %d", given, int(high))
		}
	}
	return nil
}
