package run_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/rlrun/rlrun/run"
)

// A mover is a Saver that lays out the files of one snapshot in another directory. It writes holes instead
// of the logs' rows.
type mover struct {
	t        *testing.T
	from, to string
	after    int // number of snapshots before the one that is laid out
}

func (*mover) Observe(context.Context, *run.Run, *run.Status) error { return nil }

func (m *mover) Saved(s run.Snapshot) {
	if m.after--; m.after != 0 {
		return
	}
	write := func(name string, data []byte) {
		path := filepath.Join(m.to, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, data, 0o644)); err != nil {
			m.t.Error(err)
		}
	}
	for _, name := range s.Whole {
		write(name, []byte(readFile(m.t, m.from, filepath.FromSlash(name))))
	}
	for _, f := range s.Records {
		write(f.Name, []byte(readFile(m.t, m.from, filepath.FromSlash(f.Name))[:f.Size]))
	}
	for _, f := range s.Logs {
		write(f.Name, make([]byte, f.Size))
	}
}

// TestSaver checks that the files of a snapshot are enough to continue a run elsewhere, with the rows
// of the logs missing.
func TestSaver(t *testing.T) {
	const sac = `
env: {id: Pendulum-v1, n_envs: 1}
agent: {name: sac, buffer_size: 300, learning_starts: 50, batch_size: 16, train_freq: 32, policy_kwargs: {net_arch: [4]}}
steps: 1024
eval: {episodes: 2, freq: 500}
`
	for name, text := range map[string]string{"ppo": quick, "sac": sac} {
		t.Run(name, func(t *testing.T) {
			r := create(t, parse(t, text))
			r.CheckpointEvery = 200
			m := &mover{t: t, from: r.Dir, to: filepath.Join(t.TempDir(), "elsewhere"), after: 3}
			finish(t, r, m)
			resume(t, m.to)
			for _, file := range []string{"policy.safetensors", "policy-best.safetensors", "config.yaml"} {
				if got, want := readFile(t, m.to, file), readFile(t, r.Dir, file); got != want {
					t.Errorf("%s of the run that was continued elsewhere differs", file)
				}
			}
			got, want := readFile(t, m.to, "episodes.csv"), readFile(t, r.Dir, "episodes.csv")
			if len(got) < len(want)/2 || got[0] != 0 {
				t.Errorf("episodes.csv begins with %.20q, want a hole and the later rows", got)
			}
		})
	}
}
