// Package run trains a scenario in a run directory, which has its settings, logs, checkpoints,
// policies and result. An interrupted run is resumed from its directory, and then gives the same
// bytes as an uninterrupted run. The command rlrun uses this package. Any other program can use
// it too:
//
//	func main() {
//		envs := env.Registry{}
//		classic.Register(envs)
//		const text = "env: {id: CartPole-v1}\nagent: {name: ppo}\nsteps: 50000\n"
//		s := agents.Must(scenario.Parse("pole.yaml", []byte(text), nil, scenario.Builtin(envs)))
//
//		r := agents.Must(run.Create(s, "")) // makes runs/pole/seed-1, locked until Close
//		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
//		defer stop()
//		st := agents.Must(r.Train(ctx))       // also evaluates, logs and writes checkpoints
//		res := agents.Must(r.Finish(ctx, st)) // evaluates the trained policy
//		fmt.Println(res.Eval.Mean, r.Close())
//	}
//
// Open, Resume, Train and Finish continue an interrupted run. Train calls an Observer after each
// iteration.
package run

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc64"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/internal/atomicfile"
	"github.com/rlrun/rlrun/internal/infile"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/scenario"
)

// A Run is the training of a scenario, with a run directory.
type Run struct {
	Dir             string
	Scenario        *scenario.Scenario
	CheckpointEvery int // training steps between checkpoints; 0: a checkpoint every ten seconds

	agent       agents.Agent
	evals       evaluations
	own         observers // the program's own observers
	logs        logs
	checkpoints checkpoints
	config      uint64        // checksum of config.yaml; a checkpoint belongs to one config.yaml
	next        uint64        // checksum of the new config.yaml while Extend replaces config.yaml; 0 otherwise
	elapsed     time.Duration // training time so far
	stopped     bool          // whether an observer has ended training
}

// Create starts a run of s in a new directory, which the Run owns until Close. The directory is
// dir or, if dir is "", the first of runs/NAME/seed-N, runs/NAME/seed-N-2, … that does not exist.
// If training starts with a saved policy, Create writes a checkpoint with this policy.
func Create(s *scenario.Scenario, dir string) (*Run, error) {
	r := &Run{Scenario: s, evals: newEvaluations()}
	var err error
	if r.agent, err = s.NewAgent(); err != nil {
		return nil, err
	}
	text, err := s.Encode()
	if err == nil && s.Init != "" {
		err = loadInit(r.agent, s)
	}
	if err == nil {
		r.Dir, err = makeDir(s, dir)
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	r.config, r.checkpoints = checksum(text), checkpointsIn(r.Dir)
	err = r.logs.open(r.Dir)
	if err == nil && s.Init != "" {
		err = r.save()
	}
	if err == nil {
		err = r.write(configFile, text) // config.yaml is written last: only a directory with this file is a run
	}
	if err != nil {
		return nil, errors.Join(err, r.Close(), removeUnborn(r.Dir))
	}
	return r, nil
}

// removeUnborn removes the directory of a run that Create could not complete, with its files. The
// user can then give the same command again.
func removeUnborn(dir string) error {
	for _, name := range []string{"episodes.csv", "progress.csv", eventsFile, configFile, checkpoint} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return os.Remove(dir)
}

// loadInit loads the policy of s.Init, a run or a policy file, into a new agent.
func loadInit(a agents.Agent, s *scenario.Scenario) error {
	name := s.Init
	info, err := os.Stat(name)
	isRun := err == nil && info.IsDir()
	if isRun {
		name = filepath.Join(name, policyFile)
	}
	f, err := infile.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("init: %s is not there; want a run or a policy file to start training with", name)
	}
	if err != nil {
		return fmt.Errorf("init: %w", err)
	}
	defer f.Close()
	if err = policy.Load(f, a.Policy()); errors.Is(err, policy.ErrEarlier) && isRun {
		err = loadEarlierInit(a, s)
	}
	if err != nil {
		return fmt.Errorf("init: %s: %w", name, err)
	}
	return nil
}

// loadEarlierInit loads a policy file of version 1 into a new agent. The scenario of the file's
// run describes the policy's networks.
func loadEarlierInit(a agents.Agent, s *scenario.Scenario) error {
	r, err := Load(s.Init, s.Catalog())
	if err != nil {
		return err
	}
	p, err := r.Policy(false)
	if err != nil {
		return err
	}
	var file bytes.Buffer // the same policy in the current file format, which describes the networks
	if err := policy.Save(&file, p, policy.Meta{}); err != nil {
		return err
	}
	return policy.Load(&file, a.Policy())
}

