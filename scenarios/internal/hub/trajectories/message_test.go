package trajectories

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// TestMessage checks that a message has the trajectory and the refusals, that images are compressed, and
// that long messages are refused.
func TestMessage(t *testing.T) {
	blank, noise := make([]byte, 1<<20), make([]byte, maxMessage)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	for _, images := range []bool{false, true} {
		want := []byte("a trajectory")
		if images {
			want = blank // longer than a message
		}
		m, err := appendMessage(nil, want, 7, images)
		if err != nil {
			t.Fatal(err)
		}
		got, refused, err := decodeMessage(m)
		if err != nil || refused != 7 || !bytes.Equal(got, want) {
			t.Errorf("images %v: a trajectory of %d bytes and %d refusals, want %d and 7; error %v", images, len(got), refused, len(want), err)
		}
		if _, err := appendMessage(nil, noise, 0, images); err == nil {
			t.Errorf("images %v: a message of %d bytes of noise: no error", images, len(noise))
		}
	}
}

// FuzzMessage checks that decodeMessage returns an error or a trajectory, whatever a message has.
func FuzzMessage(f *testing.F) {
	for _, images := range []bool{false, true} {
		m, err := appendMessage(nil, make([]byte, 1000), 3, images)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(m)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if got, _, err := decodeMessage(data); err == nil && len(got) > maxTrajectory {
			t.Errorf("decodeMessage returns %d bytes", len(got))
		}
	})
}
