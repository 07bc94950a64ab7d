package box2d_test

import (
	"encoding/binary"
	"flag"
	"fmt"
	"hash/fnv"
	"testing"

	"github.com/rlrun/rlrun/internal/golden"
)

var update = flag.Bool("update", false, "write the hashes in testdata/bits.json")

// TestBits checks that random actions give the recorded bits of observations, rewards and states, as
// hashes (FNV-1a). CI runs it on several processors. After a change of the rounding:
// go test ./planar ./env/box2d -run TestBits -update
func TestBits(t *testing.T) {
	got := map[string]string{}
	for _, id := range registry().IDs() {
		e, hash := makeEnv(t, id, nil).(task), fnv.New64a()
		obs := make([]float32, e.Spec().Obs.Size())
		write := func(x any) {
			if err := binary.Write(hash, binary.LittleEndian, x); err != nil {
				t.Fatal(err)
			}
		}
		for seed := range uint64(2) {
			e.Reset(seed, obs)
			for _, act := range sampleActions(e.Spec().Act, 60, seed) {
				out := e.Step(act, obs)
				write(obs)
				write(out.Reward)
				write(e.Physics(nil))
				if out.Done() {
					break
				}
			}
		}
		got[id] = fmt.Sprintf("%016x", hash.Sum64())
	}
	golden.Same(t, "testdata/bits.json", got, *update)
}
