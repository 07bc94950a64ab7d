package minigrid

import (
	"slices"
	"strings"

	"github.com/rlrun/rlrun/env"
)

// vocabulary has the words of missions, numbered as by MiniGrid's DictObservationSpaceWrapper.
var vocabulary = strings.Fields(`red green blue yellow purple grey unseen empty wall floor box key ball door goal agent lava
	pick avoid get find put use open go fetch reach unlock traverse up the a at , square and then to of rooms near
	opening must you matching end hallway object from room maze`)

// Vocabulary returns the words of missions. The word with index i has the number i+1 in observations,
// and 0 stands for no word.
func Vocabulary() []string { return slices.Clone(vocabulary) }

// A number says what a number of a task means.
type number uint8

// The kinds of numbers.
const (
	phraseNumber number = iota // index of the mission's text
	colorNumber                // a Color
	typeNumber                 // the type of a Cell
	xNumber                    // column of a square
	yNumber                    // row of a square
)

// A mission is what the agent is told to do, in words.
type mission struct {
	kinds   []number    // what each number of the task means
	phrases [][]int     // the possible texts: numbers of words, or -1-i for the word of number i of the task
	numbers []float32   // [L] numbers of the words in this episode, then zeros; L is the length of the longest text
	colors  [colors]int // number of the word of each colour
	types   [Agent]int  // number of the word of each type
	drawn   []float32   // numbers of the words in lines
	lines   []string    // the mission in the lines of a picture
}

// newMission returns the missions of a task. In the texts, a digit i stands for the name of the colour
// or the type that is number i of the task.
func newMission(r *rules) mission {
	m := mission{kinds: r.numbers}
	for i, name := range colorNames {
		m.colors[i] = wordNumber(name)
	}
	for i, name := range typeNames[:Agent] {
		m.types[i] = wordNumber(name)
	}
	longest := 1
	for _, text := range r.missions {
		var phrase []int
		for _, word := range strings.Fields(strings.ReplaceAll(text, ",", " ,")) {
			if '0' <= word[0] && word[0] <= '9' {
				phrase = append(phrase, -1-int(word[0]-'0'))
			} else {
				phrase = append(phrase, wordNumber(word))
			}
		}
		m.phrases = append(m.phrases, phrase)
		longest = max(longest, len(phrase))
	}
	m.numbers = make([]float32, longest)
	return m
}

// colorNames and typeNames are the words of colours and types.
var (
	colorNames = []string{"red", "green", "blue", "purple", "yellow", "grey"}
	typeNames  = []string{"unseen", "empty", "wall", "floor", "door", "key", "ball", "box", "goal", "lava", "agent"}
)

// wordNumber returns the number of a word of the vocabulary.
func wordNumber(word string) int {
	i := slices.Index(vocabulary, word)
	if i < 0 {
		panic("minigrid: the vocabulary has no word " + word)
	}
	return i + 1
}

// space returns the space of the word numbers.
func (m *mission) space() env.Space {
	return env.MultiDiscrete{N: slices.Repeat([]int{len(vocabulary) + 1}, len(m.numbers))}
}

// choose sets the words of an episode whose task has the numbers in goal.
func (m *mission) choose(goal []int) {
	phrase := m.phrases[0]
	if len(m.kinds) > 0 && m.kinds[0] == phraseNumber {
		phrase = m.phrases[goal[0]]
	}
	clear(m.numbers)
	for i, word := range phrase {
		if word < 0 {
			if k := -1 - word; m.kinds[k] == colorNumber {
				word = m.colors[goal[k]]
			} else {
				word = m.types[goal[k]]
			}
		}
		m.numbers[i] = float32(word)
	}
}

// String returns the words as a text.
func (m *mission) String() string {
	var words []string
	for _, n := range m.numbers {
		if n > 0 {
			words = append(words, vocabulary[int(n)-1])
		}
	}
	return strings.ReplaceAll(strings.Join(words, " "), " ,", ",")
}
