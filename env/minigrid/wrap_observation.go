package minigrid

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/env"
)

// Settings are the settings of an Observation.
type Settings struct {
	Show      string `yaml:"show"`      // fully_observable, symbolic, one_hot, rgb, rgb_partial, image or flat
	TileSize  int    `yaml:"tile_size"` // width and height of a square in the pictures of rgb and rgb_partial, in pixels
	Highlight bool   `yaml:"highlight"` // true: in the pictures of rgb, squares that the agent sees are lighter
}

// DefaultSettings returns the settings of MiniGrid's wrappers.
func DefaultSettings() Settings { return Settings{TileSize: 8, Highlight: true} }

// UnmarshalText reads what to show.
func (s *Settings) UnmarshalText(text []byte) error {
	s.Show = string(text)
	return s.check()
}

// UnmarshalMapping reads a mapping, for example {show: rgb, tile_size: 16}.
func (s *Settings) UnmarshalMapping(decode func(into any) error) error {
	type fields Settings // the same struct without the methods, so that decode does not call them
	f := fields(*s)
	if err := decode(&f); err != nil {
		return err
	}
	*s = Settings(f)
	return s.check()
}

// The values of Settings.Show.
const (
	showFully      = "fully_observable"
	showSymbolic   = "symbolic"
	showOneHot     = "one_hot"
	showRGB        = "rgb"
	showRGBPartial = "rgb_partial"
	showImage      = "image"
	showFlat       = "flat"
)

// check returns an error if the settings are not possible.
func (s *Settings) check() error {
	all := []string{showFully, showSymbolic, showOneHot, showRGB, showRGBPartial, showImage, showFlat}
	if !slices.Contains(all, s.Show) {
		return fmt.Errorf("show %q, want %s or %s", s.Show, strings.Join(all[:len(all)-1], ", "), all[len(all)-1])
	}
	if s.TileSize < 1 || s.TileSize > maxTile {
		return fmt.Errorf("tile_size %d, want 1 … %d", s.TileSize, maxTile)
	}
	return nil
}

// NewObservation returns e with one of these observations, as MiniGrid's wrappers have them. The first
// five replace only the image:
//
//   - fully_observable: the whole grid, [W, H, 3], as type, colour and state; the agent has the
//     type 10 and its direction as state;
//   - symbolic: the whole grid, [W, H, 3], as x, y and type, which is -1 where there is nothing;
//   - one_hot: the agent's view, [ViewSize, ViewSize, 20], with a bit for each type, colour and state;
//   - rgb: a picture of the whole grid, as Tiles.Grid draws it;
//   - rgb_partial: a picture of the agent's view, as Tiles.View draws it;
//   - image: the image alone, without the direction and the mission;
//   - flat: the numbers of the image, and the mission's first 96 letters, each as 28 bits.
func NewObservation(e env.Env, s Settings) (*Observation, error) {
	w, err := worldIn(s.Show, e)
	if err == nil {
		err = s.check()
	}
	if err != nil {
		return nil, err
	}
	dict, _ := e.Spec().Obs.(env.Dict)
	from := 0
	for i, f := range dict {
		if f.Name != "image" {
			from += f.Space.Size()
			continue
		}
		space, write := shown(w, s, dict, i, from)
		return newObservation(e, space, write), nil
	}
	return nil, fmt.Errorf("minigrid: %s of observations that are %s, want a Dict with an image; put it before the wrapper that changes them",
		s.Show, env.Describe(e.Spec().Obs))
}

// shown returns the space of the new observation, and a function that writes it. The image is field i of
// dict, whose numbers begin at from.
func shown(w *World, s Settings, dict env.Dict, i, from int) (env.Space, func(obs, x []float32)) {
	size := dict[i].Space.Size()
	switch s.Show {
	case showImage:
		return dict[i].Space, func(obs, x []float32) { copy(obs, x[from:][:size]) }
	case showFlat:
		return env.NewBox(0, 255, size+letters*codes), func(obs, x []float32) {
			copy(obs, x[from:][:size])
			w.words.spell(obs[size:])
		}
	}
	space, draw := imageOf(w, s)
	fields := slices.Clone(dict)
	fields[i].Space = space
	drawn := space.Size()
	return fields, func(obs, x []float32) {
		copy(obs, x[:from])
		draw(obs[from:][:drawn])
		copy(obs[from+drawn:], x[from+size:])
	}
}

// imageOf returns the space of an image of w, and a function that writes it.
func imageOf(w *World, s Settings) (env.Space, func(dst []float32)) {
	switch s.Show {
	case showFully:
		return env.Image{H: w.W, W: w.H, C: 3}, w.writeGrid
	case showSymbolic:
		return symbolicSpace(w.W, w.H), w.writeSymbols
	case showOneHot:
		v := w.ViewSize
		return env.MultiBinary{N: v * v * planes, Shape: []int{v, v, planes}}, w.writeOneHot
	}
	t, _ := NewTiles(s.TileSize) // Settings.check has checked the size
	if s.Show == showRGB {
		return env.Image{H: w.H * t.size, W: w.W * t.size, C: 3}, func(dst []float32) { drawGrid(t, dst, w, s.Highlight) }
	}
	return env.Image{H: w.ViewSize * t.size, W: w.ViewSize * t.size, C: 3}, func(dst []float32) { drawView(t, dst, w) }
}