// Load reads the scenario of the run in dir. The returned Run is for reading only, and does not
// own the directory.
func Load(dir string, catalog scenario.Catalog) (*Run, error) {
	name, text, err := readConfig(dir)
	if err != nil {
		return nil, err
	}
	s, err := scenario.Parse(name, text, nil, catalog)
	if err != nil {
		return nil, err
	}
	return &Run{Dir: dir, Scenario: s, config: checksum(text), evals: newEvaluations(), checkpoints: checkpointsIn(dir)}, nil
}

// Open loads the run in dir and owns the directory until Close. The error is an ErrOwned if
// another process owns the run, and an os.ErrNotExist if the directory does not exist.
func Open(dir string, catalog scenario.Catalog) (*Run, error) {
	if _, _, err := readConfig(dir); err != nil {
		return nil, err // must come before r.logs.open, which makes files
	}
	var l logs
	if err := l.open(dir); err != nil {
		return nil, errors.Join(err, l.close())
	}
	r, err := Load(dir, catalog)
	if err != nil {
		return nil, errors.Join(err, l.close())
	}
	r.logs = l
	atomicfile.Tidy(dir)
	return r, nil
}

// Resume restores an open run and its logs to the last checkpoint. If there is no checkpoint, it
// restores the start of training.
func (r *Run) Resume() error {
	if err := r.restore(); err != nil {
		return err
	}
	return r.logs.rewind()
}

// restore restores everything except the logs from the last checkpoint.
func (r *Run) restore() (err error) {
	if r.logs.episodes.file == nil {
		return fmt.Errorf("%s is not open: call Open before, and Close after", r.Dir)
	}
	if err := agents.Close(r.agent); err != nil {
		return err
	}
	if r.agent, err = r.Scenario.NewAgent(); err != nil {
		return err
	}
	name := filepath.Join(r.Dir, checkpoint, "state")
	err = r.checkpoints.store.Load(r)
	switch missing := errors.Is(err, os.ErrNotExist); {
	case missing && r.Scenario.Init != "":
		return fmt.Errorf("%s is not there; it had the policy that training started with", name)
	case err != nil && !missing:
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Spread lets others play the rollouts of the agent from now on: see agents.Spread. It must be called after
// Create or Resume.
func (r *Run) Spread(c agents.Collector) error { return agents.Spread(r.agent, c) }

// TakeFrom lets the agent learn from the trajectories of actors elsewhere: see agents.TakeFrom. It must be
// called after Create or Resume.
func (r *Run) TakeFrom(s agents.Source) error { return agents.TakeFrom(r.agent, s) }

// Learned returns a copy of the current policy. Observers may call Learned during training. Other
// code may call it only after Train has returned.
func (r *Run) Learned() policy.Policy { return r.agent.Policy().Clone() }

// Valued returns a copy of the current policy for windows. If only the agent's critics know the
// values of states, the copy includes the critics: see agents.Valued. The same code may call
// Valued as Learned.
func (r *Run) Valued() policy.Policy { return agents.Valued(r.agent) }

// Close closes the agent's environments and the logs. After that, another process can open the
// run.
func (r *Run) Close() error { return errors.Join(agents.Close(r.agent), r.logs.close()) }

// State saves or loads the state of training and the lengths of the logs. Resume truncates the
// logs to these lengths, because training writes the later rows again.
func (r *Run) State(s *state.State) {
	s.Section("run", 1)
	config, next := r.config, r.next
	s.Uint("run/config", &config)
	s.Uint("run/next", &next)
	if s.Err() == nil && config != r.config && next != r.config {
		s.Fail(fmt.Errorf("it belongs to another %s: the file has changed since", configFile))
	}
	seconds := r.elapsed.Seconds()
	s.Double("run/elapsed", &seconds)
	r.elapsed = time.Duration(seconds * float64(time.Second))
	s.Bool("run/stopped", &r.stopped)
	s.All(&r.logs, &r.evals, &r.own, r.agent)
	if recorder(r.agent) != nil {
		r.logs.learnedState(s)
	}
}

// save flushes the logs to disk, and then writes a checkpoint, which contains the lengths of the
// logs. After that it calls the Savers.
func (r *Run) save() error {
	if err := errors.Join(r.owned(), r.logs.sync()); err != nil {
		return err
	}
	if err := r.checkpoints.store.Save(r); err != nil {
		return err
	}
	for _, o := range r.own.list {
		if s, ok := o.(Saver); ok {
			s.Saved(r.snapshot())
		}
	}
	return nil
}

func checksum(text []byte) uint64 { return crc64.Checksum(text, crc64.MakeTable(crc64.ECMA)) }

// milliseconds returns d in seconds, rounded to three decimal places.
func milliseconds(d time.Duration) float64 { return math.Round(d.Seconds()*1000) / 1000 }
