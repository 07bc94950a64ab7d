package golden

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"
)

// Same checks that got has the keys and values of the JSON object in the file called name. With
// update it writes got to the file instead.
func Same(t testing.TB, name string, got map[string]string, update bool) {
	t.Helper()
	if update {
		text, err := json.MarshalIndent(got, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if g, w := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(g, w) {
		t.Errorf("%s has %q, want %q", name, w, g)
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if got[key] != want[key] {
			t.Errorf("%s: got %s, want %s of %s", key, got[key], want[key], name)
		}
	}
}
