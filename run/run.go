// Package run turns a scenario into a run: a directory that holds what it was,
// how it went and what came of it, and from which it can be resumed to the
// byte. The command rlrun trains with it, and so can any program:
//
//	func main() {
//		envs := env.Registry{}
//		classic.Register(envs)
//		const text = "env: {id: CartPole-v1}\nagent: {name: ppo}\nsteps: 50000\n"
//		s := agents.Must(scenario.Parse("pole.yaml", []byte(text), nil, scenario.Builtin(envs)))
//
//		r := agents.Must(run.Create(s, "")) // runs/pole/seed-1, which it owns until Close
//		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
//		defer stop()
//		st := agents.Must(r.Train(ctx))       // with evaluations, logs and checkpoints on the way
//		res := agents.Must(r.Finish(ctx, st)) // evaluates the trained policy
//		fmt.Println(res.Eval.Mean, r.Close())
//	}
//
// An interrupted run goes on with Open, Resume, Train and Finish. What is to happen between
// the iterations of training is an Observer.
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

// A Run is a scenario being run in a directory.
type Run struct {
	Dir             string
	Scenario        *scenario.Scenario
	CheckpointEvery int // steps between checkpoints; 0: some seconds

	agent       agents.Agent
	evals       evaluations
	own         observers // of the program
	logs        logs
	checkpoints checkpoints
	config      uint64        // checksum of config.yaml, which a checkpoint belongs to
	next        uint64        // checksum of the config.yaml that will replace it; 0 for none
	elapsed     time.Duration // of training
	stopped     bool          // an observer has ended training
}

// Create starts a run of s in a new directory, which it owns until Close: dir, or
// where that is "" the first of runs/NAME/seed-N, runs/NAME/seed-N-2, … that is not
// there yet. A policy that training begins with is in its first checkpoint.
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
		err = r.write(configFile, text) // last: a directory with this file is a run
	}
	if err != nil {
		return nil, errors.Join(err, r.Close(), removeUnborn(r.Dir))
	}
	return r, nil
}

// removeUnborn removes a directory that was made for a run and has become none, and in
// it what Create writes, so that the same command can be given again.
func removeUnborn(dir string) error {
	for _, name := range []string{"episodes.csv", "progress.csv", eventsFile, configFile, checkpoint} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return os.Remove(dir)
}

// loadInit loads the policy of s.Init into a new agent.
func loadInit(a agents.Agent, s *scenario.Scenario) error {
	name := s.Init
	info, err := os.Stat(name)
	isRun := err == nil && info.IsDir()
	if isRun {
		name = filepath.Join(name, policyFile)
	}
	f, err := infile.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("init: %s is not there, the policy that training begins with; want a run or a policy's file", name)
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

// loadEarlierInit loads the policy of an earlier run, which the run's scenario describes, into a new
// agent.
func loadEarlierInit(a agents.Agent, s *scenario.Scenario) error {
	r, err := Load(s.Init, s.Catalog())
	if err != nil {
		return err
	}
	p, err := r.Policy(false)
	if err != nil {
		return err
	}
	var file bytes.Buffer // which says what the policy is
	if err := policy.Save(&file, p, policy.Meta{}); err != nil {
		return err
	}
	return policy.Load(&file, a.Policy())
}

// Load reads the scenario of the run in dir. It does not need to own the run, and what it
// returns is only for reading.
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

// Open loads the run in dir and owns it until Close. If another program owns it, the
// error is an ErrOwned; if there is no such directory, an os.ErrNotExist.
func Open(dir string, catalog scenario.Catalog) (*Run, error) {
	if _, _, err := readConfig(dir); err != nil {
		return nil, err // before the logs make files
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

// Resume brings an open run to its last checkpoint, and its logs with it; to its
// start where there is none.
func (r *Run) Resume() error {
	if err := r.restore(); err != nil {
		return err
	}
	return r.logs.rewind()
}

// restore brings all but the logs to the last checkpoint.
func (r *Run) restore() (err error) {
	if r.logs.episodes.file == nil {
		return fmt.Errorf("%s is not open: want Open, and no Close", r.Dir)
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
		return fmt.Errorf("%s is not there, and with it the policy that training began with", name)
	case err != nil && !missing:
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Learned returns a copy of what has been learned so far. Observers may call it, and
// everyone when Train has returned.
func (r *Run) Learned() policy.Policy { return r.agent.Policy().Clone() }

// Close closes the agent's environments and the logs, and gives up the run.
func (r *Run) Close() error { return errors.Join(agents.Close(r.agent), r.logs.close()) }

// State visits what resume needs. The logs' lengths are part of it, so that
// rows written after the checkpoint are written again and not twice.
func (r *Run) State(s *state.State) {
	s.Section("run", 1)
	config, next := r.config, r.next
	s.Uint("run/config", &config)
	s.Uint("run/next", &next)
	if s.Err() == nil && config != r.config && next != r.config {
		s.Fail(fmt.Errorf("it belongs to another %s: that has changed since", configFile))
	}
	seconds := r.elapsed.Seconds()
	s.Double("run/elapsed", &seconds)
	r.elapsed = time.Duration(seconds * float64(time.Second))
	s.Bool("run/stopped", &r.stopped)
	s.All(&r.logs, &r.evals, &r.own, r.agent)
}

// save writes a checkpoint, once all that it counts on is on disk.
func (r *Run) save() error {
	if err := errors.Join(r.owned(), r.logs.sync()); err != nil {
		return err
	}
	return r.checkpoints.store.Save(r)
}

func checksum(text []byte) uint64 { return crc64.Checksum(text, crc64.MakeTable(crc64.ECMA)) }

// milliseconds rounds to three places.
func milliseconds(d time.Duration) float64 { return math.Round(d.Seconds()*1000) / 1000 }
