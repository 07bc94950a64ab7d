package run

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/rlrun/rlrun/env"
)

// shellWord returns name as one word of a shell command, with quotes if needed.
func shellWord(name string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./,:+@%", r)
	}
	if name != "" && strings.IndexFunc(name, func(r rune) bool { return !plain(r) }) < 0 {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

// failedEpisode is the name of the file with an episode in which an environment failed. The file
// has the requests to rlrun step RUN/config.yaml that repeat the episode.
const failedEpisode = "failed-episode.jsonl"

// requests returns the episode of e as requests to rlrun step.
func requests(e *env.Error, spec env.Spec) []byte {
	text := fmt.Appendf(nil, `{"reset":{"seed":%d}}`+"\n", e.Seed)
	for n, act := spec.Act.Size(), e.Actions; len(act) > 0; act = act[n:] {
		line, _ := json.Marshal(act[:n]) // no error is possible: environments return an error for an action that is not finite
		text = fmt.Appendf(text, `{"action":%s}`+"\n", line)
	}
	return text
}
