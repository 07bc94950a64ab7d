package minigrid_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/minigrid"
	"github.com/rlrun/rlrun/internal/golden"
)

// A sample is what was counted in a number of resets: see testdata/README.md.
type sample struct {
	Env        string                    `json:"env"`
	Resets     int                       `json:"resets"`
	Start      []int                     `json:"agent_start"`
	Direction  []int                     `json:"agent_direction"`
	Front      map[string]int            `json:"front_cell"`
	Occupancy  map[string][]int          `json:"occupancy"`
	Colors     map[string][]int          `json:"colours"`
	PerReset   map[string]map[string]int `json:"count_per_reset"`
	Repeated   map[string]int            `json:"repeated_objects_per_reset"`
	Contents   map[string]int            `json:"box_contents"`
	Missions   map[string]int            `json:"missions"`
	PathCells  *moments                  `json:"path_cells_through_objects"`
	PathCounts map[string]int            `json:"path_cells_through_objects_hist"`
}

// A moments is the mean and the standard deviation of n numbers.
type moments struct {
	N    float64 `json:"n"`
	Mean float64 `json:"mean"`
	Std  float64 `json:"std"`
}

// typeNames are the names of the types of cells in a sample.
var typeNames = []string{"", "empty", "wall", "floor", "door", "key", "ball", "box", "goal", "lava"}

// colorNames are the colours in a sample.
var colorNames = []string{"red", "green", "blue", "purple", "yellow", "grey"}

// A layout is the first state of an episode, as Physics gives it.
type layout struct {
	w, h, x, y int
	cells      []float64
}

// layoutOf returns the current layout of w.
func layoutOf(w *minigrid.World) layout {
	x := w.Physics(nil)
	l := layout{w: int(x[0]), h: int(x[1]), x: int(x[4]), y: int(x[5])}
	l.cells = x[len(x)-l.w*l.h:]
	return l
}

// kind returns the name of the type of a cell. Doors have their state in it.
func kind(code float64) string {
	name := typeNames[int(code)/100%10]
	if name == "door" {
		name += []string{"_open", "_closed", "_locked"}[int(code)%10]
	}
	return name
}

// count counts n resets of w.
func count(w *minigrid.World, n int) *sample {
	w.Reset(0, make([]float32, w.Spec().Obs.Size()))
	size := len(layoutOf(w).cells)
	s := &sample{
		Resets: n, Start: make([]int, size), Direction: make([]int, 4), Front: map[string]int{}, Occupancy: map[string][]int{},
		Colors: map[string][]int{}, PerReset: map[string]map[string]int{}, Repeated: map[string]int{}, Contents: map[string]int{},
		Missions: map[string]int{}, PathCounts: map[string]int{},
	}
	obs := make([]float32, w.Spec().Obs.Size())
	for i := range n {
		w.Reset(env.Split(11, uint64(i)), obs)
		s.add(w)
	}
	for _, counts := range s.PerReset {
		counts["0"] = n
		for k, m := range counts {
			if k != "0" {
				counts["0"] -= m
			}
		}
	}
	return s
}

// add counts the current layout of w.
func (s *sample) add(w *minigrid.World) {
	l := layoutOf(w)
	direction := int(w.Physics(nil)[6])
	s.Start[l.y*l.w+l.x]++
	s.Direction[direction]++
	dx, dy := []int{1, 0, -1, 0}[direction], []int{0, 1, 0, -1}[direction]
	s.Front[typeNames[int(l.cells[(l.y+dy)*l.w+l.x+dx])/100%10]]++
	s.Missions[w.Mission()]++
	perReset, seen, repeated := map[string]int{}, map[float64]bool{}, 0
	for i, code := range l.cells {
		name := kind(code)
		if name == "empty" {
			continue
		}
		if s.Occupancy[name] == nil {
			s.Occupancy[name], s.Colors[name] = make([]int, len(l.cells)), make([]int, len(colorNames))
		}
		s.Occupancy[name][i]++
		s.Colors[name][int(code)/10%10]++
		perReset[name]++
		if content := int(code) / 1000; content > 0 {
			s.Contents[colorNames[content%10]+" "+typeNames[content/10]]++
		}
		if t := int(code) / 100 % 10; 5 <= t && t <= 7 {
			look := float64(int(code) % 1000)
			if seen[look] {
				repeated++
			}
			seen[look] = true
		}
	}
	for name, n := range perReset {
		if s.PerReset[name] == nil {
			s.PerReset[name] = map[string]int{}
		}
		s.PerReset[name][fmt.Sprint(n)]++
	}
	s.Repeated[fmt.Sprint(repeated)]++
	if n, ok := l.path(); ok {
		s.PathCounts[fmt.Sprint(n)]++
	}
}

