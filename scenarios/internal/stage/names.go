package stage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/scenarios/internal/episode"
)

// An option describes a row of the panel of actions: an action, a value of one of several
// discrete actions, or a number of a continuous action.
type option struct {
	group string // name of the discrete action, if there are several
	name  string
	score int   // index in the policy's scores; -1 for a continuous action
	masks []int // indices in the mask; the option is allowed if all of them are true
	bit   bool  // the option means that a bit is 1

	column    int       // first index of the option in an action
	choice    []float32 // an action with these numbers at column takes the option; nil for a continuous action
	low, high float32   // bounds of a continuous action
	whole     bool      // the number is an integer
}

// options returns the rows of the panel of actions, with the names of the controls.
func options(spec policy.Spec, controls []render.Control) []option {
	l, _ := env.LayoutOf(spec.Act) // the Player has checked the space
	choices, discrete := l.Choices()
	switch {
	case spec.Scores == 0:
		return numberOptions(&l)
	case discrete && spec.Probabilities && spec.Scores == l.MaskSize():
		return choiceOptions(&l, choices, controls)
	case discrete && !spec.Probabilities && spec.Scores == product(choices):
		return jointOptions(&l, choices, controls)
	}
	all := make([]option, spec.Scores)
	for i := range all {
		all[i] = option{name: strconv.Itoa(i), score: i}
	}
	return all
}

// product returns the number of joint actions of several discrete actions.
func product(choices []int) int {
	n := 1
	for _, k := range choices {
		n *= k
	}
	return n
}

// numberOptions returns an option for each number of an action.
func numberOptions(l *env.Layout) (all []option) {
	for i := range l.Parts {
		p := &l.Parts[i]
		for k := range p.Size() {
			low, high := p.Bounds(k)
			all = append(all, option{name: episode.ElementName(p, k), score: -1, column: p.From + k, low: low, high: high, whole: p.Kind != env.Numbers})
		}
	}
	return all
}

// choiceOptions returns an option for each value of each discrete action. A bit has one option,
// which means that the bit is 1.
func choiceOptions(l *env.Layout, choices []int, controls []render.Control) (all []option) {
	score := 0 // index of the next score, and of its mask
	for i := range l.Parts {
		p := &l.Parts[i]
		for k := range p.Size() {
			column := p.From + k
			name := episode.ElementName(p, k)
			if p.Kind == env.Bits {
				all = append(all, option{name: name, score: score + 1, masks: []int{score + 1}, column: column, choice: []float32{1}, bit: true})
				score += 2
				continue
			}
			for v := range choices[column] {
				o := option{group: name, name: strconv.Itoa(v), score: score + v, masks: []int{score + v}, column: column, choice: []float32{float32(v)}}
				if l.Size == 1 {
					o.group, o.name = "", actionName(controls, o.choice)
				}
				all = append(all, o)
			}
			score += choices[column]
		}
	}
	return all
}

// jointOptions returns an option for each joint action, in the order of the scores of a policy.Table.
func jointOptions(l *env.Layout, choices []int, controls []render.Control) (all []option) {
	for k := range product(choices) {
		act, masks, words := make([]float32, len(choices)), make([]int, len(choices)), []string(nil)
		first, rest := l.MaskSize(), k // the loop moves first down to the index of choice i's first value in the mask
		for i := len(choices) - 1; i >= 0; i-- {
			v := rest % choices[i]
			rest /= choices[i]
			first -= choices[i]
			act[i], masks[i] = float32(v), first+v
		}
		for i := range l.Parts {
			p := &l.Parts[i]
			for _, v := range act[p.From:p.To] {
				words = append(words, strings.TrimLeft(fmt.Sprintf("%s %v", p.Name, v), " "))
			}
		}
		o := option{name: strings.Join(words, ", "), score: k, masks: masks, choice: act}
		if l.Size == 1 {
			o.name = actionName(controls, act)
		}
		all = append(all, o)
	}
	return all
}

// actionName returns the label of the control with this action, or "action N".
func actionName(controls []render.Control, act []float32) string {
	for _, c := range controls {
		if slices.Equal(c.Act, act) {
			return c.Label
		}
	}
	return fmt.Sprint("action ", act[0])
}

// forbidden reports whether a mask forbids the option.
func (o *option) forbidden(mask []bool) bool {
	return mask != nil && slices.ContainsFunc(o.masks, func(i int) bool { return !mask[i] })
}

// taken reports whether an action takes the option.
func (o *option) taken(act []float32) bool {
	return o.choice != nil && slices.Equal(act[o.column:o.column+len(o.choice)], o.choice)
}
