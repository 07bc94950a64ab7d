package box2d_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/box2d"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/internal/settings"
	"github.com/rlrun/rlrun/planar"
)

// A task is an environment of this package, with methods for tests.
type task interface {
	env.Snapshotter
	env.PhysicsReader
	env.DrawSetter
	env.Measured
	World() *planar.World
	Bodies() []int32
}

// An episode is a recorded episode of Gymnasium: see testdata/README.md.
type episode struct {
	Env         string            `json:"env"`
	Kwargs      map[string]any    `json:"kwargs"`
	Seed        int               `json:"seed"`
	Policy      string            `json:"policy"`
	ResetDraws  []float64         `json:"reset_draws"`
	StepDraws   [][]float64       `json:"step_draws"`
	InitState   []float64         `json:"init_state"`
	InitObs     []float32         `json:"init_obs"`
	Mass        [][2]float64      `json:"body_mass_inertia"`
	Actions     []json.RawMessage `json:"actions"`
	Rewards     []float64         `json:"rewards"`
	Terminated  []bool            `json:"terminated"`
	Contacts    []int             `json:"contacts"`
	StateSteps  []int             `json:"state_steps"`
	States      [][]float64       `json:"states"`
	Hash        string            `json:"hash"`
	Tiles       int               `json:"tiles"`
	Track       [][4]float64      `json:"track"`
	Borders     []int             `json:"borders"`
	BorderQuad  *[8]float64       `json:"border_quad"`
	WheelsHash  string            `json:"wheels_hash"`
	Visited     int               `json:"visited"`
	Fuel        float64           `json:"fuel"`
	LapFinished *bool             `json:"lap_finished"`
	FrameSteps  []int             `json:"frame_steps"`
	RewardDrawn []float64         `json:"reward_drawn"`
}

// name names the episode for t.Run.
func (e *episode) name() string { return fmt.Sprintf("%s/%s/%d", e.Env, e.Policy, e.Seed) }

// options is an env.Options that sets all options of the episode, as a scenario file would.
func (e *episode) options(into any) error {
	text, err := json.Marshal(e.Kwargs) // JSON is also YAML
	if err != nil {
		return err
	}
	tree, err := settings.Parse("options", text)
	if err != nil {
		return err
	}
	return tree.Root().DecodeFields(into)
}

// action returns action s as a row.
func (e *episode) action(t *testing.T, s int) []float32 {
	var row []float32
	if json.Unmarshal(e.Actions[s], &row) == nil {
		return row
	}
	row = make([]float32, 1)
	if err := json.Unmarshal(e.Actions[s], &row[0]); err != nil {
		t.Fatal(err)
	}
	return row
}

// readEpisodes returns the recorded episodes of the environment called id.
func readEpisodes(t *testing.T, id string) (eps []episode) {
	t.Helper()
	for d := json.NewDecoder(golden.Open(t, filepath.Join("testdata", id+".jsonl.gz"))); ; {
		var e episode
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			return eps
		} else if err != nil {
			t.Fatal(err)
		}
		eps = append(eps, e)
	}
}

// TestGolden replays Gymnasium's episodes from their random numbers and actions. Every float32 of
// states and observations must agree, and rewards to 1e-12. With -short, it replays some of them.
func TestGolden(t *testing.T) {
	for _, id := range []string{"LunarLander-v3", "BipedalWalker-v3", "CarRacing-v3"} {
		for i, ep := range readEpisodes(t, id) {
			if testing.Short() && i%8 != 0 {
				continue
			}
			t.Run(ep.name(), func(t *testing.T) { replay(t, &ep) })
		}
	}
}

// newTask returns the episode's environment with the random numbers of the reset.
func (e *episode) newTask(t *testing.T) task {
	made, err := registry().Make(e.Env, e.options)
	if err != nil {
		t.Fatal(err)
	}
	k := made.(task)
	if err := k.SetDraws(e.ResetDraws); err != nil {
		t.Fatal(err)
	}
	return k
}

