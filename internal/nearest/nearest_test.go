package nearest_test

import (
	"slices"
	"testing"

	"github.com/rlrun/rlrun/internal/nearest"
)

// TestWord checks the nearest word to misspelt and shortened words.
func TestWord(t *testing.T) {
	words := []string{"CartPole-v1", "CartPole-v0", "Acrobot-v1", "gamma"}
	for in, want := range map[string]string{
		"CartPole-v2": "CartPole-v0", "cartpole-v1": "CartPole-v1", "cartpole": "CartPole-v0",
		"gama": "gamma", "Acr": "Acrobot-v1", "Ac": "", "": "", "kangaroo": "",
	} {
		if got := nearest.Word(in, slices.Values(words)); got != want {
			t.Errorf("Word(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestHint checks the end of the error message, with and without a similar word.
func TestHint(t *testing.T) {
	words := []string{"gamma", "learning_rate"}
	for in, want := range map[string]string{"gama": "; the nearest is gamma", "zebra": ""} {
		if got := nearest.Hint(in, slices.Values(words)); got != want {
			t.Errorf("Hint(%q) = %q, want %q", in, got, want)
		}
	}
	if got, want := nearest.HintOrAll("zebra", slices.Values(words)), "; known: gamma, learning_rate"; got != want {
		t.Errorf("HintOrAll = %q, want %q", got, want)
	}
}
