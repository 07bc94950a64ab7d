package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/scenarios/internal/figure"
	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
	"github.com/rlrun/rlrun/scenarios/internal/hub/server"
)

// serveFlags are the flags of rlrun hub.
type serveFlags struct {
	listen, store, secrets, maxStore, monitor string
	json                                      bool
}

// hubCommand returns the command rlrun hub.
func (a *App) hubCommand() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use: "hub", Short: "let several machines train runs together",
		Long: `rlrun hub starts a hub, through which machines share their work. On other machines, rlrun work takes runs
from it. Any training command with --hub URL then lets these workers train its runs: with
--seeds and --sweep each worker trains other runs. A single run of PPO or A2C is trained here, and the
workers play its environments. Workers, the hub and the training command may be ended or killed at
any time. The runs have the same bytes as without a hub.

The hub listens on this machine only, unless --listen says otherwise. Other addresses need --secrets.`,
		Example: `  rlrun hub
  rlrun work --hub nats://127.0.0.1:4222
  rlrun cartpole-ppo --seeds 10 --hub nats://127.0.0.1:4222

  rlrun hub secrets secrets head.example.org
  rlrun hub --listen 0.0.0.0:4222 --secrets secrets`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return a.serve(f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", "127.0.0.1:4222", "listen on `HOST:PORT`")
	flags.StringVar(&f.store, "store", "rlrun-hub", "keep jobs and checkpoints in `DIR`")
	flags.StringVar(&f.secrets, "secrets", "", "use TLS and the token of `DIR`, which rlrun hub secrets has made")
	flags.StringVar(&f.maxStore, "max-store", "", "use at most `N` MB of the disk (default nine tenths of what is free)")
	flags.StringVar(&f.monitor, "monitor", "", "show the state of the server as web pages at `ADDR`: PORT, on this machine only, or HOST:PORT")
	flags.BoolVar(&f.json, "json", false, "print one JSON object per line on standard output")
	cmd.AddCommand(a.hubJobsCommand(), a.hubWorkersCommand(), a.hubCancelCommand(), a.hubRemoveCommand(), a.hubDrainCommand(), a.hubSecretsCommand())
	return cmd
}

// serve runs a hub until the program is told to end.
func (a *App) serve(f serveFlags) error {
	o := server.Options{Listen: f.listen, Store: f.store, Secrets: f.secrets, Monitor: f.monitor}
	if f.maxStore != "" {
		n, err := positive("--max-store", f.maxStore)
		if err != nil {
			return err
		}
		o.MaxStore = int64(n) << 20
	}
	ctx, stop := a.interruptible("ending the hub")
	defer stop()
	h, err := server.Start(o)
	if err != nil {
		return badInput{err}
	}
	t := &teller{app: a, json: f.json}
	t.print(map[string]any{"event": "ready", "url": h.URL(), "store": f.store},
		"the hub is at %s and keeps its jobs in %s; rlrun work --hub %[1]s takes its work", h.URL(), f.store)
	if err := h.Watch(ctx, t.Say); err != nil {
		return err
	}
	<-ctx.Done()
	return h.Stop()
}

// hubSecretsCommand returns the command rlrun hub secrets.
func (a *App) hubSecretsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "secrets DIR HOST…", Short: "make the certificate and the token of a hub that other machines can reach",
		Long: `rlrun hub secrets writes three files to DIR: hub.crt, a certificate for the names and IP addresses of the hub's
machine; hub.key, its private key; and hub.token. The hub needs all three: --secrets DIR. Copy hub.crt and
hub.token, not hub.key, to the other machines, and use them there with --hub-ca and --hub-token-file.`,
		Example: "  rlrun hub secrets secrets head.example.org 192.0.2.7",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return badInput{fmt.Errorf("%s needs a directory and at least one host, and has %d arguments", cmd.CommandPath(), len(args))}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if err := link.WriteSecrets(args[0], args[1:], time.Now()); err != nil {
				return badInput{err}
			}
			a.say("rlrun: %s has hub.crt, hub.key and hub.token; only hub.crt and hub.token are for other machines", args[0])
			return nil
		},
	}
}

// printLines prints lines as a table, or as JSON.
func (a *App) printLines(lines []listing, asJSON bool) error {
	table := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
	for _, l := range lines {
		if asJSON {
			if err := json.NewEncoder(a.Out).Encode(l); err != nil {
				return err
			}
		} else {
			fmt.Fprintln(table, l.columns())
		}
	}
	return table.Flush()
}

// adminContext returns a context for a command that asks the hub something.
func adminContext() (context.Context, context.CancelFunc) {
	const patience = 10 * time.Second
	return context.WithTimeout(context.Background(), patience)
}

// stepsOf returns the text of a number of steps and their total.
func stepsOf(steps, total int) string {
	return figure.Whole(steps) + " of " + figure.Count(total, "step")
}
