package journal

import (
	"strings"
	"testing"
)

// TestNames checks which texts are names.
func TestNames(t *testing.T) {
	for what, c := range map[string]struct {
		valid   func(string) bool
		yes, no []string
	}{
		"id": {ValidID, []string{"a", "0", "amd64-avx2", strings.Repeat("a", 100)},
			[]string{"", "-a", "A", "a.b", "a b", "a/b", "*", ">", "é", "a\n", strings.Repeat("a", 101)}},
		"name":  {ValidName, []string{"head-1", "-", strings.Repeat("Z", 100)}, []string{"", "a.b", "a_b", "a\n", strings.Repeat("Z", 101)}},
		"owner": {validOwner, []string{"Head-1-2", strings.Repeat("Z", 200)}, []string{"", "w.>", "a b", strings.Repeat("Z", 201)}},
		"object": {func(name string) bool { return validBlob("a1", name) }, []string{"a1/w-1-2", "a1/" + strings.Repeat("Z", 250)},
			[]string{"", "a1", "a1/", "/w", "b2/w", "a1/w/x", "a1/../w", "a1/w.x", "a1/" + strings.Repeat("Z", 251)}},
		"file": {validFile, []string{"config.yaml", "checkpoint/state", "checkpoint/replay.0", "checkpoint/replay.1234567890"},
			[]string{"", "state", "checkpoint/", "checkpoint/replay", "checkpoint/replay.", "checkpoint/.1", "checkpoint/replay.1.2", "checkpoint/Replay.1",
				"checkpoint/../x.1", "checkpoint/a/b.1", "checkpoint/replay.12345678901", "other/replay.1", "replay.1", "/etc/passwd"}},
		"log": {validLog, []string{"episodes.csv", "progress.csv", "learned.csv", "events.out.tfevents.rlrun"}, []string{"", "x.csv", "../episodes.csv"}},
	} {
		for _, text := range c.yes {
			if !c.valid(text) {
				t.Errorf("%q is no %s, want one", text, what)
			}
		}
		for _, text := range c.no {
			if c.valid(text) {
				t.Errorf("%q is a valid %s, want none", text, what)
			}
		}
	}
}
