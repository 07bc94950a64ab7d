package state

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// A blob is a state with one field of bytes.
type blob []byte

func (b blob) State(s *State) { s.Bytes("blob", b) }

// TestLarge checks a state so large that its checksum is verified before it is read.
func TestLarge(t *testing.T) {
	want, got := make(blob, verifyFirstSize+1), make(blob, verifyFirstSize+1)
	for i := range want {
		want[i] = byte(i * i >> 8)
	}
	var file bytes.Buffer
	if err := Save(&file, want); err != nil {
		t.Fatal(err)
	}
	if err := Load(bytes.NewReader(file.Bytes()), got); err != nil || !bytes.Equal(got, want) {
		t.Errorf("Load of %d bytes = %v, want what was saved", file.Len(), err)
	}
	file.Bytes()[1<<20] ^= 1
	if err := Load(bytes.NewReader(file.Bytes()), got); err == nil || err.Error() != "state: damaged: the checksum does not match" {
		t.Errorf("Load of a damaged file of %d bytes = %v, want the checksum's error", file.Len(), err)
	}
}

// TestSparse checks that a file with a wrong checksum is refused before memory is allocated for
// its fields.
func TestSparse(t *testing.T) {
	name := filepath.Join(t.TempDir(), "state")
	const length = 1 << 28
	if err := os.WriteFile(name, header(length), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, headSize+length+4); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err = Load(f, blob{})
	runtime.ReadMemStats(&after)
	if err == nil || err.Error() != "state: damaged: the checksum does not match" {
		t.Errorf("Load of %d bytes of zeros = %v, want the checksum's error", length, err)
	}
	const limit = length / 16 // Go in WebAssembly allocates a little in each read of a file
	if n := after.TotalAlloc - before.TotalAlloc; n > limit {
		t.Errorf("Load of %d bytes of zeros allocates %d bytes, want less than %d", length, n, limit)
	}
}
