package hub

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
)

// TestDecodeMessages checks that messages that no worker sends are refused.
func TestDecodeMessages(t *testing.T) {
	good := Progress{Worker: "w-1", Steps: 3, Total: 9, Episodes: 1, Return: 2}
	if p, err := decodeProgress(encoded(t, good)); err != nil || p != good {
		t.Errorf("decodeProgress = %+v, %v, want %+v", p, err, good)
	}
	for name, change := range map[string]func(p *Progress){
		"no worker":      func(p *Progress) { p.Worker = "" },
		"control":        func(p *Progress) { p.Worker = "w\x1b[2J" },
		"negative steps": func(p *Progress) { p.Steps = -1 },
		"no total":       func(p *Progress) { p.Total = 0 },
		"too long":       func(p *Progress) { p.Trouble = strings.Repeat("x", maxMessage) },
	} {
		p := good
		change(&p)
		if _, err := decodeProgress(encoded(t, p)); err == nil {
			t.Errorf("progress, %s: no error", name)
		}
	}
	worker := WorkerInfo{Name: "w-1", Version: Version{"c", "amd64-avx2"}, Cores: 2, Jobs: []string{"a1"}}
	if w, err := decodeWorker(encoded(t, worker)); err != nil || !reflect.DeepEqual(w, worker) {
		t.Errorf("decodeWorker = %+v, %v, want %+v", w, err, worker)
	}
	for name, change := range map[string]func(w *WorkerInfo){
		"name":     func(w *WorkerInfo) { w.Name = "w.>" },
		"version":  func(w *WorkerInfo) { w.Code = "" },
		"kernels":  func(w *WorkerInfo) { w.Kernels = "a b" },
		"cores":    func(w *WorkerInfo) { w.Cores = -1 },
		"job":      func(w *WorkerInfo) { w.Jobs = []string{"../a"} },
		"too long": func(w *WorkerInfo) { w.Jobs = make([]string, maxMessage) },
	} {
		w := worker
		change(&w)
		if _, err := decodeWorker(encoded(t, w)); err == nil {
			t.Errorf("worker, %s: no error", name)
		}
	}
}

// encoded returns v as JSON.
func encoded(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// FuzzDecodeMessages checks that no message panics, and that what is accepted has valid names.
func FuzzDecodeMessages(f *testing.F) {
	f.Add(encoded(f, Progress{Worker: "w-1", Steps: 3, Total: 9}))
	f.Add(encoded(f, WorkerInfo{Name: "w-1", Version: Version{"c", "k"}, Jobs: []string{"a1"}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, err := decodeProgress(data); err == nil && !journal.ValidName(p.Worker) {
			t.Errorf("progress of %q", p.Worker)
		}
		if w, err := decodeWorker(data); err == nil && !journal.ValidName(w.Name) {
			t.Errorf("a worker called %q", w.Name)
		}
	})
}

// TestHostName checks that a worker's name has only letters, digits and hyphens.
func TestHostName(t *testing.T) {
	for host, want := range map[string]string{"head.example.org": "head", "my_pc 7": "mypc7", "": "worker", "ü": "worker", strings.Repeat("a", 99): strings.Repeat("a", 40)} {
		if got := hostName(host); got != want {
			t.Errorf("hostName(%q) = %q, want %q", host, got, want)
		}
	}
}
