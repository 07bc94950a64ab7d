package minigrid

import "fmt"

// A Cell is what stands on one square of the grid, packed in 16 bits: the type in bits 0–3, the
// colour in bits 4–6, the state of a door in bits 7–8, and the content of a box in bits 9–15, its
// type in bits 9–12 and its colour in bits 13–15.
type Cell uint16

// The types of a Cell, numbered as in MiniGrid.
const (
	Unseen Cell = iota // only in a view: the agent does not see the square
	Empty
	Wall
	Floor
	Door
	Key
	Ball
	Box
	Goal
	Lava
	Agent // only in images of the whole grid
)

// A Color is the colour of a Cell, numbered as in MiniGrid.
type Color uint16

// The colours.
const (
	Red Color = iota
	Green
	Blue
	Purple
	Yellow
	Grey
	colors // number of colours
)

// The states of a door.
const (
	Open Cell = iota
	Closed
	Locked
)

// The bits of a Cell.
const (
	typeBits     = 0xf
	colorShift   = 4
	stateShift   = 7
	contentShift = 9
	visibleBits  = 1<<contentShift - 1 // type, colour and state, without the content of a box
)

// greyWall is a wall, and what a view shows outside the grid.
const greyWall = Wall | Cell(Grey)<<colorShift

// greenGoal is the goal.
const greenGoal = Goal | Cell(Green)<<colorShift

// Of returns the Cell of a type in a colour.
func (c Color) Of(kind Cell) Cell { return kind | Cell(c)<<colorShift }

// Door returns a door of this colour in a state: Open, Closed or Locked.
func (c Color) Door(state Cell) Cell { return c.Of(Door) | state<<stateShift }

// Type returns the type: Empty, Wall, …
func (c Cell) Type() Cell { return c & typeBits }

// Color returns the colour.
func (c Cell) Color() Color { return Color(c >> colorShift & 7) }

// State returns the state of a door: Open, Closed or Locked. It is 0 for all others.
func (c Cell) State() Cell { return c >> stateShift & 3 }

// Content returns what is in a box, or Empty.
func (c Cell) Content() Cell {
	if content := c >> contentShift; content != 0 {
		return content
	}
	return Empty
}

// Containing returns the box c with a content: a Cell without a state and a content of its own.
func (c Cell) Containing(content Cell) Cell {
	return c&visibleBits | content<<contentShift
}

// withState returns the door c in another state.
func (c Cell) withState(state Cell) Cell { return c&^(3<<stateShift) | state<<stateShift }

// blocksLight reports whether the agent cannot see through c: a wall, or a door that is not open.
func (c Cell) blocksLight() bool { return c.Type() == Wall || c.Type() == Door && c.State() != Open }

// canEnter reports whether the agent can walk onto c.
func (c Cell) canEnter() bool {
	switch c.Type() {
	case Empty, Floor, Goal, Lava:
		return true
	case Door:
		return c.State() == Open
	}
	return false
}

// canPickUp reports whether the agent can carry c.
func (c Cell) canPickUp() bool { return Key <= c.Type() && c.Type() <= Box }

// same reports whether c and d have the same type and the same colour.
func (c Cell) same(d Cell) bool {
	const bits = 1<<stateShift - 1
	return c&bits == d&bits
}

// Code returns c as a number: 100·type + 10·colour + state, and for a box with a content
// 1000·(10·type + colour) of the content more.
func (c Cell) Code() int {
	content := c >> contentShift
	return 100*int(c.Type()) + 10*int(c.Color()) + int(c.State()) + 1000*(10*int(content.Type())+int(content.Color()))
}

// cellOf returns the Cell of a Code, or an error if no square can have it.
func cellOf(code float64) (Cell, error) {
	n := int(code)
	if float64(n) != code || n < 0 {
		return 0, fmt.Errorf("%v is no cell, want a whole number", code)
	}
	kind, color, state, content := Cell(n/100%10), Color(n/10%10), Cell(n%10), n/1000
	switch {
	case kind == Unseen || color >= colors || state > Locked || state > 0 && kind != Door || kind == Empty && color != 0:
		return 0, fmt.Errorf("%v is no cell, want 100·type + 10·colour + state", code)
	case content == 0:
		return color.Of(kind) | state<<stateShift, nil
	}
	inside, tint := Cell(content/10), Color(content%10)
	if kind != Box || inside <= Empty || inside > Lava || tint >= colors {
		return 0, fmt.Errorf("%v is no cell: only a box has a content, a type from %d to %d in a colour", code, Empty+1, Lava)
	}
	return color.Of(kind).Containing(tint.Of(inside)), nil
}
