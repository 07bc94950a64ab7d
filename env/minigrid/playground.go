package minigrid

// playground is nine rooms full of objects, without a mission: Playground.
type playground struct{ plain }

// rules returns the sizes.
func (playground) rules() rules {
	const size = 19
	return rules{width: size, height: size, maxSteps: 100, actions: int(actions), missions: []string{""}}
}

// generate draws the walls with their doors, and puts the agent and twelve objects anywhere.
func (playground) generate(w *World) bool {
	const pitch, objects = 6, 12
	for at := pitch; at < w.W-1; at += pitch {
		w.fill(at, 0, 1, w.H, greyWall)
		w.fill(0, at, w.W, 1, greyWall)
	}
	for wall := pitch; wall < w.W-1; wall += pitch {
		for room := 0; room < w.W-1; room += pitch {
			w.set(wall, room+w.between(1, pitch-1), w.randomColor().Door(Closed))
			w.set(room+w.between(1, pitch-1), wall, w.randomColor().Door(Closed))
		}
	}
	w.placeAgent(w.all())
	for range objects {
		w.place(w.all(), w.randomColor().Of(w.randomObject()))
	}
	return true
}
