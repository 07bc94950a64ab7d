package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/atomicfile"
	"github.com/rlrun/rlrun/scenarios/internal/episode"
	"github.com/rlrun/rlrun/scenarios/internal/stage"
)

// playFlags say what a person plays, and whether it is kept.
type playFlags struct {
	seed, save string
	theme      themeFlag
	sets       []string
}

// playCommand lets a person play an environment.
func (a *App) playCommand() *cobra.Command {
	var f playFlags
	cmd := &cobra.Command{
		Use: "play ENV", Short: "play an environment yourself, in a window", Args: oneArg("an environment"),
		Long: `rlrun play ENV hands an environment to the keyboard, or to a gamepad. The window
shows the keys. Where doing nothing is an action, time goes on by itself; elsewhere
it stands still until a key is pressed. --save keeps what was done, for rlrun watch.`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.Envs.IDs(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.play(args[0], f) },
	}
	cmd.Flags().StringVar(&f.seed, "seed", "1", "the episodes' seed `N`")
	cmd.Flags().StringVar(&f.save, "save", "", "a new `FILE` for seeds and actions, .jsonl")
	f.theme.add(cmd.Flags(), "light or dark")
	cmd.Flags().StringArrayVar(&f.sets, "set", nil, "change an option of the environment `options.KEY=VALUE`; may be repeated")
	return cmd
}

// play opens a window in which a person plays, and keeps the episodes.
func (a *App) play(id string, f playFlags) error {
	e, err := a.makeEnv(id, f.sets)
	if err != nil {
		return badInput{err}
	}
	seed, err := readSeed(f.seed)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(f.save); err == nil && f.save != "" {
		return badInput{fmt.Errorf("%s is there already, and nothing is overwritten; want a new file", f.save)}
	}
	id = e.Spec().ID
	p, err := episode.New(e, stepLimit(e))
	if err != nil {
		return badInput{err}
	}
	c := stage.Config{
		Player: p, Controls: p.Controls(), Dark: f.theme.dark(),
		Seed: func(i int) uint64 { return env.Split(seed, uint64(i)) },
	}
	if c.Controls == nil {
		return badInput{fmt.Errorf("%s cannot be played: its actions are %s, neither a choice nor numbers", id, env.Describe(p.Spec.Act))}
	}
	var kept bytes.Buffer
	if f.save != "" {
		c.Leave = func(p *episode.Player) error {
			return p.Write(&kept, episode.Head{Env: id, Seed: &p.Seed, Set: f.sets})
		}
	}
	err = a.look(id, c)
	if kept.Len() == 0 {
		return err
	}
	return errors.Join(err, atomicfile.Create(f.save, func(w io.Writer) error {
		_, err := kept.WriteTo(w)
		return err
	}))
}
