// Package agents has the learning algorithms, one in each file, and the loop that runs them.
//
// An [Agent] collects experience in its environments and learns from it. Each algorithm has a
// config and a constructor: [DefaultPPO] returns the settings of PPO, and [NewPPO] makes the
// environments and the networks. [Train] calls the agent's Learn until the agent has taken the
// given number of environment steps, and yields a [Report] at regular intervals. [Evaluate]
// measures the returns of the agent's policy in separate episodes. [Save], [Load] and
// [Checkpoint] write and read the whole state of training, so that a resumed agent has the same
// bytes as an agent that was never interrupted.
//
//	mk := env.Each(classic.NewCartPole)
//	ppo := agents.Must(agents.NewPPO(mk, agents.DefaultPPO()))
//	for report, err := range agents.Train(ctx, ppo, 50_000, 5_000) {
//		…
//	}
//
// On-policy agents learn from rollouts or episodes of the current policy: [PPO], [A2C], [A3C] and
// [Reinforce]. [IMPALA] learns from trajectories of actors whose policies are a little older.
// Off-policy agents learn from a replay buffer: [DQN], [DDPG], [TD3] and [SAC]. With the settings
// [Acting] and [ApeX], actors fill the buffer while the agent learns.
// [Tabular] and [Linear] learn action values from each step: Q-learning, SARSA and their
// variants.
//
// A program can add its own algorithm: a type with the methods of Agent. The directory
// examples/crossentropy has an example. Package agentstest checks that an agent keeps the
// contract.
package agents

import (
	"context"
	"fmt"
	"io"
	"iter"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
)

// An Agent learns a policy from environment steps. If an Agent is an io.Closer, Close closes
// its environments: a closed Agent cannot learn, but its Policy can still act.
type Agent interface {
	// Learn runs whole iterations until the Agent's number of environment steps, counted from
	// its start, is at least the argument until. Each iteration collects experience and
	// learns from it. Learn returns a Report of the training so far. If a schedule falls to 0
	// before step number until, Learn returns an error: see Bounded.
	//
	// No goroutine runs between two calls, so an Agent may be saved then. After an error
	// the Agent must not be saved or used; the Report has the statistics up to the error.
	Learn(until int) (Report, error)

	// Policy returns the learned policy. Learn changes it; a Clone of it stays the same.
	Policy() policy.Policy

	// State saves and loads the whole state of training: see package state.
	state.Stater
}

// A Report has the statistics of the training so far. The Agent owns the slices and
// overwrites them in the next Learn.
type Report struct {
	Steps    int       // environment steps so far
	Episodes int       // finished episodes so far
	Return   float64   // mean undiscounted return of the last 100 episodes; 0 before the first episode ends
	Length   float64   // mean length of the last 100 episodes, in steps; 0 before the first episode ends
	Ended    []Episode // episodes that ended since the last Report, in order
	Losses   []Metric  // losses and other metrics of the latest iteration; the names are always the same
	Measures []Metric  // mean of each quantity of an env.Measured over the last 100 episodes; NaN before the first episode ends
}

// An Episode is the result of a finished episode.
type Episode struct {
	Return float64 // undiscounted return
	Length int     // steps
}

// A Metric is a named number in a Report. The names are the same as in Stable-Baselines3's logs.
type Metric struct {
	Name  string
	Value float64 // NaN if there is no value, for example before the first gradient step
}

// String returns the report as one line of text.
func (r Report) String() string {
	s := fmt.Sprintf("steps %7d  episodes %5d  return %7.2f", r.Steps, r.Episodes, r.Return)
	for _, l := range r.Losses {
		s += fmt.Sprintf("  %s %.4g", l.Name, l.Value)
	}
	return s
}

// Train runs the agent a until it has taken the given number of environment steps. It yields a
// Report each time the step count passes a multiple of the argument every, which must be 1 or
// more. The body of the loop replaces callbacks: it may log, evaluate, save or break. A resumed
// Agent reports at the same steps as an Agent that was never interrupted.
//
// If there is an error, Train yields it last, with the last Report. If a is Bounded and cannot
// learn for this number of steps, Train yields the error before the first step. Train checks ctx
// between two iterations; after an error of ctx the Agent may still be saved and used.
func Train(ctx context.Context, a Agent, steps, every int) iter.Seq2[Report, error] {
	if every < 1 {
		panic(fmt.Sprintf("agents: Train: every is %d, want 1 or more steps between reports", every))
	}
	return func(yield func(Report, error) bool) {
		var ended []Episode
		r, err := a.Learn(0) // takes no step; returns the current Report
		if b, ok := a.(Bounded); ok && err == nil {
			if err = b.CheckSteps(steps); err != nil {
				err = fmt.Errorf("agents: %w", err)
			}
		}
		for err == nil && r.Steps < steps {
			ended = ended[:0]
			for next := min(steps, (r.Steps/every+1)*every); err == nil && r.Steps < next; {
				if err = ctx.Err(); err == nil {
					until := r.Steps + 1
					r, err = a.Learn(until)
					ended = append(ended, r.Ended...)
					if err == nil && r.Steps < until {
						err = fmt.Errorf("agents: Learn(%d) of a %T returned a Report of %d steps, want %d or more", until, a, r.Steps, until)
					}
				}
			}
			r.Ended = ended
			if err == nil && !yield(r, nil) {
				return
			}
		}
		if err != nil {
			yield(r, err)
		}
	}
}

// Close closes the environments of an Agent that is an io.Closer. It does nothing for other
// Agents and for nil.
func Close(a Agent) error {
	if c, ok := a.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// Must returns v. It panics if err is not nil. It is meant for short programs, like
// template.Must.
func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
