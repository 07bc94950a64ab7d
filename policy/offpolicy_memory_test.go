package policy_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// The sequences of these tests: 5 steps of 3 environments, in which episodes begin at some steps.
const (
	sequenceSteps = 5
	sequences     = 3
)

// sequenceFirst returns First of the sequences.
func sequenceFirst() []bool {
	first := make([]bool, sequenceSteps*sequences)
	first[1], first[2*sequences+2], first[3*sequences], first[4*sequences] = true, true, true, true
	return first
}

// TestOffPolicySequenceIsSteps checks that the training forms of the off-policy agents' policies
// have, for sequences with resets, the bits of Act step by step.
func TestOffPolicySequenceIsSteps(t *testing.T) {
	choices := env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.Discrete{N: 4}}
	q := func(dueling bool) *policy.QNetwork {
		return must[*policy.QNetwork](t)(policy.NewQNetwork(newRand(), choices, recurrentNetwork(false, false), nil, nn.Native{}, dueling))
	}
	squashed := func(sde bool) *policy.Squashed {
		return must[*policy.Squashed](t)(policy.NewSquashed(newRand(), numbers(), recurrentNetwork(false, sde), nil, nn.Native{}))
	}
	for name, tc := range map[string]struct {
		p       policy.Policy
		outputs int
		train   func(p policy.Policy, b policy.Batch) []float32
	}{
		"Q": {q(false), 4, qValues}, "dueling Q": {q(true), 4, qValues},
		"squashed": {squashed(false), 2, squashedMeans}, "squashed with gSDE": {squashed(true), 2, squashedMeans},
		"deterministic": {must[*policy.Deterministic](t)(policy.NewDeterministic(newRand(), numbers(), recurrentNetwork(false, false), nil, nn.Native{})), 2,
			func(p policy.Policy, b policy.Batch) []float32 { return p.(*policy.Deterministic).Pi(b).Value }},
	} {
		obs, first, start := sample(tc.p.Spec().Obs, sequenceSteps*sequences, 4), sequenceFirst(), randomMemory(tc.p, sequences)
		memory, want := slices.Clone(start), []float32(nil)
		if len(memory) == 0 {
			t.Fatalf("%s: no memory, want some", name)
		}
		for k := range sequenceSteps {
			out := outFor(tc.p, sequences)
			from, to := k*sequences, (k+1)*sequences
			tc.p.Act(policy.In{Obs: obs[from*3 : to*3], First: first[from:to], Memory: memory}, out)
			if out.Scores != nil {
				want = append(want, out.Scores...)
			} else {
				want = append(want, out.Raw...)
			}
		}
		b := policy.Batch{Obs: obs, Steps: sequenceSteps, First: first, Memory: start}
		if got := tc.train(tc.p, b); !sameBits(got, want) {
			t.Errorf("%s: the sequences have the outputs %v, want %v", name, got, want)
		}
		b.Rows = []int{7, 1, 14}
		got := tc.train(tc.p, b)
		for i, row := range b.Rows {
			if w := want[row*tc.outputs : (row+1)*tc.outputs]; !sameBits(got[i*tc.outputs:(i+1)*tc.outputs], w) {
				t.Errorf("%s: row %d has the outputs %v, want %v", name, row, got[i*tc.outputs:(i+1)*tc.outputs], w)
			}
		}
	}
}

// qValues returns the Q-values of a batch.
func qValues(p policy.Policy, b policy.Batch) []float32 {
	return p.(*policy.QNetwork).Values(tape.New(), b).Value
}

// squashedMeans returns the actions of a batch without noise.
func squashedMeans(p policy.Policy, b policy.Batch) []float32 {
	s := p.(*policy.Squashed)
	s.Tape.Reset()
	rows := len(b.First)
	if b.Rows != nil {
		rows = len(b.Rows)
	}
	act, _ := s.Draw(b, make([]float32, s.Head.EpsilonLen(rows)))
	return act.Value
}

// recurrentCritics returns two critics with memory.
func recurrentCritics(t *testing.T) *policy.Critics {
	t.Helper()
	return must[*policy.Critics](t)(policy.NewCritics(newRand(), numbers(), recurrentNetwork(false, false), nil, nn.Native{}, 2))
}

