package mujoco_test

import (
	"encoding/binary"
	"flag"
	"fmt"
	"hash/fnv"
	"testing"

	"github.com/rlrun/rlrun/internal/golden"
)

var update = flag.Bool("update", false, "write the hashes in testdata/bits.json")

// TestBits checks that 300 steps of random actions give the recorded bits of observations, rewards,
// states and facts, as hashes (FNV-1a). CI runs it on several processors. After a change of the
// rounding: go test ./multibody ./env/mujoco -run TestBits -update
func TestBits(t *testing.T) {
	got := map[string]string{}
	for _, id := range registry().IDs() {
		e, hash := makeTask(t, id, nil), fnv.New64a()
		for seed := range uint64(3) {
			e.Reset(seed, make([]float32, e.Spec().Obs.Size()))
			if err := binary.Write(hash, binary.LittleEndian, playActions(e, sampleActions(e.Spec().Act, 100, seed))); err != nil {
				t.Fatal(err)
			}
		}
		got[id] = fmt.Sprintf("%016x", hash.Sum64())
	}
	golden.Same(t, "testdata/bits.json", got, *update)
}
