package minigrid

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
)

// Register adds the environments of this package to r.
func Register(r env.Registry) {
	for name, t := range tasks() {
		id := "MiniGrid-" + name
		r[id] = env.Entry(func() *World { return newWorld(id, t) })
	}
}

// New returns the environment with the given id, for example MiniGrid-DoorKey-5x5-v0, and its default
// options.
func New(id string) (*World, error) {
	r := env.Registry{}
	Register(r)
	e, err := r.Make(id, nil)
	if err != nil {
		return nil, fmt.Errorf("minigrid: %w", err)
	}
	return e.(*World), nil
}

// tasks returns the task of each environment, by its id without "MiniGrid-". The numbers in ids of
// KeyCorridor, LavaCrossing and so on are sizes: S the size of rooms, R rows of rooms, N the number of objects,
// rooms or lines.
func tasks() map[string]task {
	all := map[string]task{
		"FourRooms-v0":            fourRooms{},
		"LockedRoom-v0":           lockedRoom{},
		"Playground-v0":           playground{},
		"Unlock-v0":               unlock{},
		"UnlockPickup-v0":         unlockPickup{},
		"BlockedUnlockPickup-v0":  unlockPickup{blocked: true},
		"DistShift1-v0":           distShift{row: 2},
		"DistShift2-v0":           distShift{row: 5},
		"Fetch-5x5-N2-v0":         fetch{size: 5, objects: 2},
		"Fetch-6x6-N2-v0":         fetch{size: 6, objects: 2},
		"Fetch-8x8-N3-v0":         fetch{size: 8, objects: 3},
		"GoToDoor-5x5-v0":         reachDoor{size: 5},
		"GoToDoor-6x6-v0":         reachDoor{size: 6},
		"GoToDoor-8x8-v0":         reachDoor{size: 8},
		"GoToObject-6x6-N2-v0":    goToObject{size: 6, objects: 2},
		"GoToObject-8x8-N2-v0":    goToObject{size: 8, objects: 2},
		"PutNear-6x6-N2-v0":       putNear{size: 6, objects: 2},
		"PutNear-8x8-N3-v0":       putNear{size: 8, objects: 3},
		"RedBlueDoors-6x6-v0":     redBlueDoors{size: 6},
		"RedBlueDoors-8x8-v0":     redBlueDoors{size: 8},
		"MultiRoom-N2-S4-v0":      multiRoom{rooms: 2, maxSize: 4},
		"MultiRoom-N4-S5-v0":      multiRoom{rooms: 6, maxSize: 5}, // six rooms, as in MiniGrid
		"MultiRoom-N4-S5-v1":      multiRoom{rooms: 4, maxSize: 5},
		"MultiRoom-N6-v0":         multiRoom{rooms: 6, maxSize: 10},
		"LavaCrossingS9N1-v0":     crossing{size: 9, lines: 1, what: Lava},
		"LavaCrossingS9N2-v0":     crossing{size: 9, lines: 2, what: Lava},
		"LavaCrossingS9N3-v0":     crossing{size: 9, lines: 3, what: Lava},
		"LavaCrossingS11N5-v0":    crossing{size: 11, lines: 5, what: Lava},
		"SimpleCrossingS9N1-v0":   crossing{size: 9, lines: 1, what: greyWall},
		"SimpleCrossingS9N2-v0":   crossing{size: 9, lines: 2, what: greyWall},
		"SimpleCrossingS9N3-v0":   crossing{size: 9, lines: 3, what: greyWall},
		"SimpleCrossingS11N5-v0":  crossing{size: 11, lines: 5, what: greyWall},
		"KeyCorridorS3R1-v0":      keyCorridor{size: 3, rows: 1},
		"KeyCorridorS3R2-v0":      keyCorridor{size: 3, rows: 2},
		"KeyCorridorS3R3-v0":      keyCorridor{size: 3, rows: 3},
		"KeyCorridorS4R3-v0":      keyCorridor{size: 4, rows: 3},
		"KeyCorridorS5R3-v0":      keyCorridor{size: 5, rows: 3},
		"KeyCorridorS6R3-v0":      keyCorridor{size: 6, rows: 3},
		"MemoryS7-v0":             memory{size: 7},
		"MemoryS9-v0":             memory{size: 9},
		"MemoryS11-v0":            memory{size: 11},
		"MemoryS13-v0":            memory{size: 13},
		"MemoryS13Random-v0":      memory{size: 13, random: true},
		"MemoryS17Random-v0":      memory{size: 17, random: true},
		"ObstructedMaze-1Dl-v0":   obstructedMaze{visits: 2},
		"ObstructedMaze-1Dlh-v0":  obstructedMaze{visits: 2, boxes: true},
		"ObstructedMaze-1Dlhb-v0": obstructedMaze{visits: 2, boxes: true, blocked: true},
		"ObstructedMaze-2Dl-v0":   obstructedMaze{quarters: 1, visits: 4},
		"ObstructedMaze-2Dlh-v0":  obstructedMaze{quarters: 1, visits: 4, boxes: true},
	}
	for v, keysLast := range []bool{false, true} {
		t := obstructedMaze{boxes: true, blocked: true, keysLast: keysLast}
		for name, m := range map[string]struct {
			quarters, visits int
			fromMiddle       bool
		}{"2Dlhb": {1, 4, false}, "1Q": {1, 5, true}, "2Q": {2, 11, false}, "Full": {4, 25, true}} {
			t.quarters, t.visits, t.fromMiddle = m.quarters, m.visits, m.fromMiddle
			all[fmt.Sprintf("ObstructedMaze-%s-v%d", name, v)] = t
		}
	}
	for n := 5; n <= 16; n++ {
		size := fmt.Sprintf("%dx%d-v0", n, n)
		switch n {
		case 5, 6, 8, 16:
			all["Empty-"+size], all["DoorKey-"+size] = empty{size: n}, doorKey{size: n}
			all["Dynamic-Obstacles-"+size] = dynamicObstacles{size: n, obstacles: n / 2}
		}
		if n <= 6 {
			all["Empty-Random-"+size] = empty{size: n, random: true}
			all["Dynamic-Obstacles-Random-"+size] = dynamicObstacles{size: n, obstacles: n / 2, random: true}
		}
		if n <= 7 {
			all[fmt.Sprintf("LavaGapS%d-v0", n)] = lavaGap{size: n}
		}
	}
	return all
}