// TestCriticsMemory checks that Remember and Min, step by step, have the bits of the networks'
// sequences, that Min does not change the memory, and that First clears it.
func TestCriticsMemory(t *testing.T) {
	q, first := recurrentCritics(t), sequenceFirst()
	if q.MemorySize() != 24 {
		t.Errorf("%d floats of memory, want 24", q.MemorySize())
	}
	obs, act := sample(numbers().Obs, sequenceSteps*sequences, 4), sample(numbers().Act, sequenceSteps*sequences, 5)
	start := sample(env.NewBox(-1, 1, 24), sequences, 6)
	memory, got := slices.Clone(start), make([]float32, sequenceSteps*sequences)
	for k := range sequenceSteps {
		from, to := k*sequences, (k+1)*sequences
		for i, f := range first[from:to] {
			if f {
				clear(memory[i*24 : (i+1)*24])
			}
		}
		before := slices.Clone(memory)
		if q.Min(obs[from*3:to*3], act[from*2:to*2], memory, got[from:to]); !slices.Equal(memory, before) {
			t.Fatal("Min changes the memory")
		}
		q.Remember(obs[from*3:to*3], act[from*2:to*2], first[from:to], memory)
	}
	var want []float32
	for i, net := range q.Q {
		tp := tape.New()
		x := tp.Const(obs, len(first)).Concat(tp.Const(act, len(first)))
		y := net.Forward(tp, x, nn.Pass{Mode: nn.Inference, Steps: sequenceSteps, First: first, Memory: q.MemoryOf(i, start)}).Value
		if want == nil {
			want = slices.Clone(y)
		}
		for r := range want {
			want[r] = min(want[r], y[r])
		}
	}
	if !sameBits(got, want) {
		t.Errorf("Min step by step = %v, want %v as in the sequence", got, want)
	}
}

// TestValuedMemory checks that a Valued acts like its actor, that it has the values of the critics
// after the true history, and that it remembers each step once, whatever Out asks for.
func TestValuedMemory(t *testing.T) {
	critics := recurrentCritics(t)
	for name, actor := range map[string]policy.Policy{
		"deterministic": must[*policy.Deterministic](t)(policy.NewDeterministic(newRand(), numbers(), recurrentNetwork(false, false), nil, nn.Native{})),
		"squashed":      must[*policy.Squashed](t)(policy.NewSquashed(newRand(), numbers(), recurrentNetwork(false, false), nil, nn.Native{})),
		"no memory":     must[*policy.Deterministic](t)(policy.NewDeterministic(newRand(), numbers(), smallNetwork(), nil, nn.Native{})),
	} {
		v := (&policy.Valued{Policy: actor, Critics: critics}).Clone()
		m := actor.Spec().Memory
		if got := v.Spec().Memory; got != m+24 {
			t.Errorf("%s: %d floats of memory, want %d", name, got, m+24)
		}
		memory, silent := randomMemory(v, 1), randomMemory(v, 1)
		ofActor, ofCritics := slices.Clone(memory[:m]), slices.Clone(memory[m:])
		for k := range 6 {
			obs, first := sample(numbers().Obs, 1, uint64(k)), []bool{k == 3}
			if k == 3 {
				clear(ofActor)
				clear(ofCritics)
			}
			best, raw, want := make([]float32, 2), make([]float32, 2), make([]float32, 1)
			actor.Act(policy.In{Obs: obs, Memory: slices.Clone(ofActor)}, policy.Out{Raw: best})
			critics.Min(obs, best, ofCritics, want)
			actor.Act(policy.In{Obs: obs, Memory: ofActor, Rand: generatorOf(k)}, policy.Out{Raw: raw})
			critics.Remember(obs, raw, nil, ofCritics)

			got := outFor(v, 1)
			v.Act(policy.In{Obs: obs, First: first, Memory: memory, Rand: generatorOf(k)}, got)
			v.Act(policy.In{Obs: obs, First: first, Memory: silent, Rand: generatorOf(k)}, policy.Out{})
			if !sameBits(got.Raw, raw) || !sameBits(got.Value, want) {
				t.Errorf("%s, step %d: action %v of value %v, want %v of %v", name, k, got.Raw, got.Value, raw, want)
			}
			if whole := slices.Concat(ofActor, ofCritics); !sameBits(memory, whole) || !sameBits(silent, whole) {
				t.Fatalf("%s, step %d: memory %v, without outputs %v, want %v", name, k, memory, silent, whole)
			}
		}
	}
}

// generatorOf returns the random generator of step k.
func generatorOf(k int) []rand.PCG { return rowGenerators(k + 1)[k:] }
