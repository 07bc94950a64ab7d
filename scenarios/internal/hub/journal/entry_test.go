package journal

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// chunk returns a chunk of the data at an offset.
func chunk(at int64, data string) Chunk {
	return Chunk{At: at, Size: int64(len(data)), Data: []byte(data), Sum: Sum([]byte(data))}
}

// sample returns an entry with all fields.
func sample() *Entry {
	blob := chunk(0, "a long state")
	blob.Data, blob.Blob = nil, "a1/w-1-2"
	return &Entry{
		Kind: Commit, Prev: "w-1.1", Job: Job{ID: "a1", Code: "c", Kernels: "amd64-avx2", Name: "quick", Seed: 3, Steps: 100, Every: 10},
		Owner: "w-1", Tries: 1, Steps: 50,
		Files: map[string]File{"config.yaml": {Chunks: []Chunk{chunk(0, "env"), chunk(3, "agent")}}, "checkpoint/state": {Chunks: []Chunk{blob}}, "checkpoint/replay.3": {First: 7}},
		Logs:  map[string]int64{"episodes.csv": 12},
		Rows:  map[string][]Chunk{"episodes.csv": {chunk(4, "r,l,t"), chunk(9, "1,2")}},
	}
}

// encode returns an entry as JSON.
func encode(t testing.TB, e *Entry) []byte {
	t.Helper()
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestDecode checks that an entry with all fields is read, and that entries that would write
// elsewhere, take too much or contradict themselves are refused.
func TestDecode(t *testing.T) {
	if e, err := Decode("a1", encode(t, sample())); err != nil || !bytes.Equal(encode(t, e), encode(t, sample())) {
		t.Fatalf("Decode of a whole entry = %+v, %v", e, err)
	}
	for name, change := range map[string]func(e *Entry){
		"other job":             func(e *Entry) { e.Job.ID = "b2" },
		"job is a path":         func(e *Entry) { e.Job.ID = "../a1" },
		"no kind":               func(e *Entry) { e.Kind = "" },
		"kernels with a dot":    func(e *Entry) { e.Job.Kernels = "amd64.avx2" },
		"owner with a wildcard": func(e *Entry) { e.Owner = "w.>" },
		"no steps":              func(e *Entry) { e.Job.Steps = 0 },
		"negative tries":        func(e *Entry) { e.Tries = -1 },
		"file elsewhere":        func(e *Entry) { e.Files["../../.bashrc"] = File{} },
		"file of the user":      func(e *Entry) { e.Files["notes.txt"] = File{} },
		"checkpoint elsewhere":  func(e *Entry) { e.Files["checkpoint/../../x.1"] = File{} },
		"log elsewhere":         func(e *Entry) { e.Logs["/etc/passwd"] = 1 },
		"negative log":          func(e *Entry) { e.Logs["episodes.csv"] = -1 },
		"rows elsewhere":        func(e *Entry) { e.Rows["../x"] = []Chunk{chunk(0, "x")} },
		"no rows":               func(e *Entry) { e.Rows["progress.csv"] = nil },
		"gap":                   func(e *Entry) { e.Files["config.yaml"] = File{Chunks: []Chunk{chunk(1, "x")}} },
		"gap in rows":           func(e *Entry) { e.Rows["episodes.csv"] = []Chunk{chunk(4, "x"), chunk(6, "y")} },
		"negative offset":       func(e *Entry) { e.Rows["episodes.csv"] = []Chunk{chunk(-4, "x")} },
		"chunk too large": func(e *Entry) {
			e.Files["config.yaml"] = File{Chunks: []Chunk{{Size: largeChunk + 1, Sum: Sum(nil), Blob: "a1/w-1"}}}
		},
		"chunk cut short":     func(e *Entry) { e.Files["config.yaml"] = File{Chunks: []Chunk{{Size: 9, Sum: Sum(nil)}}} },
		"no checksum":         func(e *Entry) { e.Files["config.yaml"] = File{Chunks: []Chunk{{Size: 0}}} },
		"object of other job": func(e *Entry) { e.Files["checkpoint/state"].Chunks[0].Blob = "b2/w-1-2" },
		"object and data":     func(e *Entry) { e.Files["checkpoint/state"].Chunks[0].Data = []byte("x") },
	} {
		t.Run(name, func(t *testing.T) {
			e := sample()
			change(e)
			if _, err := Decode("a1", encode(t, e)); err == nil || len(err.Error()) > 400 {
				t.Errorf("Decode = %v, want a short error", err)
			}
		})
	}
	for name, text := range map[string]string{
		"empty": "", "noise": "\x00\xff", "list": "[]", "null": "null", "unknown key": `{"kinds":1}`, "number": `{"kind":1}`,
		"two entries": string(encode(t, sample())) + "{}", "too long": strings.Repeat(" ", maxEntry) + string(encode(t, sample())),
	} {
		if _, err := Decode("a1", []byte(text)); err == nil {
			t.Errorf("%s: Decode = nil, want an error", name)
		}
	}
}

// TestEntryOfLargeBuffer checks that the entry of a replay buffer of 7 GB, a million pictures, is not
// too long.
func TestEntryOfLargeBuffer(t *testing.T) {
	e := sample()
	for i := range 9 {
		var f File
		for at := int64(0); at < 7_000_000_000/8; {
			size := ChunkSize(at)
			f.Chunks = append(f.Chunks, Chunk{At: at, Size: size, Sum: Sum(nil), Blob: "a1b2c3d4e5f6a7b8c9d0/" + strings.Repeat("w", 40) + "-123456789-123456"})
			at += size
		}
		e.Files["checkpoint/replay."+string(rune('0'+i))] = f
	}
	if n := len(encode(t, e)); n > maxEntry/4 {
		t.Errorf("an entry of %d bytes, want %d at most", n, maxEntry/4)
	}
}

// FuzzDecode checks that Decode does not panic, and that what it accepts is read again from what it was.
func FuzzDecode(f *testing.F) {
	f.Add(encode(f, sample()))
	f.Add([]byte(`{"kind":"done"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := Decode("a1", data)
		if err != nil {
			return
		}
		for name := range e.Files {
			if strings.Contains(name, "..") || strings.HasPrefix(name, "/") {
				t.Errorf("Decode accepts the file %q", name)
			}
		}
		again, err := Decode("a1", encode(t, e))
		if err != nil || !bytes.Equal(encode(t, again), encode(t, e)) {
			t.Errorf("Decode of the same entry = %+v, %v, want %+v", again, err, e)
		}
	})
}