// writeGrid writes the type, the colour and the state of each square, column by column.
func (w *World) writeGrid(dst []float32) {
	for x := range w.W {
		for y := range w.H {
			c := w.At(x, y)
			dst[0], dst[1], dst[2] = float32(c.Type()), float32(c.Color()), float32(c.State())
			if x == w.X && y == w.Y {
				dst[0], dst[1], dst[2] = float32(Agent), float32(Red), float32(w.Dir)
			}
			dst = dst[3:]
		}
	}
}

// symbolicSpace returns the space of the symbols of a grid.
func symbolicSpace(w, h int) env.Box {
	b := env.Box{Shape: []int{w, h, 3}}
	for range w * h {
		b.Low, b.High = append(b.Low, 0, 0, -1), append(b.High, float32(w-1), float32(h-1), float32(Agent))
	}
	return b
}

// writeSymbols writes x, y and the type of each square, column by column.
func (w *World) writeSymbols(dst []float32) {
	for x := range w.W {
		for y := range w.H {
			kind := float32(w.At(x, y).Type())
			switch {
			case x == w.X && y == w.Y:
				kind = float32(Agent)
			case kind == float32(Empty):
				kind = -1
			}
			dst[0], dst[1], dst[2] = float32(x), float32(y), kind
			dst = dst[3:]
		}
	}
}

// planes is the number of bits of a square: types, colours and states of doors.
const planes = int(Agent) + 1 + int(colors) + 3

// writeOneHot writes the bits of each square of the agent's view.
func (w *World) writeOneHot(dst []float32) {
	w.view(w.seen, w.ViewSize, &w.agent, w.seeThrough)
	clear(dst)
	for _, c := range w.seen {
		dst[c.Type()], dst[int(Agent)+1+int(c.Color())], dst[int(Agent)+1+int(colors)+int(c.State())] = 1, 1, 1
		dst = dst[planes:]
	}
}

// The letters of a mission in flat observations.
const (
	letters = 96 // the most letters
	codes   = 28 // a to z, space and comma
)

// spell writes the letters of the mission to dst [letters, codes], a 1 for each.
func (m *mission) spell(dst []float32) {
	clear(dst)
	at := 0
	put := func(code int) {
		if at < letters {
			dst[at*codes+code] = 1
			at++
		}
	}
	for _, n := range m.numbers {
		if n == 0 {
			break
		}
		word := vocabulary[int(n)-1]
		if word == "," {
			put(codes - 1)
			continue
		}
		if at > 0 {
			put(codes - 2)
		}
		for i := range len(word) {
			put(int(word[i] - 'a'))
		}
	}
}

// NewGoalDirection returns e with a field goal_direction at the end of its observations, from the agent at
// (0, 0) to the goal at (dx, dy): "slope" is dy/dx, "angle" the arc tangent of it, and "angle_atan2"
// the angle [rad] in all quadrants, clockwise from the right. Where dx is 0, MiniGrid's slope is
// infinite, and here ±max(W, H), because observations are finite. On the goal it is 0.
func NewGoalDirection(e env.Env, form string) (*Observation, error) {
	w, err := worldIn("goal_direction", e)
	if err != nil {
		return nil, err
	}
	bound, ok := map[string]float32{"slope": float32(max(w.W, w.H)), "angle": math.Pi / 2, "angle_atan2": math.Pi}[form]
	if !ok {
		return nil, fmt.Errorf("minigrid: goal_direction %q, want slope, angle or angle_atan2", form)
	}
	dict, ok := e.Spec().Obs.(env.Dict)
	if !ok {
		return nil, fmt.Errorf("minigrid: goal_direction beside observations that are %s, want a Dict; put it before the wrapper that changes them", env.Describe(e.Spec().Obs))
	}
	e.Reset(0, make([]float32, dict.Size()))
	if _, _, ok := w.goalSquare(); !ok {
		return nil, fmt.Errorf("minigrid: goal_direction of %s, which has no goal", w.spec.ID)
	}
	space := append(slices.Clone(dict), env.Field{Name: "goal_direction", Space: env.NewBox(-bound, bound, 1)})
	return newObservation(e, space, func(obs, x []float32) {
		n := copy(obs, x)
		obs[n] = min(max(float32(w.goalDirection(form)), -bound), bound)
	}), nil
}

// goalSquare returns the first goal, row by row.
func (w *World) goalSquare() (x, y int, ok bool) {
	for y := range w.H {
		for x, c := range w.cells[w.index(0, y):][:w.W] {
			if c.Type() == Goal {
				return x, y, true
			}
		}
	}
	return 0, 0, false
}

// goalDirection returns the direction from the agent to the goal.
func (w *World) goalDirection(form string) float64 {
	x, y, ok := w.goalSquare()
	dx, dy := float64(x-w.X), float64(y-w.Y)
	switch {
	case !ok || dx == 0 && dy == 0:
		return 0
	case form == "angle_atan2":
		return math.Atan2(dy, dx)
	case form == "angle":
		return math.Atan(dy / dx)
	}
	return dy / dx
}
