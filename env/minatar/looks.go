package minatar

// A look is the name of a plane and what its cells are in a picture.
type look struct {
	name string
	kind kind
}

// A kind says how the cells of a plane are drawn.
type kind int

const (
	hidden kind = iota // not drawn, because another plane has the same cells
	trail
	player
	tail
	friend
	enemy
	danger
	shot
	gold
	thing
	gauge
	aboard
)
