package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
	"github.com/rlrun/rlrun/scenarios/internal/hub"
	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
)

// workFlags are the flags of rlrun work.
type workFlags struct {
	hub        hubFlags
	cores, dir string
	json       bool
}

// workCommand returns the command rlrun work.
func (a *App) workCommand() *cobra.Command {
	var f workFlags
	cmd := &cobra.Command{
		Use: "work --hub URL", Short: "train the runs of a hub on this machine",
		Long: `rlrun work takes runs from a hub and trains them, each on one core, until it is ended. Between them it
plays the environments of single runs that other programs train with --hub. Ctrl-C and SIGTERM give its
runs back, each with a checkpoint, and other workers continue them. It may also be killed: some seconds
later other workers continue its runs from their last checkpoints.`,
		Example: `  rlrun work --hub nats://head:4222
  rlrun work --hub tls://head.example.org:4222 --hub-ca hub.crt --hub-token-file hub.token --cores 4`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			n, err := positive("--cores", f.cores)
			if err != nil {
				return err
			}
			return a.work(n, f)
		},
	}
	f.hub.add(cmd.Flags(), localHub, "take runs from the hub at `URL`")
	cmd.Flags().StringVar(&f.cores, "cores", strconv.Itoa(runtime.GOMAXPROCS(0)), "train `N` runs at the same time")
	cmd.Flags().StringVar(&f.dir, "dir", "", "write the runs to `DIR` while they train (default rlrun/work in the user's directory of caches)")
	cmd.Flags().BoolVar(&f.json, "json", false, "print one JSON object per line on standard output")
	return cmd
}

// noArgs checks that a command has no arguments.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return badInput{fmt.Errorf("%s takes no arguments, and has %q", cmd.CommandPath(), args[0])}
	}
	return nil
}

// work takes runs from the hub until the program is told to end.
func (a *App) work(cores int, f workFlags) error {
	v, err := hub.ThisVersion()
	if err != nil {
		return err
	}
	if f.dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			cache = os.TempDir()
		}
		f.dir = filepath.Join(cache, "rlrun", "work")
	}
	ctx, stop := a.interruptible("giving its work back")
	defer stop()
	t := &teller{app: a, json: f.json}
	l, err := t.dial(ctx, f.hub.Access)
	if ctx.Err() != nil {
		return nil // told to end while the hub was away
	}
	if err != nil {
		return err
	}
	defer l.Close()
	store, err := journal.Open(ctx, l)
	if ctx.Err() != nil {
		return nil
	}
	if errors.Is(err, link.ErrUser) {
		return badInput{err}
	}
	if err != nil {
		return err
	}
	host, _ := os.Hostname()
	w, err := hub.NewWorker(store, a.Catalog, v, host, f.dir, cores, t)
	if err != nil {
		return badInput{err}
	}
	t.print(map[string]any{"event": "ready", "worker": w.Name, "hub": f.hub.URL, "cores": cores, "kernels": v.Kernels, "code": v.Code},
		"%s takes runs from %s: %s, %s kernels, version %s; Ctrl-C gives them back", w.Name, f.hub.URL, figure.Count(cores, "core"), f32.Kernels(), v.Code)
	return errors.Join(w.Work(ctx), w.Close())
}

// A teller prints what a worker does. It is a hub.Teller.
type teller struct {
	app   *App
	json  bool
	mu    sync.Mutex
	began map[string]time.Time // by the id of the job
}

// dial connects to the hub. While it is away, dial waits, and prints each new reason once.
func (t *teller) dial(ctx context.Context, access link.Access) (l *link.Link, err error) {
	reason := ""
	err = link.Retry(ctx, func() (err error) {
		l, err = link.Dial(ctx, access, "rlrun work")
		if err != nil && !errors.Is(err, link.ErrUser) && err.Error() != reason && ctx.Err() == nil {
			reason = err.Error()
			t.Say(reason + "; waiting")
		}
		return err
	}, func(err error) bool { return errors.Is(err, link.ErrUser) })
	if errors.Is(err, link.ErrUser) {
		return nil, badInput{err}
	}
	return l, err
}

// Began prints that a run begins or continues.
func (t *teller) Began(j journal.Job, steps int) {
	t.mu.Lock()
	if t.began == nil {
		t.began = map[string]time.Time{}
	}
	t.began[j.ID] = time.Now()
	t.mu.Unlock()
	from := "begins"
	if steps > 0 {
		from = "continues after " + figure.Count(steps, "step")
	}
	t.print(map[string]any{"event": "began", "job": j.ID, "scenario": j.Name, "seed": j.Seed, "steps": steps}, "%s, seed %d: %s (job %s)", j.Name, j.Seed, from, j.ID)
}

// Ended prints that a run has ended here.
func (t *teller) Ended(j journal.Job, err error) {
	t.mu.Lock()
	seconds := time.Since(t.began[j.ID]).Seconds()
	delete(t.began, j.ID)
	t.mu.Unlock()
	line := map[string]any{"event": "ended", "job": j.ID, "scenario": j.Name, "seed": j.Seed, "finished": err == nil}
	text := fmt.Sprintf("finished in %.1f s", seconds)
	switch {
	case errors.Is(err, context.Canceled):
		text = "given back"
	case err != nil:
		text = message(err)
	}
	line["message"] = text
	t.print(line, "%s, seed %d: %s", j.Name, j.Seed, text)
	trace(t.app.Err, err)
}

// Say prints a sentence.
func (t *teller) Say(text string) {
	t.print(map[string]any{"event": "message", "message": text}, "%s", text)
}

// print prints a line: as JSON, or else as text.
func (t *teller) print(line map[string]any, format string, args ...any) {
	if !t.json {
		t.app.say("rlrun: "+format, args...)
		return
	}
	if data, err := json.Marshal(line); err == nil {
		fmt.Fprintf(t.app.Out, "%s\n", data)
	}
}
