// Package hub trains runs on the machines that share a hub. A Head submits runs and receives their
// files. A Worker takes runs from the hub and trains them. Both may end at any time, and so may the
// hub: the files of a run have the same bytes as if it were trained alone, except the columns with
// times.
//
// What a hub stores is in package journal, the connection to it in package link, and the hub itself in
// package server.
package hub

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/rlrun/rlrun/internal/infile"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
)

// A Version says which programs give a run the same bytes.
type Version struct {
	Code    string `json:"code"`    // build of the program
	Kernels string `json:"kernels"` // processor and kernels: amd64-avx2
}

// ThisVersion returns the version of this program. A build of a commit without changes has the
// commit's revision. Other builds have the checksum of their executable.
func ThisVersion() (Version, error) {
	v := Version{Kernels: runtime.GOARCH + "-" + f32.Kernels()}
	h := sha256.New()
	part(h, []byte(runtime.Version()))
	if rev := revision(); rev != "" {
		part(h, []byte(rev))
	} else if err := executable(h); err != nil {
		return v, fmt.Errorf("the version of this program: %w", err)
	}
	v.Code = hex.EncodeToString(h.Sum(nil))[:12]
	return v, nil
}

// revision returns the main module and the revision of a build without changes, or "".
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	values := map[string]string{}
	for _, s := range info.Settings {
		values[s.Key] = s.Value
	}
	switch {
	case values["vcs.revision"] != "" && values["vcs.modified"] == "false":
		return info.Main.Path + "@" + values["vcs.revision"]
	case info.Main.Sum != "": // go install MODULE@VERSION
		return info.Main.Path + "@" + info.Main.Version + " " + info.Main.Sum
	}
	return ""
}

// executable adds this program's file to a checksum.
func executable(h io.Writer) error {
	name, err := os.Executable()
	if err != nil {
		return err
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(h, f)
	return err
}

// part adds data and their length to a checksum.
func part(h hash.Hash, data []byte) {
	fmt.Fprintf(h, "%d:", len(data))
	h.Write(data)
}

const (
	configFile = "config.yaml"
	resultFile = "result.json"
	stateFile  = "checkpoint/state"

	// episodeFile has the actions of an episode in which the environment failed.
	episodeFile = "failed-episode.jsonl"

	// maxConfig and maxState are the largest lengths of the files that a Head submits [bytes].
	maxConfig = 1 << 20
	maxState  = 1 << 30
)

// files returns the files of a new run that a worker needs: config.yaml and, if training starts with
// a policy, the checkpoint with it.
func files(r *run.Run) (map[string][]byte, error) {
	config, err := infile.Read(filepath.Join(r.Dir, configFile), maxConfig)
	if err != nil || r.Scenario.Init == "" {
		return map[string][]byte{configFile: config}, err
	}
	state, err := infile.Read(filepath.Join(r.Dir, filepath.FromSlash(stateFile)), maxState)
	return map[string][]byte{configFile: config, stateFile: state}, err
}

// newJob returns the job of a run with these files. The same run has the same job, wherever it is
// submitted.
func newJob(r *run.Run, v Version, files map[string][]byte) journal.Job {
	h := sha256.New()
	for _, data := range [][]byte{[]byte(v.Code), []byte(v.Kernels), files[configFile], files[stateFile]} {
		part(h, data)
	}
	s := r.Scenario
	return journal.Job{
		ID: hex.EncodeToString(h.Sum(nil))[:20], Code: v.Code, Kernels: v.Kernels,
		Name: s.Name, Seed: s.Seed, Steps: s.Steps, Every: r.CheckpointEvery,
	}
}

// unique returns a name that no other process has ever had: letters, digits and hyphens.
func unique(prefix string) string { return prefix + "-" + strings.ToLower(rand.Text()[:8]) }

// A Progress is what a worker says about a run while it trains. It may get lost.
type Progress struct {
	Worker   string  `json:"worker"`
	Steps    int     `json:"steps"`
	Total    int     `json:"total"`
	Episodes int     `json:"episodes"`
	Return   float64 `json:"return"` // mean return of the latest episodes; 0 without one
	Trouble  string  `json:"trouble,omitempty"`
}

// A WorkerInfo is what a worker says about itself.
type WorkerInfo struct {
	Name string `json:"name"`
	Version
	Cores int      `json:"cores"` // runs that it trains at the same time, at most
	Jobs  []string `json:"jobs"`  // ids of the jobs that it trains
}

// maxMessage is the largest length of a Progress and a WorkerInfo as JSON [bytes].
const maxMessage = 64 << 10

// decodeProgress returns the Progress in a message.
func decodeProgress(data []byte) (Progress, error) {
	var p Progress
	if len(data) > maxMessage {
		return p, fmt.Errorf("progress of %d bytes", len(data))
	}
	if err := json.Unmarshal(data, &p); err != nil {
		return p, err
	}
	if !journal.ValidName(p.Worker) || p.Steps < 0 || p.Total < 1 || p.Episodes < 0 || math.IsNaN(p.Return) {
		return p, fmt.Errorf("progress of %.100q", p.Worker)
	}
	return p, nil
}

// decodeWorker returns the WorkerInfo in a message.
func decodeWorker(data []byte) (WorkerInfo, error) {
	var w WorkerInfo
	if len(data) > maxMessage {
		return w, fmt.Errorf("a worker of %d bytes", len(data))
	}
	if err := json.Unmarshal(data, &w); err != nil {
		return w, err
	}
	if !journal.ValidName(w.Name) || !journal.ValidID(w.Code) || !journal.ValidID(w.Kernels) || w.Cores < 0 {
		return w, fmt.Errorf("a worker called %.100q", w.Name)
	}
	for _, id := range w.Jobs {
		if !journal.ValidID(id) {
			return w, fmt.Errorf("a job called %.100q", id)
		}
	}
	return w, nil
}

// Subjects of messages that are not stored.
func ownerSubject(job string) string    { return "rl.owner." + job }
func progressSubject(job string) string { return "rl.progress." + job }
func cancelSubject(job string) string   { return "rl.cancel." + job }
func drainSubject(worker string) string { return "rl.worker." + worker + ".drain" }

const listSubject = "rl.workers"
