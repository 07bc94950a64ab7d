package minigrid

import (
	"hash/crc32"
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
