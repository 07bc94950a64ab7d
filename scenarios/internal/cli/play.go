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

// playFlags are the flags of rlrun play.
type playFlags struct {
	seed, save string
	theme      themeFlag
	sets       []string
	heuristic  bool
}

// playCommand returns the command rlrun play.
func (a *App) playCommand() *cobra.Command {
	var f playFlags
	cmd := &cobra.Command{
		Use: "play ENV", Short: "play an environment yourself, in a window", Args: oneArg("an environment"),
		Long: `rlrun play ENV opens a window in which you play an environment with the keyboard or a
gamepad. The window shows the keys. If the environment has an action that does nothing,
time runs by itself. Otherwise each key takes one step. --save keeps your episodes, and
rlrun watch shows them again. With --heuristic you look on while the environment's
heuristic plays, if it has one.`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.Envs.IDs(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.play(args[0], f) },
	}
	cmd.Flags().StringVar(&f.seed, "seed", "1", "use `N` as the seed of the episodes")
	cmd.Flags().BoolVar(&f.heuristic, "heuristic", false, "let the environment's heuristic play")
	cmd.Flags().StringVar(&f.save, "save", "", "write the episodes to `FILE`, a new .jsonl file")
	f.theme.add(cmd.Flags(), themeUsage)
	cmd.Flags().StringArrayVar(&f.sets, "set", nil, "change an option of the environment: `options.KEY=VALUE`; may be repeated")
	return cmd
}

// play opens a window in which the user or the heuristic plays the environment id, and saves the episodes.
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
		Player: p, Dark: f.theme.dark(),
		Seed: func(i int) uint64 { return env.Split(seed, uint64(i)) },
	}
	if f.heuristic {
		if c.Policy, err = heuristicOf(e); err != nil {
			return badInput{err}
		}
	} else if c.Controls = p.Controls(); c.Controls == nil {
		return badInput{fmt.Errorf("%s cannot be played: its actions are %s; want discrete actions or numbers", id, env.Describe(p.Spec.Act))}
	}
	var episodes bytes.Buffer
	if f.save != "" {
		c.Leave = func(p *episode.Player) error {
			return p.Write(&episodes, episode.Head{Env: id, Seed: &p.Seed, Set: f.sets})
		}
	}
	err = a.showWindow(id, c)
	if episodes.Len() == 0 {
		return err
	}
	return errors.Join(err, atomicfile.Create(f.save, func(w io.Writer) error {
		_, err := episodes.WriteTo(w)
		return err
	}))
}
