package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/scenarios/internal/figure"
	"github.com/rlrun/rlrun/scenarios/internal/hub"
	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
)

// benchHubCommand returns the command rlrun bench hub.
func (a *App) benchHubCommand() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use: "hub", Short: "measure a hub on this machine",
		Long: `rlrun bench hub starts a hub in a temporary directory, and measures how long its operations take, over
loopback and with all data synced to the disk. p50 is the median, p99 the time that 99 of 100 stay below. The last row
is the time until a hub that was killed answers again.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.benchHub(cmd.Context(), asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line")
	return cmd
}

// benchHub measures a hub and prints a row for each operation.
func (a *App) benchHub(ctx context.Context, asJSON bool) (err error) {
	dir, err := os.MkdirTemp("", "rlrun-bench-hub-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	h, err := startHub(ctx, filepath.Join(dir, "store"), "127.0.0.1:-1")
	if err != nil {
		return err
	}
	defer func() { h.kill() }()
	f := hubFlags{link.Access{URL: h.url}}
	l, store, err := f.connect(ctx, "rlrun bench")
	if err != nil {
		return err
	}
	defer l.Close()
	table := tabwriter.NewWriter(a.Out, 0, 0, 3, ' ', 0)
	print := a.encodeMeasurements
	if !asJSON {
		print = func(rows []hub.Measurement) error { return printMeasurements(table, rows) }
		fmt.Fprintln(table, "operation\ttimes\tp50 [ms]\tp99 [ms]\tper second\tMB/s")
	}
	for _, b := range hub.Benchmarks() {
		rows, err := b.Run(ctx, store, filepath.Join(dir, b.Name))
		if err == nil {
			err = print(rows)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", b.Name, err)
		}
	}
	ready, err := restarts(ctx, &h, filepath.Join(dir, "store"))
	if err == nil {
		err = print([]hub.Measurement{ready})
	}
	return errors.Join(err, table.Flush())
}

// encodeMeasurements prints each Measurement as a line of JSON.
func (a *App) encodeMeasurements(rows []hub.Measurement) error {
	for _, m := range rows {
		if err := json.NewEncoder(a.Out).Encode(m); err != nil {
			return err
		}
	}
	return nil
}

// printMeasurements adds each Measurement to the table.
func printMeasurements(table *tabwriter.Writer, rows []hub.Measurement) error {
	milliseconds := func(d time.Duration) string { return figure.Number(float64(d) / 1e6) }
	for _, m := range rows {
		operations, bytes := m.PerSecond()
		rate := ""
		if m.Bytes > 0 {
			rate = figure.Number(bytes / 1e6)
		}
		if _, err := fmt.Fprintf(table, "%s\t%d\t%s\t%s\t%s\t%s\n", m.Name, m.Times, milliseconds(m.P50), milliseconds(m.P99), figure.Number(operations), rate); err != nil {
			return err
		}
	}
	return nil
}

// A hubProcess is a hub in a process of its own.
type hubProcess struct {
	cmd *exec.Cmd
	url string
}

// startHub starts a hub and waits until it is ready.
func startHub(ctx context.Context, store, listen string) (hubProcess, error) {
	self, err := os.Executable()
	if err != nil {
		return hubProcess{}, err
	}
	h := hubProcess{cmd: exec.CommandContext(ctx, self, "hub", "--json", "--store", store, "--listen", listen)}
	out, err := h.cmd.StdoutPipe()
	if err == nil {
		err = h.cmd.Start()
	}
	if err != nil {
		return h, err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var ready struct{ URL string }
	if err == nil {
		err = json.Unmarshal(line, &ready)
	}
	if err != nil {
		h.kill()
		return h, fmt.Errorf("the hub does not start: %w", err)
	}
	h.url = ready.URL
	return h, nil
}

// kill ends the hub as a crash would.
func (h hubProcess) kill() {
	h.cmd.Process.Kill()
	h.cmd.Wait()
}

// restarts measures the time from the start of a hub whose predecessor was killed until it is ready.
func restarts(ctx context.Context, h *hubProcess, store string) (hub.Measurement, error) {
	const times = 5
	addr := strings.TrimPrefix(h.url, "nats://")
	took := make([]time.Duration, times)
	for i := range took {
		h.kill()
		begun := time.Now()
		next, err := startHub(ctx, store, addr)
		if err != nil {
			return hub.Measurement{}, err
		}
		*h, took[i] = next, time.Since(begun)
	}
	return hub.NewMeasurement("hub ready after a kill", 0, took), nil
}