// replay plays the episode and compares it with the record.
func replay(t *testing.T, ep *episode) {
	k := ep.newTask(t)
	obs := make([]float32, k.Spec().Obs.Size())
	k.Reset(1, obs)
	if ep.InitObs != nil && !slices.Equal(obs, ep.InitObs) {
		t.Errorf("first observation %v, want %v", obs, ep.InitObs)
	}
	if got := k.Physics(nil); !slices.Equal(got, ep.InitState) {
		t.Fatalf("state after the reset %v, want %v", got, ep.InitState)
	}
	for i, b := range k.Bodies() {
		body := k.World().Body(b)
		if got := [2]float64{float64(body.Mass()), float64(body.Inertia())}; got != ep.Mass[i] {
			t.Errorf("body %d: mass and inertia %v, want %v", i, got, ep.Mass[i])
		}
	}
	car, _ := k.(*box2d.CarRacing)
	hash, wheels := fnv.New64a(), fnv.New64a()
	for s := range ep.Actions {
		if ep.StepDraws != nil {
			if err := k.SetDraws(ep.StepDraws[s]); err != nil {
				t.Fatal(err)
			}
		}
		out := k.Step(ep.action(t, s), obs)
		state := k.Physics(nil)
		if i, ok := slices.BinarySearch(ep.StateSteps, s); ok && !slices.Equal(state, ep.States[i]) {
			t.Fatalf("step %d: state %v, want %v", s, state, ep.States[i])
		}
		addFloats(hash, state)
		if car != nil {
			addFloats(wheels, car.Wheels())
		} else if err := binary.Write(hash, binary.LittleEndian, obs); err != nil {
			t.Fatal(err)
		}
		if math.Abs(out.Reward-ep.Rewards[s]) > 1e-12 || out.Terminated != ep.Terminated[s] {
			t.Fatalf("step %d: reward %v, terminated %v, want %v, %v", s, out.Reward, out.Terminated, ep.Rewards[s], ep.Terminated[s])
		}
		if got := k.World().Touching(); ep.Contacts != nil && got != ep.Contacts[s] {
			t.Fatalf("step %d: %d contacts, want %d", s, got, ep.Contacts[s])
		}
	}
	if got := fmt.Sprintf("%016x", hash.Sum64()); got != ep.Hash {
		t.Errorf("hash of states and observations %s, want %s", got, ep.Hash)
	}
	if car != nil {
		checkCar(t, car, ep, fmt.Sprintf("%016x", wheels.Sum64()))
	}
}

// addFloats adds numbers to a hash, as float32.
func addFloats(w io.Writer, x []float64) {
	b := make([]byte, 0, 4*len(x))
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v)))
	}
	w.Write(b)
}

// checkCar compares the track, the wheels and the facts of an episode of CarRacing with its record.
func checkCar(t *testing.T, c *box2d.CarRacing, ep *episode, wheels string) {
	if wheels != ep.WheelsHash {
		t.Errorf("hash of the wheels %s, want %s", wheels, ep.WheelsHash)
	}
	bends, borders := c.Track()
	if len(bends) != ep.Tiles || !slices.Equal(borders, ep.Borders) {
		t.Fatalf("%d tiles with borders %v, want %d with %v", len(bends), borders, ep.Tiles, ep.Borders)
	}
	for i, want := range ep.Track {
		nearly(t, "track", 1e-12, bends[20*i][:], want[:])
	}
	if ep.BorderQuad != nil {
		got := c.Border(borders[0])
		nearly(t, "border", 1e-11, got[:], ep.BorderQuad[:])
	}
	var facts [3]float64
	c.Measure(facts[:])
	nearly(t, "tiles, lap and fuel", 1e-9, facts[:], []float64{float64(ep.Visited) / float64(ep.Tiles), lapped(ep.LapFinished), ep.Fuel})
}

// lapped returns 1 if a lap was finished.
func lapped(finished *bool) float64 {
	if finished != nil && *finished {
		return 1
	}
	return 0
}

// nearly checks that numbers agree to a relative tolerance.
func nearly(t *testing.T, what string, tolerance float64, got, want []float64) {
	t.Helper()
	for i, w := range want {
		if !(math.Abs(got[i]-w) <= tolerance*max(1, math.Abs(w))) {
			t.Errorf("%s: %v, want %v", what, got, want)
			return
		}
	}
}

// TestPictures compares CarRacing's pictures with Gymnasium's, which are drawn in another way: bytes must
// agree to 0.2 in the mean, and 99.6 % of them to 8.
func TestPictures(t *testing.T) {
	frames, err := io.ReadAll(golden.Open(t, "testdata/CarRacing-v3.frames.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, ep := range readEpisodes(t, "CarRacing-v3") {
		if len(ep.FrameSteps) == 0 {
			continue
		}
		k := ep.newTask(t).(*box2d.CarRacing)
		obs := make([]float32, k.Spec().Obs.Size())
		k.Reset(1, obs)
		for s, i := 0, 0; i < len(ep.FrameSteps); s++ {
			if s == ep.FrameSteps[i] {
				if d := k.Drawn() - ep.RewardDrawn[i]; math.Abs(d) > 1e-9 {
					t.Errorf("%s, step %d: the picture shows %v, want %v", ep.name(), s, k.Drawn(), ep.RewardDrawn[i])
				}
				mean, near := compareBytes(obs, frames[:len(obs)])
				if mean > 0.2 || near < 0.996 {
					t.Errorf("%s, step %d: the picture differs by %.3f in the mean, %.2f %% of the bytes are within 8", ep.name(), s, mean, 100*near)
				}
				frames = frames[len(obs):]
				i++
			}
			if s < len(ep.Actions) {
				k.Step(ep.action(t, s), obs)
			}
		}
	}
}

// compareBytes returns the mean difference, and the share of bytes that differ by up to 8.
func compareBytes(got []float32, want []byte) (mean, near float64) {
	for i, v := range want {
		d := math.Abs(float64(got[i]) - float64(v))
		mean += d / float64(len(want))
		if d <= 8 {
			near += 1 / float64(len(want))
		}
	}
	return mean, near
}
