package stage

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/episode"
)

// trainedScreen returns a Screen of an agent's policy after this number of training steps. If live
// is true, the Screen also shows the training.
func trainedScreen(t *testing.T, id, agent string, steps int, live bool) *Screen {
	t.Helper()
	small := map[string]string{"dqn": ", buffer_size: 1000", "sac": ", buffer_size: 1000", "ppo": ", n_steps: 64"}[agent]
	text := fmt.Sprintf("env: {id: %s}\nagent: {name: %s%s}\nsteps: 200000\n", id, agent, small)
	s, err := scenario.Parse("layout.yaml", []byte(text), nil, scenario.Builtin(environments()))
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.NewAgent()
	if err != nil {
		t.Fatal(err)
	}
	var tr *Training
	if live {
		tr = &Training{}
	}
	for r, err := range agents.Train(t.Context(), a, steps, 1) {
		if err != nil {
			t.Fatal(err)
		}
		if live {
			tr.Report(r, s.Steps, time.Duration(r.Steps)*time.Millisecond, func() policy.Policy { return agents.Valued(a) })
		}
	}
	v, err := s.EvalEnvs(1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := episode.New(v.(*env.Vec).Env(0), s.EpisodeLimit())
	if err != nil {
		t.Fatal(err)
	}
	c := Config{
		Player: p, Policy: a.Policy().Clone(), Training: tr, Seed: func(i int) uint64 { return run.EpisodeSeed(1, i) },
		Know: func(p policy.Policy) ([]float32, []int) { return run.Knowledge(s, p) },
	}
	if live {
		c.Policy = agents.Valued(a)
	}
	screen, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return screen
}

// fittingAgents returns agents that can train in an environment, one for each kind of policy.
func fittingAgents(spec env.Spec) []string {
	obs, _ := env.LayoutOf(spec.Obs)
	act, _ := env.LayoutOf(spec.Act)
	all := []string{"ppo"}
	_, choices := act.Choices()
	_, discreteObs := obs.Choices()
	if _, one := spec.Act.(env.Discrete); one {
		all = append(all, "dqn")
	}
	if choices && discreteObs {
		all = append(all, "qlearning")
	}
	if _, ok := spec.Act.(env.Box); ok {
		all = append(all, "sac")
	}
	return all
}

// sizes are sizes of windows [pixels]. The first is the smallest size of a window.
var sizes = [][2]int{{320, 240}, {600, 400}, {800, 600}, {1400, 500}, {500, 900}}

// TestLayout checks that the texts are readable for every environment with every kind of policy, in
// windows of several sizes and at several steps of an episode.
func TestLayout(t *testing.T) {
	all := environments()
	for _, id := range all.IDs() {
		e, err := all.Make(id, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, agent := range fittingAgents(e.Spec()) {
			t.Run(id+"/"+agent, func(t *testing.T) {
				steps := 0
				if i%2 == 0 {
					steps = 100
				}
				s := trainedScreen(t, id, agent, steps, steps > 0)
				s.Dark = i%2 == 1
				for _, size := range sizes {
					checkReadable(t, s, id+"-"+agent, size)
				}
			})
		}
	}
}

// checkReadable checks the texts of a Screen at several steps of an episode and at its end.
func checkReadable(t *testing.T, s *Screen, name string, size [2]int) {
	s.speed = 0
	s.paused = false
	s.startEpisode(s.number + 1)
	check := func(moment string) {
		t.Helper()
		m := recordLayout(s, size[0], size[1])
		for _, fault := range m.faults(len(m.texts)) {
			t.Errorf("%d×%d, %s: %s", size[0], size[1], moment, fault)
		}
		if os.Getenv("PICTURES") != "" {
			picture(t, s, strings.ReplaceAll(fmt.Sprintf("layout-%s-%dx%d-%s", name, size[0], size[1], moment), "/", "_"), size[0], size[1])
		}
	}
	check("begin")
	tick(s, ticks)
	check("middle")
	s.Update([]string{",", ","}, nil)
	check("back")
	s.Update([]string{"space"}, nil)
	s.speed = fastest
	for range 5 {
		if !s.Player.Done() {
			tick(s, 1)
		}
	}
	check("end")
}

// TestLayoutOfPlay checks that the texts are readable while a person plays: the keys, a long
// message, a long error, and the help, which covers the other texts.
func TestLayoutOfPlay(t *testing.T) {
	all := environments()
	for _, id := range all.IDs() {
		e, err := all.Make(id, nil)
		if err != nil {
			t.Fatal(err)
		}
		p := player(e, 200)
		if p.Controls() == nil {
			continue
		}
		s := screen(t, func(c *Config) { c.Policy, c.Player, c.Controls = nil, p, p.Controls() })
		for _, size := range sizes {
			check := func(moment string, last int) {
				t.Helper()
				m := recordLayout(s, size[0], size[1])
				for _, fault := range m.faults(min(last, len(m.texts))) {
					t.Errorf("%s, %d×%d, %s: %s", id, size[0], size[1], moment, fault)
				}
				if os.Getenv("PICTURES") != "" {
					picture(t, s, strings.ReplaceAll(fmt.Sprintf("play-%s-%dx%d-%s", id, size[0], size[1], moment), "/", "_"), size[0], size[1])
				}
			}
			check("play", 1000)
			s.paused = true
			check("paused", 1000)
			s.say("the picture is in rlrun-1.png, a file beside the directory of the run, and its name is long")
			check("message", 1000)
			s.message, s.err = "", fmt.Errorf("%s, episode seed 9223372036854775807, step 1234: panic: runtime error: index out of range [7] with length 7", id)
			check("error", 1000)
			s.err, s.help = nil, true
			check("help", 2*len(commands()))
			s.paused, s.help = false, false
		}
	}
}
