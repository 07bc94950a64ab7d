package run

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/rlrun/rlrun/agents"
)

// TestLogs writes rows to a log, truncates it to the length at a checkpoint, and writes more rows.
func TestLogs(t *testing.T) {
	dir := t.TempDir()
	st := func(episodes int, ended ...agents.Episode) Status {
		return Status{Report: agents.Report{
			Steps: 10, Episodes: episodes, Return: 2.5, Length: 3, Ended: ended,
			Losses:   []agents.Metric{{Name: "loss", Value: math.NaN()}, {Name: "rate", Value: 1e-4}},
			Measures: []agents.Metric{{Name: "goals", Value: 1.5}},
		}, Elapsed: 2e9, EvalReturn: math.NaN(), EvalLength: math.NaN()}
	}
	var l logs
	if err := l.open(dir); err != nil {
		t.Fatal(err)
	}
	write := func(l *logs, s Status, progress bool) {
		t.Helper()
		if err := l.write(&s, progress); err != nil {
			t.Fatal(err)
		}
	}
	first := st(0)
	first.EvalReturn, first.EvalLength = 0.5, 12
	write(&l, first, true)
	write(&l, st(1, agents.Episode{Return: 0.1, Length: 3}), false)
	kept := l
	write(&l, st(1, agents.Episode{Return: 7, Length: 7}), true)
	if err := l.close(); err != nil {
		t.Fatal(err)
	}
	again := logs{progress: logFile{length: kept.progress.length}, episodes: logFile{length: kept.episodes.length}}
	if err := errors.Join(again.open(dir), again.rewind()); err != nil {
		t.Fatal(err)
	}
	write(&again, st(2, agents.Episode{Return: -4, Length: 2}, agents.Episode{Return: 1e21, Length: 1}), true)
	if err := again.close(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"episodes.csv": "r,l,t\n0.1,3,2\n-4,2,2\n1e+21,1,2\n",
		"progress.csv": "eval/mean_ep_length,eval/mean_reward,rollout/env_goals,rollout/ep_len_mean,rollout/ep_rew_mean,time/episodes,time/fps,time/time_elapsed,time/total_timesteps,train/loss,train/rate\n" +
			"12,0.5,1.5,,,0,5,2,10,,0.0001\n,,1.5,3,2.5,2,5,2,10,,0.0001\n",
	} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s = %q, %v, want %q", name, got, err, want)
		}
	}
}

// TestLogsFail checks the error of a log that can no longer be written. There must be an error
// even if the rows fit into the buffer, and another error when the log is closed.
func TestLogsFail(t *testing.T) {
	var l logs
	if err := l.open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if err := l.episodes.file.Close(); err != nil {
		t.Fatal(err)
	}
	s := Status{Report: agents.Report{Steps: 1}}
	if err := l.write(&s, true); err == nil {
		t.Error("write to a closed file: no error")
	}
	if err := l.write(&s, false); err == nil {
		t.Error("the next write: no error")
	}
	if err := l.sync(); err == nil {
		t.Error("sync of a closed file: no error")
	}
	if err := l.close(); err == nil {
		t.Error("close of a closed file: no error")
	}
	if err := new(logs).close(); err != nil {
		t.Errorf("close of what was never opened: %v, want nil", err)
	}
}
