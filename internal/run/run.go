// Package run turns a scenario into a run: a directory that holds what it was,
// how it went and what came of it, and from which it can be resumed to the
// byte.
package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc64"
	"io"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/internal/atomicfile"
	"github.com/rlrun/rlrun/internal/infile"
	"github.com/rlrun/rlrun/internal/scenario"
	"github.com/rlrun/rlrun/internal/settings"
	"github.com/rlrun/rlrun/policy"
)

// The files of a run's directory, beside its logs.
const (
	configFile = "config.yaml"
	policyFile = "policy.safetensors"
	bestFile   = "policy-best.safetensors"
	resultFile = "result.json"
	checkpoint = "checkpoint" // a directory
)

// clockInterval is how often a run is saved where its user does not say.
const clockInterval = 10 * time.Second

// A Run is a scenario being run in a directory.
type Run struct {
	Dir      string
	Scenario *scenario.Scenario

	agent      agents.Agent
	logs       logs
	evals      evaluations
	checkpoint *agents.Checkpoint
	config     uint64        // checksum of config.yaml, which a checkpoint belongs to
	elapsed    time.Duration // of training, before the present Train
}

// Options say what a Run does beside training.
type Options struct {
	CheckpointEvery int          // steps between checkpoints; 0 means by the clock
	Report          func(Status) // is told of every iteration; nil tells nobody
}

// A Status says how a Run's training stands.
type Status struct {
	agents.Report
	Total   int           // steps to train
	Elapsed time.Duration // of training
	Logged  bool          // a row of progress.csv was written
	Stopped bool          // an evaluation has ended training

	// Mean return and length of the latest evaluation since the last row; NaN where
	// there was none.
	EvalReturn, EvalLength float64
}

// StepsPerSecond is the mean speed of training.
func (s Status) StepsPerSecond() float64 { return float64(s.Steps) / s.Elapsed.Seconds() }

// Create starts a run of s in a new directory: dir, or where that is "" the
// first of runs/NAME/seed-N, runs/NAME/seed-N-2, … that is not there yet.
func Create(s *scenario.Scenario, dir string) (*Run, error) {
	r := &Run{Scenario: s, evals: newEvaluations()}
	var err error
	if r.agent, err = newAgent(s); err != nil {
		return nil, err
	}
	text, err := s.Encode()
	if err != nil {
		return nil, err
	}
	if r.Dir, err = makeDir(s, dir); err != nil {
		return nil, err
	}
	if err := r.write(configFile, text); err != nil {
		return nil, err
	}
	r.config, r.checkpoint = checksum(text), checkpointIn(r.Dir)
	return r, r.logs.open(r.Dir)
}

func checkpointIn(dir string) *agents.Checkpoint {
	return agents.NewCheckpoint(filepath.Join(dir, checkpoint))
}

// newAgent returns the scenario's agent, with the policy that it begins with.
func newAgent(s *scenario.Scenario) (agents.Agent, error) {
	a, err := s.NewAgent()
	if err != nil || s.Init == "" {
		return a, err
	}
	p, err := saver(a.Policy(), s.Agent)
	if err != nil {
		return nil, err
	}
	name := s.Init
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		name = filepath.Join(name, policyFile)
	}
	f, err := infile.Open(name)
	if err != nil {
		return nil, fmt.Errorf("init: %w", err)
	}
	defer f.Close()
	if err := policy.Load(f, p, policy.Meta{}); err != nil {
		return nil, fmt.Errorf("init: %s: %w", name, err)
	}
	if n, ok := p.(interface{ Adopt() }); ok {
		n.Adopt()
	}
	return a, nil
}

// makeDir makes a directory that was not there.
func makeDir(s *scenario.Scenario, dir string) (string, error) {
	if dir != "" {
		if err := os.MkdirAll(filepath.Dir(filepath.Clean(dir)), 0o755); err != nil {
			return "", err
		}
		err := os.Mkdir(dir, 0o755)
		if errors.Is(err, os.ErrExist) {
			err = fmt.Errorf("%s is there already, and nothing is overwritten; want a new directory", dir)
		}
		return dir, err
	}
	parent := filepath.Join("runs", s.Name)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", err
	}
	base := filepath.Join(parent, fmt.Sprintf("seed-%d", s.Seed))
	for dir, n := base, 2; ; dir, n = fmt.Sprintf("%s-%d", base, n), n+1 {
		if err := os.Mkdir(dir, 0o755); !errors.Is(err, os.ErrExist) {
			return dir, err
		}
	}
}

// Load reads the scenario of the run in dir, and no more.
func Load(dir string, envs env.Registry) (*Run, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("no run %s: %w", dir, err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is no run directory", dir)
	}
	name := filepath.Join(dir, configFile)
	text, err := infile.Read(name, settings.MaxSize)
	if err != nil {
		return nil, fmt.Errorf("%s is no run directory: %w", dir, err)
	}
	s, err := scenario.Parse(name, text, nil, envs)
	if err != nil {
		return nil, err
	}
	return &Run{Dir: dir, Scenario: s, config: checksum(text), evals: newEvaluations(), checkpoint: checkpointIn(dir)}, nil
}

