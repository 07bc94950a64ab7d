package multibody

import (
	"encoding/binary"
	"flag"
	"fmt"
	"hash/fnv"
	"testing"

	"github.com/rlrun/rlrun/internal/golden"
)

var update = flag.Bool("update", false, "write the hashes in testdata/bits.json")

// TestBits checks that 100 steps of the robots in testdata/robots.jsonl.gz give the recorded bits of
// states, as hashes (FNV-1a). CI runs it on several processors. After a change of the rounding:
// go test ./multibody ./env/mujoco -run TestBits -update
func TestBits(t *testing.T) {
	got := map[string]string{}
	for _, r := range lines[robot](t, "robots.jsonl.gz") {
		m := loadFile(t, r.Model)
		d, hash := m.NewData(), fnv.New64a()
		copy(d.Qpos, r.Init[:m.NQ])
		copy(d.Qvel, r.Init[m.NQ:])
		for step := range 100 {
			copy(d.Ctrl, r.Ctrl[step/r.Hold])
			if err := d.Step(); err != nil {
				t.Fatal(r.Model, err)
			}
			if err := binary.Write(hash, binary.LittleEndian, d.State(nil)); err != nil {
				t.Fatal(err)
			}
		}
		got[r.Model] = fmt.Sprintf("%016x", hash.Sum64())
	}
	golden.Same(t, "testdata/bits.json", got, *update)
}
