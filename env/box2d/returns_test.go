package box2d_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// A returnCell is the returns of a policy of Gymnasium: see testdata/README.md.
type returnCell struct {
	Env        string         `json:"env"`
	Kwargs     map[string]any `json:"kwargs"`
	Policy     string         `json:"policy"`
	N          float64        `json:"n"`
	Mean       float64        `json:"mean"`
	Std        float64        `json:"std"`
	LengthMean float64        `json:"length_mean"`
	LengthStd  float64        `json:"length_std"`
}

// TestReturns compares returns and lengths of episodes by random, heuristic and idle policies with those of
// Gymnasium: the means must agree to five standard errors (Welch's z).
func TestReturns(t *testing.T) {
	text, err := os.ReadFile("testdata/returns.json")
	if err != nil {
		t.Fatal(err)
	}
	var cells []returnCell
	if err := json.Unmarshal(text, &cells); err != nil {
		t.Fatal(err)
	}
	for _, c := range cells {
		n := 30
		if c.Env == "BipedalWalker-v3" {
			n = 6
		}
		if testing.Short() {
			n = 4
		}
		t.Run(fmt.Sprint(c.Env, c.Kwargs, c.Policy), func(t *testing.T) {
			ep := episode{Kwargs: c.Kwargs}
			returns, lengths := make([]float64, n), make([]float64, n)
			e := makeEnv(t, c.Env, ep.options)
			for i := range n {
				returns[i], lengths[i] = play(e, c.Policy, env.Split(1, uint64(i)))
			}
			compareMeans(t, "return", returns, c.Mean, c.Std, c.N)
			compareMeans(t, "length", lengths, c.LengthMean, c.LengthStd, c.N)
		})
	}
}

// play plays an episode by a policy and returns its return and length.
func play(e env.Env, policy string, seed uint64) (sum, steps float64) {
	spec := e.Spec()
	obs, act := make([]float32, spec.Obs.Size()), make([]float32, spec.Act.Size())
	rng, walk := rand.New(rand.NewPCG(seed, 0)), newGait()
	e.Reset(seed, obs)
	for range spec.MaxSteps {
		switch {
		case policy == "random":
			spec.Act.Sample(rng, act)
		case policy == "heuristic" && len(obs) == 8:
			land(obs, act)
		}
		out := e.Step(act, obs)
		sum += out.Reward
		steps++
		if out.Done() {
			break
		}
		if policy == "heuristic" && len(obs) == 24 {
			walk.act(obs, act) // the first action is zero
		}
	}
	return sum, steps
}

// compareMeans compares the mean of x with a recorded mean of n numbers.
func compareMeans(t *testing.T, what string, x []float64, mean, std, n float64) {
	got, squares := 0.0, 0.0
	for _, v := range x {
		got += v / float64(len(x))
	}
	for _, v := range x {
		squares += (v - got) * (v - got) / float64(len(x)-1)
	}
	deviation := math.Sqrt(max(squares, std*std)/float64(len(x)) + std*std/n)
	if z := (got - mean) / deviation; math.Abs(z) > 5 {
		t.Errorf("mean %s %.1f of %d episodes, want %.1f: z = %.1f", what, got, len(x), mean, z)
	}
}

// land is Gymnasium's heuristic for LunarLander: a proportional and derivative controller.
func land(obs, act []float32) {
	x, y, vx, vy, angle, spin := float64(obs[0]), float64(obs[1]), float64(obs[2]), float64(obs[3]), float64(obs[4]), float64(obs[5])
	target := max(-0.4, min(x*0.5+vx, 0.4))
	turn := (target-angle)*0.5 - spin
	lift := (0.55*math.Abs(x)-y)*0.5 - vy*0.5
	if obs[6] != 0 || obs[7] != 0 {
		turn, lift = 0, -vy*0.5
	}
	if len(act) == 2 {
		act[0], act[1] = float32(max(-1, min(lift*20-1, 1))), float32(max(-1, min(-turn*20, 1)))
		return
	}
	act[0] = 0
	switch {
	case lift > math.Abs(turn) && lift > 0.05:
		act[0] = 2
	case turn < -0.05:
		act[0] = 3
	case turn > 0.05:
		act[0] = 1
	}
}

// A gait is Gymnasium's heuristic for BipedalWalker: a state machine over the two legs.
type gait struct {
	phase  int // 0: stands on one leg; 1: puts the other down; 2: pushes off
	moving int // leg that moves
	knee   float64
}

func newGait() *gait { return &gait{knee: 0.1} }

// act writes the action after an observation.
func (g *gait) act(obs, act []float32) {
	const speed, bent = 0.29, 0.1
	var s [24]float64
	for i, x := range obs {
		s[i] = float64(x)
	}
	var hip, knee [2]float64 // target angles; 0 is none
	m, o := g.moving, 1-g.moving
	mb, ob := 4+5*m, 4+5*o
	if g.phase == 0 {
		hip[m], knee[m] = 1.1, -0.6
		g.knee += 0.03
		if s[2] > speed {
			g.knee += 0.03
		}
		g.knee = min(g.knee, bent)
		knee[o] = g.knee
		if s[ob] < 0.10 {
			g.phase = 1
		}
	}
	if g.phase == 1 {
		hip[m], knee[m], knee[o] = 0.1, bent, g.knee
		if s[mb+4] != 0 {
			g.phase = 2
			g.knee = min(s[mb+2], bent)
		}
	}
	if g.phase == 2 {
		knee[m], knee[o] = g.knee, 1
		if s[ob+2] > 0.88 || s[2] > 1.2*speed {
			g.phase, g.moving = 0, o
		}
	}
	for k := range 2 {
		b := 4 + 5*k
		var h, n float64
		if hip[k] != 0 {
			h = 0.9*(hip[k]-s[b]) - 0.25*s[b+1]
		}
		if knee[k] != 0 {
			n = 4*(knee[k]-s[b+2]) - 0.25*s[b+3]
		}
		h -= 0.9*(0-s[0]) - 1.5*s[1]
		n -= 15 * s[3]
		act[2*k], act[2*k+1] = float32(max(-1, min(0.5*h, 1))), float32(max(-1, min(0.5*n, 1)))
	}
}
