package minigrid

// fourRooms is four rooms with gaps between them: FourRooms.
type fourRooms struct{ plain }

// roomPitch is the distance between the walls of fourRooms.
const roomPitch = 9

// rules returns the sizes.
func (fourRooms) rules() rules {
	return rules{
		width: 2*roomPitch + 1, height: 2*roomPitch + 1, maxSteps: 100, actions: int(actions),
		missions: []string{"reach the goal"},
	}
}

// generate draws the walls and their gaps, and puts the agent and the goal anywhere.
func (fourRooms) generate(w *World) bool {
	w.fill(roomPitch, 0, 1, w.H, greyWall)
	w.fill(0, roomPitch, w.W, 1, greyWall)
	for i := range 2 {
		gap := roomPitch*i + 1
		w.set(roomPitch, w.between(gap, gap+roomPitch-1), Empty)
		w.set(w.between(gap, gap+roomPitch-1), roomPitch, Empty)
	}
	w.placeAgent(w.all())
	w.place(w.all(), greenGoal)
	return true
}
