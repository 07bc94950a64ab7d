// Package policy has what agents are made of: policies, networks, and the
// action distributions their outputs stand for.
package policy

import "math/rand/v2"

// A Policy acts without learning. It is what a run saves, what a game loads,
// and what a window shows. One goroutine at a time may use it; Clone gives
// another its own. How many rows there are it sees by the slices' lengths.
type Policy interface {
	Act(obs, act []float32)                    // the best actions, [N, O] to [N, A]
	Sample(rng *rand.Rand, obs, act []float32) // as in training, [N, O] to [N, A]
	Clone() Policy
}

// A Valuer knows V(s), [N].
type Valuer interface{ Values(obs, v []float32) }

// A Scorer scores every action: by its probability, or by its Q, [N, actions].
type Scorer interface{ Scores(obs, score []float32) }

// Kwargs describes a policy's networks under Stable-Baselines3's names.
type Kwargs struct {
	NetArch      []int   `yaml:"net_arch"`      // sizes of the hidden layers, the actor's and the critic's alike
	ActivationFn string  `yaml:"activation_fn"` // tanh or relu
	LogStdInit   float32 `yaml:"log_std_init"`  // log σ of continuous actions at the start
}

// DefaultKwargs returns two layers of 64 with tanh.
func DefaultKwargs() Kwargs { return Kwargs{NetArch: []int{64, 64}, ActivationFn: "tanh"} }
