// Package golden compares results in tests with recorded reference numbers. [Read] reads the
// numbers from a file and [Near] compares them.
package golden

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"math"
	"os"
	"testing"
)

// Open returns a reader of the uncompressed content of the gzip file called name. The file is
// closed when the test ends.
func Open(t testing.TB, name string) io.Reader {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// Read decodes the gzipped JSON file called name and stores the result in *into.
func Read(t testing.TB, name string, into any) {
	t.Helper()
	if err := json.NewDecoder(Open(t, name)).Decode(into); err != nil {
		t.Fatal(err)
	}
}

// Near checks that |got - want| ≤ 10⁻⁵ max(1, |want|) for every element. The tolerance is about
// ten times the difference between float32 and float64 results, so sums may be computed in
// another order.
func Near(t testing.TB, name string, got []float32, want ...float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s has %d elements, want %d", name, len(got), len(want))
	}
	for i, w := range want {
		if d := math.Abs(float64(got[i]) - w); !(d <= 1e-5*max(1, math.Abs(w))) {
			t.Errorf("%s[%d] = %v, want %v", name, i, got[i], w)
			return
		}
	}
}
