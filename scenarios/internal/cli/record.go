package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/internal/atomicfile"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/episode"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// recordFlags are the flags of rlrun record.
type recordFlags struct {
	out, seed, episodes, size, fps string
	theme                          themeFlag
	best, sampled                  bool
	heuristic                      heuristicFlags
}

// recordCommand returns the command rlrun record. It needs no display.
func (a *App) recordCommand() *cobra.Command {
	var f recordFlags
	cmd := &cobra.Command{
		Use: "record RUN -o FILE", Short: "write episodes of a saved policy as .gif, .mp4, .png or .jsonl", Args: oneArg("a run directory, or an environment with --heuristic"),
		Long: `rlrun record RUN -o FILE plays whole episodes with the policy of a run, and writes them to
a new file. They are the first episodes that rlrun eval would evaluate. The end of the
file's name chooses the format:

  .gif    a picture of every step
  .mp4    a picture of every step; needs the program ffmpeg
  .png    a film strip: a row of pictures for each episode
  .jsonl  a line of JSON for each step: observation, state, action and reward

Pictures also show the image that the policy sees, and its memory, if it has them.
rlrun record ENV --heuristic -o FILE records the heuristic of an environment.`,
		Example: `  rlrun record runs/cartpole-ppo/seed-1 -o run.gif --theme dark`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.heuristic.check(f.best, f.sampled); err != nil {
				return badInput{err}
			}
			p, err := a.recordedPolicy(args[0], f)
			if err != nil {
				return badInput{err}
			}
			if f.out == "" {
				return badInput{errors.New("give -o FILE, a new .gif, .mp4, .png or .jsonl file for the episodes")}
			}
			if f.episodes == "" {
				f.episodes = "1"
			}
			seed, n, err := evaluation(p.scenario, f.seed, f.episodes)
			if err != nil {
				return err
			}
			act, err := newActor(p.scenario, p.policy, f.sampled)
			if err != nil {
				return badInput{err}
			}
			return a.record(p.scenario, act, seed, n, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.out, "out", "o", "", "write the episodes to `FILE`, a new .gif, .mp4, .png or .jsonl file")
	flags.StringVar(&f.seed, "seed", "", seedUsage)
	flags.StringVar(&f.episodes, "episodes", "", "record `N` episodes (default 1)")
	flags.BoolVar(&f.best, "best", false, bestUsage)
	flags.BoolVar(&f.sampled, "sampled", false, sampledUsage)
	flags.StringVar(&f.size, "size", "", "draw pictures of `WxH` pixels (default 600x400, in a film strip 300x200)")
	f.theme.add(flags, themeUsage)
	f.heuristic.add(flags)
	flags.StringVar(&f.fps, "fps", "", "show `N` steps per second, 1 … 50 (default depends on the environment)")
	return cmd
}

// recordedPolicy returns the policy of a run, or the heuristic of an environment.
func (a *App) recordedPolicy(name string, f recordFlags) (savedPolicy, error) {
	if f.heuristic.on {
		return a.heuristic(name, f.heuristic.sets)
	}
	r, err := a.loadOne(name, "policy.safetensors")
	if err != nil {
		return savedPolicy{}, err
	}
	p, err := r.Policy(f.best)
	return savedPolicy{p, r.Scenario, r.Dir}, err
}

// An actor plays episodes with a policy.
type actor struct {
	player  *episode.Player
	policy  policy.Policy
	actor   *policy.Actor
	strip   *episode.Strip // memory of the policy along the episode
	sampled bool           // sample actions, instead of the most likely action
}

// newActor returns an actor with the policy p in the environment in which the scenario s evaluates policies.
func newActor(s *scenario.Scenario, p policy.Policy, sampled bool) (*actor, error) {
	player, err := newPlayer(s)
	if err != nil {
		return nil, err
	}
	player.Values, player.Best = run.Knowledge(s, p)
	shown := p.Spec().Memory
	if _, ok := p.(*policy.Heuristic); ok {
		shown = 0 // the variables of a program are no picture
	}
	return &actor{player: player, policy: p, actor: policy.NewActor(p), strip: episode.NewStrip(shown), sampled: sampled}, nil
}

// startEpisode starts episode i of the evaluation with this seed.
func (a *actor) startEpisode(seed uint64, i int) error {
	s := run.EpisodeSeed(seed, i)
	a.actor.Begin(a.sampled, s)
	a.strip.Clear()
	return a.player.Reset(s)
}

// step takes one environment step with the policy's action.
func (a *actor) step() error {
	act := a.actor.Act(a.player.Obs, a.player.Mask)
	a.strip.Put(a.player.Steps, a.actor.Memory())
	return a.player.Step(act)
}

// A recorder records episodes of a player in a file format.
type recorder interface {
	step() error             // is called at the start of each episode and after each environment step
	write(w io.Writer) error // writes the file, after all episodes
}

// record plays n episodes, writes them to the file f.out, and closes the environment.
func (a *App) record(s *scenario.Scenario, act *actor, seed uint64, n int, f recordFlags) (err error) {
	defer func() { err = errors.Join(err, act.player.Close()) }()
	rec, err := newRecorder(s, act, f)
	if err != nil {
		return badInput{err}
	}
	if c, ok := rec.(io.Closer); ok {
		defer c.Close()
	}
	ctx, stop := a.interruptible("stopping")
	defer stop()
	for i := range n {
		err := playWhole(ctx, act, seed, i, rec)
		if errors.Is(err, context.Canceled) {
			return errInterrupted
		}
		if err != nil {
			return err
		}
		a.say("episode %d: %s, return %s", i+1, figure.Count(act.player.Steps, "step"), figure.Number(act.player.Return))
	}
	return atomicfile.Create(f.out, rec.write)
}

// playWhole plays and records a whole episode.
func playWhole(ctx context.Context, act *actor, seed uint64, i int, rec recorder) error {
	err := act.startEpisode(seed, i)
	for err == nil {
		if err = errors.Join(ctx.Err(), rec.step()); err != nil || act.player.Done() {
			break
		}
		err = act.step()
	}
	return err
}

// newRecorder returns the recorder of the file format that the name f.out ends with.
func newRecorder(s *scenario.Scenario, act *actor, f recordFlags) (recorder, error) {
	p := act.player
	if err := checkNewOut(f.out); err != nil {
		return nil, err
	}
	ext := filepath.Ext(f.out)
	width, height, err := pictureSize(f.size, ext == ".png")
	if err != nil {
		return nil, err
	}
	fps := min(p.Pace(), 50)
	if f.fps != "" {
		if fps, err = strconv.Atoi(f.fps); err != nil || fps < 1 || fps > 50 {
			return nil, fmt.Errorf("--fps %s: want a whole number, 1 … 50", f.fps)
		}
	}
	film := newFilm(p, act.strip, f.theme.Theme, width, height, fps)
	switch ext {
	case ".gif":
		return newGIF(film), nil
	case ".png":
		return &strip{film: film}, nil
	case ".mp4":
		return newVideo(film, f.out)
	case ".jsonl":
		if f.heuristic.on {
			return &stepLog{player: p, head: episode.Head{Env: s.Env, Set: f.heuristic.sets}}, nil
		}
		text, err := s.Encode()
		return &stepLog{player: p, head: episode.Head{Env: s.Env, Config: string(text)}}, err
	}
	return nil, fmt.Errorf("--out %s: want a name that ends in .gif, .mp4, .png or .jsonl", f.out)
}

// pictureSize returns the width and height of a picture from the flag --size, or the default
// size: 300 × 200 for a film strip, otherwise 600 × 400 [pixels].
func pictureSize(text string, filmStrip bool) (width, height int, err error) {
	switch {
	case text == "" && filmStrip:
		return 300, 200, nil
	case text == "":
		return 600, 400, nil
	}
	w, h, _ := strings.Cut(text, "x")
	width, err = strconv.Atoi(w)
	if err == nil {
		height, err = strconv.Atoi(h)
	}
	if err != nil || width < 50 || width > 4096 || height < 50 || height > 4096 {
		return 0, 0, fmt.Errorf("--size %s: want WIDTHxHEIGHT in pixels, 50 … 4096 each, for example 600x400", text)
	}
	return width, height, nil
}