// path returns the number of moves from the agent to the goal, through doors and objects, but not
// through walls and lava. It returns false if there is no goal.
func (l *layout) path() (int, bool) {
	goal := slices.Index(l.cells, 810)
	distance := make([]int, len(l.cells))
	queue := []int{l.y*l.w + l.x}
	for len(queue) > 0 && goal >= 0 {
		at := queue[0]
		if queue = queue[1:]; at == goal {
			return distance[at], true
		}
		for _, next := range []int{at + 1, at - 1, at + l.w, at - l.w} {
			if next < 0 || next >= len(l.cells) || distance[next] > 0 || next == l.y*l.w+l.x {
				continue
			}
			if t := int(l.cells[next]) / 100 % 10; t != 2 && t != 9 {
				distance[next] = distance[at] + 1
				queue = append(queue, next)
			}
		}
	}
	return 0, false
}

// TestGeneration compares the layouts of resets with those of 2,000 resets of MiniGrid. Each histogram
// is compared by a chi-square test, each square by the share of resets in which something is on it. The
// largest of some 10,000 normally distributed numbers is below 5.
func TestGeneration(t *testing.T) {
	var recorded []sample
	golden.Read(t, "testdata/generation.json.gz", &recorded)
	if len(recorded) != 49 {
		t.Fatalf("%d environments recorded, want 49", len(recorded))
	}
	resets := 2000
	if testing.Short() {
		resets = 200
	}
	for _, want := range recorded {
		t.Run(want.Env, func(t *testing.T) {
			w, err := minigrid.New(want.Env)
			if err != nil {
				t.Fatal(err)
			}
			got := count(w, resets)
			got.compare(t, &want)
		})
	}
}

// compare compares two samples.
func (s *sample) compare(t *testing.T, want *sample) {
	t.Helper()
	const limit = 5
	check := func(name string, z float64) {
		t.Helper()
		if math.Abs(z) > limit {
			t.Errorf("%s: z = %.1f, want at most %d", name, z, limit)
		}
	}
	check("start", chiSquare(numbered(s.Start), numbered(want.Start)))
	check("direction", chiSquare(numbered(s.Direction), numbered(want.Direction)))
	check("front", chiSquare(s.Front, want.Front))
	check("missions", chiSquare(s.Missions, want.Missions))
	check("contents", chiSquare(s.Contents, want.Contents))
	check("repeated", chiSquare(s.Repeated, want.Repeated))
	if len(s.PathCounts) > 0 {
		check("path", chiSquare(s.PathCounts, want.PathCounts))
	}
	for name := range want.Occupancy {
		if s.Occupancy[name] == nil {
			t.Fatalf("no %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Occupancy)) {
		if want.Occupancy[name] == nil {
			t.Errorf("%s, want none", name)
			continue
		}
		check(name+", number", chiSquare(s.PerReset[name], want.PerReset[name]))
		check(name+", colour", chiSquare(numbered(s.Colors[name]), numbered(want.Colors[name])))
		for i, n := range s.Occupancy[name] {
			check(fmt.Sprintf("%s at %d", name, i), proportions(n, s.Resets, want.Occupancy[name][i], want.Resets))
		}
	}
}

// numbered returns counts with their indices as keys.
func numbered(counts []int) map[string]int {
	m := map[string]int{}
	for i, n := range counts {
		if n > 0 {
			m[fmt.Sprint(i)] = n
		}
	}
	return m
}

// proportions compares a of n with b of m, as a standard normal number, by the transformation of
// Freeman and Tukey 1950, which suits rare values too.
func proportions(a, n, b, m int) float64 {
	angle := func(k, n int) float64 {
		return math.Asin(math.Sqrt(float64(k)/float64(n+1))) + math.Asin(math.Sqrt(float64(k+1)/float64(n+1)))
	}
	return (angle(a, n) - angle(b, m)) / math.Sqrt(1/(float64(n)+0.5)+1/(float64(m)+0.5))
}

// chiSquare compares two histograms by the chi-square test of homogeneity. It joins rare values, and
// returns the statistic as a standard normal number, by the transformation of Wilson and Hilferty 1931.
func chiSquare(a, b map[string]int) float64 {
	keys := maps.Clone(a)
	maps.Copy(keys, b)
	n, m := 0.0, 0.0
	for k := range keys {
		n, m = n+float64(a[k]), m+float64(b[k])
	}
	const rare = 5
	sum, degrees, restA, restB := 0.0, -1, 0.0, 0.0
	add := func(x, y float64) {
		if x+y > 0 {
			d := x*math.Sqrt(m/n) - y*math.Sqrt(n/m)
			sum, degrees = sum+d*d/(x+y), degrees+1
		}
	}
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		x, y := float64(a[k]), float64(b[k])
		if (x+y)*min(n, m)/(n+m) < rare {
			restA, restB = restA+x, restB+y
		} else {
			add(x, y)
		}
	}
	add(restA, restB)
	if degrees <= 0 {
		return 0
	}
	f := 2 / (9 * float64(degrees))
	return (math.Cbrt(sum/float64(degrees)) - (1 - f)) / math.Sqrt(f)
}