// Resume brings a loaded run to its last checkpoint, and its logs with it; to
// its start where there is none.
func (r *Run) Resume() (err error) {
	if r.agent, err = newAgent(r.Scenario); err != nil {
		return err
	}
	if err := r.checkpoint.Load(r); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s: %w", filepath.Join(r.Dir, checkpoint, "state"), err)
	}
	return r.logs.open(r.Dir)
}

// Learned returns a copy of what has been learned so far. It may be called by
// Options.Report, and when Train has returned.
func (r *Run) Learned() policy.Policy { return r.agent.Policy().Clone() }

// Close closes the logs.
func (r *Run) Close() error { return r.logs.close() }

// State visits what resume needs. The logs' lengths are part of it, so that
// rows written after the checkpoint are written again and not twice.
func (r *Run) State(s *state.State) {
	config := r.config
	if s.Uint("run/config", &config); s.Err() == nil && config != r.config {
		s.Fail(fmt.Errorf("it belongs to another %s: that has changed since", configFile))
	}
	seconds := r.elapsed.Seconds()
	s.Double("run/elapsed", &seconds)
	r.elapsed = time.Duration(seconds * float64(time.Second))
	s.All(&r.logs, &r.evals, r.agent)
}

// Train trains to the end of the scenario, or of ctx, and saves a checkpoint
// then. An error that is ctx's leaves a run that can be resumed.
func (r *Run) Train(ctx context.Context, o Options) (Status, error) {
	start, before := time.Now(), r.elapsed
	rep, err := r.agent.Learn(0) // where it stands
	if err != nil {
		return Status{}, err
	}
	st := Status{Report: rep, Total: r.Scenario.Steps, Elapsed: before, Stopped: r.evals.stopped}
	if st.Stopped {
		return st, nil
	}
	saved, savedAt := start, st.Steps
	for rep, err := range agents.Train(ctx, r.agent, st.Total, 1) {
		if err != nil {
			return st, r.stopped(ctx, err)
		}
		now, last := time.Now(), st.Steps
		r.elapsed = before + now.Sub(start)
		st.Report, st.Elapsed = rep, r.elapsed
		if err := r.evaluate(context.WithoutCancel(ctx), last, st.Steps); err != nil {
			return st, err
		}
		start = start.Add(time.Since(now)) // training alone counts
		st.EvalReturn, st.EvalLength, st.Stopped = r.evals.mean, r.evals.length, r.evals.stopped
		if st.Logged, err = r.log(last, st); err != nil {
			return st, err
		}
		if o.Report != nil {
			o.Report(st)
		}
		due := now.Sub(saved) >= clockInterval
		if every := o.CheckpointEvery; every > 0 {
			due = st.Steps/every > savedAt/every
		}
		if due {
			if err := r.save(); err != nil {
				return st, err
			}
			saved, savedAt = now, st.Steps
		}
		if st.Stopped {
			break
		}
	}
	return st, r.save()
}

// stopped returns the error that training ends with. The agent is whole where
// that is ctx's alone, and is saved. Of an environment's failure the actions are
// saved, where the Vector kept them, and the error says what repeats it.
func (r *Run) stopped(ctx context.Context, err error) error {
	if e, ok := errors.AsType[*env.Error](err); ok && (e.Actions != nil || e.Step == 0) && !errors.Is(e, env.ErrAction) {
		if failed := r.write(failedEpisode, requests(e, r.Scenario.Spec)); failed != nil {
			return failed
		}
		return fmt.Errorf("%w; rlrun step %s < %s repeats it", err,
			shellWord(filepath.Join(r.Dir, configFile)), shellWord(filepath.Join(r.Dir, failedEpisode)))
	}
	if err != ctx.Err() {
		return err
	}
	if failed := r.save(); failed != nil {
		return failed
	}
	return err
}

// log writes the episodes that ended and, where an interval is over, a row of
// progress. It says whether it wrote one.
func (r *Run) log(last int, st Status) (bool, error) {
	every := r.Scenario.LogInterval
	due := st.Steps/every > last/every || st.Steps >= st.Total || st.Stopped
	if due {
		r.evals.mean, r.evals.length = math.NaN(), math.NaN()
	}
	return due, r.logs.write(st, due)
}

// save writes a checkpoint, once all that it counts on is on disk.
func (r *Run) save() error {
	if err := r.logs.sync(); err != nil {
		return err
	}
	return r.checkpoint.Save(r)
}

// write writes a file of the run's directory, whole or not at all.
func (r *Run) write(name string, data []byte) error {
	return atomicfile.Write(filepath.Join(r.Dir, name), func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// writeJSON writes v as a file of one line.
func (r *Run) writeJSON(name string, v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return r.write(name, append(line, '\n'))
}

func checksum(text []byte) uint64 { return crc64.Checksum(text, crc64.MakeTable(crc64.ECMA)) }

// milliseconds rounds to three places.
func milliseconds(d time.Duration) float64 { return math.Round(d.Seconds()*1000) / 1000 }
