package minigrid

import (
	"hash/crc32"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/internal/golden"
)

// TestTiles compares every tile in several sizes with MiniGrid's, by the checksum of its bytes: see
// testdata/README.md. A short test leaves out the largest ones.
func TestTiles(t *testing.T) {
	var want [][5]int64 // size, code, direction or -1, highlight, CRC-32
	golden.Read(t, "testdata/tiles.json.gz", &want)
	tiles := map[int]*Tiles{}
	wrong := 0
	for _, r := range want {
		size, highlight := int(r[0]), r[3] == 1
		if testing.Short() && size > 8 {
			continue
		}
		if tiles[size] == nil {
			tiles[size], _ = NewTiles(size)
		}
		c, err := cellOf(float64(r[1]))
		if err != nil {
			t.Fatal(err)
		}
		if got := crc32.ChecksumIEEE(tiles[size].tile(c, Direction(r[2]), highlight)); int64(got) != r[4] {
			t.Errorf("tile of size %d, cell %d, agent %d, highlight %v differs", size, r[1], r[2], highlight)
			if wrong++; wrong > 20 {
				t.FailNow()
			}
		}
	}
}

// TestFrames compares pictures of worlds with MiniGrid's, by the checksum of their bytes.
func TestFrames(t *testing.T) {
	var frames []struct {
		Env, Kind string
		State     []float64
		CRC32     uint32
	}
	golden.Read(t, "testdata/frames.json.gz", &frames)
	for _, f := range frames {
		size := 8
		if strings.Contains(f.Kind, "tile32") {
			size = 32
		}
		w, err := New(f.Env)
		if err == nil {
			err = w.SetPhysics(f.State)
		}
		tiles, sizeErr := NewTiles(size)
		if err != nil || sizeErr != nil {
			t.Fatal(err, sizeErr)
		}
		var got []uint8
		if strings.HasPrefix(f.Kind, "partial") {
			got = make([]uint8, 3*size*size*w.ViewSize*w.ViewSize)
			tiles.View(got, w)
		} else {
			got = make([]uint8, 3*size*size*w.W*w.H)
			tiles.Grid(got, w, strings.HasSuffix(f.Kind, "highlight"))
		}
		if crc32.ChecksumIEEE(got) != f.CRC32 {
			t.Errorf("%s, %s differs", f.Env, f.Kind)
		}
	}
}

func TestTileSizes(t *testing.T) {
	for _, size := range []int{-1, 0, 65} {
		if _, err := NewTiles(size); err == nil || !strings.Contains(err.Error(), "minigrid: tiles of") {
			t.Errorf("NewTiles(%d): %v, want an error", size, err)
		}
	}
}
