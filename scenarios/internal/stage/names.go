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

// An option is a row of the panel of actions: an action, a value of a choice, or a number of a
// continuous action.
type option struct {
	group string // name of the choice, if the action consists of several
	name  string
	score int   // index in the policy's scores; -1 for a number
	masks []int // indices in a mask that must all be true
	bit   bool  // the option is that a bit is 1

	column    int       // first index in an action
	choice    []float32 // an action with these values at column takes the option; nil for a number
	low, high float32   // bounds of a number
	whole     bool      // a whole number
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

// product returns the number of joint actions.
func product(choices []int) int {
	n := 1
	for _, k := range choices {
		n *= k
	}
	return n
}

// numberOptions returns an option for each number of a continuous action.
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

// choiceOptions returns an option for each value of each choice. A bit has one option: it is 1.
func choiceOptions(l *env.Layout, choices []int, controls []render.Control) (all []option) {
	at := 0
	for i := range l.Parts {
		p := &l.Parts[i]
		for k := range p.Size() {
			column := p.From + k
			name := episode.ElementName(p, k)
			if p.Kind == env.Bits {
				all = append(all, option{name: name, score: at + 1, masks: []int{at + 1}, column: column, choice: []float32{1}, bit: true})
				at += 2
				continue
			}
			for v := range choices[column] {
				o := option{group: name, name: strconv.Itoa(v), score: at + v, masks: []int{at + v}, column: column, choice: []float32{float32(v)}}
				if l.Size == 1 {
					o.group, o.name = "", actionName(controls, o.choice)
				}
				all = append(all, o)
			}
			at += choices[column]
		}
	}
	return all
}

// jointOptions returns an option for each joint action, in the order of a policy.Table's scores.
func jointOptions(l *env.Layout, choices []int, controls []render.Control) (all []option) {
	for k := range product(choices) {
		act, masks, words := make([]float32, len(choices)), make([]int, len(choices)), []string(nil)
		to, rest := l.MaskSize(), k
		for i := len(choices) - 1; i >= 0; i-- {
			v := rest % choices[i]
			rest /= choices[i]
			to -= choices[i]
			act[i], masks[i] = float32(v), to+v
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

// actionName returns the label of the control with this action, or "action" and its number.
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
