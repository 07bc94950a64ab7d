package run

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/rlrun/rlrun/env"
)

// shellWord returns a word that a shell reads as name: name itself, or within quotes.
func shellWord(name string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./,:+@%", r)
	}
	if name != "" && strings.IndexFunc(name, func(r rune) bool { return !plain(r) }) < 0 {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

// failedEpisode is the file of requests to rlrun step that lead where an
// environment failed, with the options and wrappers of the run's config.yaml.
const failedEpisode = "failed-episode.jsonl"

// requests are those of the episode of e.
func requests(e *env.Error, spec env.Spec) []byte {
	text := fmt.Appendf(nil, `{"reset":{"seed":%d}}`+"\n", e.Seed)
	for n, act := spec.Act.Size(), e.Actions; len(act) > 0; act = act[n:] {
		line, _ := json.Marshal(act[:n]) // finite, or the action would have been refused
		text = fmt.Appendf(text, `{"action":%s}`+"\n", line)
	}
	return text
}
